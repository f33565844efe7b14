"""What the transports of both clients share: addresses, bodies, answers, and what is sent twice.

Only what is safe to send twice is sent twice: queries, operations marked `safe`, and
requests that were not looked at: the connection was refused, or the rate limit reached.
"""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from dagy.api.errors import (
    ApiError,
    BadResponseError,
    NetworkError,
    RateLimitedError,
    UnavailableError,
    from_graphql,
    from_http,
)

RETRY_DELAYS_SECONDS = (0.1, 0.4, 1.0)
LONGEST_RETRY_AFTER_SECONDS = 10.0
CONNECT_SECONDS = 5.0
DEFAULT_TIMEOUT_SECONDS = 30.0
UPLOAD_TIMEOUT = httpx.Timeout(300.0, connect=CONNECT_SECONDS)
# The server sends a comment every 15 s; three missed ones mean that the line is dead.
STREAM_TIMEOUT = httpx.Timeout(45.0, connect=CONNECT_SECONDS)
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Server:
    """One server by its address, and the token for it."""

    def __init__(self, api_url: str, *, token: str | None) -> None:
        self.api_url = httpx.URL(api_url)
        self.token = token

    @property
    def is_loopback(self) -> bool:
        return self.api_url.host in _LOOPBACK_HOSTS

    @property
    def verification(self) -> bool | ssl.SSLContext:
        """Plain http needs no certificates, and reading them costs 100 ms.

        The empty context trusts nobody: a TLS connection made with it fails.
        """
        if self.api_url.scheme == "https":
            return True
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def address(self, path: str) -> httpx.URL:
        """`/path` is below the API's own address, which may be a folder of a proxy."""
        if path.startswith("/"):
            return httpx.URL(f"{str(self.api_url).rstrip('/')}{path}")
        return self.api_url.join(path)

    def authorization(self, url: str) -> dict[str, str]:
        """The token goes to our server only, never to a storage service it points to."""
        target = self.address(url)
        ours = (self.api_url.scheme, self.api_url.host, self.api_url.port)
        if self.token is None or (target.scheme, target.host, target.port) != ours:
            return {}
        return {"Authorization": f"Bearer {self.token}"}

    def unreachable(self, error: httpx.TransportError) -> NetworkError:
        return unreachable(error, self.api_url)


class UnreachableError(NetworkError):
    """Nothing answers there: the request was not sent, so it may be sent again."""


def unreachable(error: httpx.TransportError, api_url: httpx.URL) -> NetworkError:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        if api_url.host in _LOOPBACK_HOSTS:
            return UnreachableError(f"cannot reach {api_url}: is `dagy up` running?")
        return UnreachableError(f"cannot reach {api_url}: {error or 'no answer'}")
    if isinstance(error, httpx.TimeoutException):
        return NetworkError(f"{api_url} did not answer in time")
    return NetworkError(f"the connection to {api_url} was cut: {error or type(error).__name__}")


def retry_wait(error: ApiError, delay: float, *, safe: bool) -> float | None:
    """Seconds to wait before sending again, or None when it must not be sent again."""
    if isinstance(error, UnreachableError):
        return delay
    is_passing = isinstance(error, NetworkError | UnavailableError)
    if not isinstance(error, RateLimitedError) and not (safe and is_passing):
        return None
    wait = max(delay, error.retry_after_seconds or 0.0)
    return wait if wait <= LONGEST_RETRY_AFTER_SECONDS else None


def operation(
    document: str, variables: Mapping[str, Any] | None, operation_name: str | None
) -> dict[str, Any]:
    """The body of a GraphQL request."""
    body: dict[str, Any] = {"query": document, "variables": dict(variables or {})}
    if operation_name is not None:
        body["operationName"] = operation_name
    return body


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """The GraphQL answer, `errors` included; raises when there is none."""
    raise_for_status(response)
    answer = _json(response)
    if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
        raise BadResponseError(f"{response.url} did not answer as a GraphQL API")
    return answer


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    errors = answer.get("errors")
    if errors:
        raise from_graphql(errors)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise BadResponseError("the answer holds no data")
    return data


def raise_for_status(response: httpx.Response) -> None:
    """The body must have been read."""
    if response.status_code < 400:
        return
    raise from_http(
        response.status_code,
        _json(response),
        retry_after=response.headers.get("Retry-After"),
        url=str(response.url),
    )


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
