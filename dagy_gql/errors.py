"""The one tree of expected errors. Everything else is a bug and reaches clients masked."""

from typing import Any, ClassVar


class DagyError(Exception):
    """An error a client may see: a stable code, a sentence with the value, what to do."""

    code: ClassVar[str] = "INTERNAL"
    http_status: ClassVar[int] = 500

    def __init__(self, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extensions: dict[str, Any] = {"code": self.code, **extensions}


class Unauthenticated(DagyError):
    code = "UNAUTHENTICATED"
    http_status = 401

    def __init__(self, message: str = "Sign in first, or send a valid token.") -> None:
        super().__init__(message)


class Forbidden(DagyError):
    code = "FORBIDDEN"
    http_status = 403

    def __init__(
        self, permission: str, *, field: str | None = None, why: str = "", **extensions: Any
    ) -> None:
        where = f" for {field}" if field else ""
        text = f"You lack the permission {permission}{where}. {why}".rstrip()
        super().__init__(text, permission=permission, field=field, **extensions)


class NotAllowed(DagyError):
    """Refused for who asks, where no single permission is what is missing."""

    code = "FORBIDDEN"
    http_status = 403


class NotFound(DagyError):
    code = "NOT_FOUND"
    http_status = 404

    def __init__(self, noun: str, key: object) -> None:
        super().__init__(f"There is no {noun} {str(key)!r} that you may see.", noun=noun)


class BadUserInput(DagyError):
    code = "BAD_USER_INPUT"
    http_status = 400

    def __init__(self, message: str, *, field: str, **extensions: Any) -> None:
        super().__init__(message, field=field, **extensions)


class Conflict(DagyError):
    code = "CONFLICT"
    http_status = 409


class PayloadTooLarge(BadUserInput):
    http_status = 413

    @classmethod
    def of_body(cls, limit_bytes: int, hint: str = "") -> "PayloadTooLarge":
        return cls(f"The body is larger than {limit_bytes} bytes.{hint}", field="body")


class RequestTimeout(BadUserInput):
    http_status = 408


class RateLimited(DagyError):
    code = "RATE_LIMITED"
    http_status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(
            f"Too many requests: try again in {retry_after_seconds} s.",
            retryAfter=retry_after_seconds,
        )


class TooManyConnections(RateLimited):
    def __init__(self, limit: int) -> None:
        super().__init__(retry_after_seconds=1)
        self.message = f"Your address has {limit} requests or WebSockets open, which is the most."


class QuotaExceeded(DagyError):
    code = "QUOTA_EXCEEDED"
    http_status = 429


class Unavailable(DagyError):
    code = "UNAVAILABLE"
    http_status = 503


class IllegalTransition(Conflict):
    """A run or task run was asked to make a step its transition table does not have."""


class LateWrite(Conflict):
    """A worker wrote with a fence that is no longer the run's: another attempt has taken over."""

    def __init__(self, run_id: object, *, fence: int, current_fence: int) -> None:
        super().__init__(
            f"Run {run_id} has moved on: fence {fence} is behind {current_fence}.",
            fence=fence,
            currentFence=current_fence,
        )
