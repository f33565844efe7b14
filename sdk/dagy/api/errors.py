"""What can go wrong when talking to a Dagy server, one class per `extensions.code`.

Every class knows its exit code: 1 error, 2 usage, 3 auth, 4 network, 5 not found.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from dagy.errors import DagyError


class ApiError(DagyError):
    """The server refused or failed. `code` is the server's word for it."""

    code: str = "ERROR"
    exit_code: ClassVar[int] = 1
    advice: ClassVar[str | None] = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        request_id: str | None = None,
        retry_after_seconds: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint or self.advice)
        self.code = code or type(self).code
        self.field = field
        self.request_id = request_id
        self.retry_after_seconds = retry_after_seconds

    def as_dict(self) -> dict[str, Any]:
        """The shape printed with `--format json`; absent details are left out."""
        details = {
            "code": self.code,
            "message": self.message,
            "field": self.field,
            "requestId": self.request_id,
            "retryAfter": self.retry_after_seconds,
            "hint": self.hint,
        }
        return {key: value for key, value in details.items() if value is not None}


class UnauthenticatedError(ApiError):
    """No credentials, or credentials the server does not accept."""

    code = "UNAUTHENTICATED"
    exit_code = 3
    advice = "run `dagy login`, or set DAGY_API_URL and DAGY_API_KEY"


class ForbiddenError(ApiError):
    """The credentials are good, the right is missing."""

    code = "FORBIDDEN"
    exit_code = 3


class NotFoundError(ApiError):
    """The thing does not exist, or belongs to somebody else."""

    code = "NOT_FOUND"
    exit_code = 5


class BadUserInputError(ApiError):
    """An argument is wrong; `field` says which."""

    code = "BAD_USER_INPUT"
    exit_code = 2


class ConflictError(ApiError):
    """The thing already exists, or is not in a state that allows this."""

    code = "CONFLICT"


class RateLimitedError(ApiError):
    """Too many requests; `retry_after_seconds` says when to come back."""

    code = "RATE_LIMITED"


class QuotaExceededError(ApiError):
    """A limit of the plan or of the organization is reached."""

    code = "QUOTA_EXCEEDED"


class UnavailableError(ApiError):
    """The server answers, but something it needs does not."""

    code = "UNAVAILABLE"
    exit_code = 4


class InternalError(ApiError):
    """A fault of the server; `request_id` finds it in the server's log."""

    code = "INTERNAL"


class NetworkError(ApiError):
    """No answer: refused, unknown host, cut or timed out."""

    code = "NETWORK"
    exit_code = 4


class BadResponseError(ApiError):
    """An answer came, but not from a Dagy API of this version."""

    code = "BAD_RESPONSE"
    advice = "check the address, and that the server and this `dagy` are of the same version"


_BY_CODE: dict[str, type[ApiError]] = {
    kind.code: kind
    for kind in (
        UnauthenticatedError,
        ForbiddenError,
        NotFoundError,
        BadUserInputError,
        ConflictError,
        RateLimitedError,
        QuotaExceededError,
        UnavailableError,
        InternalError,
    )
}

_BY_STATUS: dict[int, type[ApiError]] = {
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}


def from_graphql(errors: list[Any]) -> ApiError:
    """The first error of a GraphQL answer; errors without a code are faults of the document."""
    first = errors[0] if isinstance(errors[0], Mapping) else {"message": str(errors[0])}
    extensions = first.get("extensions")
    return _from_details(
        str(first.get("message", "unknown error")),
        extensions if isinstance(extensions, Mapping) else {},
        fallback=ApiError,
    )


def from_http(status: int, body: Any, *, retry_after: str | None, url: str) -> ApiError:
    """An answer with an error status: `{"error": {...}}`, GraphQL errors, or something foreign."""
    fallback = _BY_STATUS.get(status, BadResponseError)
    if isinstance(body, Mapping):
        if isinstance(body.get("errors"), list) and body["errors"]:
            return from_graphql(body["errors"])
        if isinstance(body.get("error"), Mapping):
            details = {"retryAfter": retry_after, **body["error"]}
            message = str(details.get("message", f"HTTP {status}"))
            return _from_details(message, details, fallback=fallback)
    return _from_details(
        f"{url} answered HTTP {status}", {"retryAfter": retry_after}, fallback=fallback
    )


def _from_details(
    message: str, details: Mapping[str, Any], *, fallback: type[ApiError]
) -> ApiError:
    code = details.get("code")
    kind = _BY_CODE.get(code, fallback) if isinstance(code, str) else fallback
    return kind(
        message,
        code=code if isinstance(code, str) else None,
        field=_text(details.get("field")),
        request_id=_text(details.get("requestId")),
        retry_after_seconds=_seconds(details.get("retryAfter")),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _seconds(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None
