"""HTTP to one server: GraphQL operations, uploads and downloads, errors made ours.

Only what is safe to send twice is sent twice: queries, operations marked `safe`, and
requests that were not looked at: the connection was refused, or the rate limit reached.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import sleep
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
from dagy.api.operations import is_query

RETRY_DELAYS_SECONDS = (0.1, 0.4, 1.0)
LONGEST_RETRY_AFTER_SECONDS = 10.0
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
UPLOAD_TIMEOUT = httpx.Timeout(300.0, connect=5.0)
# The server sends a comment every 15 s; three missed ones mean that the line is dead.
STREAM_TIMEOUT = httpx.Timeout(45.0, connect=5.0)
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Transport:
    """One httpx client bound to one server. Thread-safe, as httpx clients are."""

    def __init__(self, api_url: str, *, token: str | None, user_agent: str) -> None:
        self.api_url = httpx.URL(api_url)
        self.token = token
        self._client = httpx.Client(
            verify=_verification(self.api_url),
            # A proxy has no way to this machine's own loopback.
            trust_env=self.api_url.host not in _LOOPBACK_HOSTS,
            headers={"User-Agent": user_agent},
            timeout=TIMEOUT,
        )

    def close(self) -> None:
        self._client.close()

    def post(
        self,
        document: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        *,
        safe: bool = False,
    ) -> dict[str, Any]:
        """The whole GraphQL answer (`data`, `errors`); raises only when there is none."""
        body = _operation(document, variables, operation_name)
        return self._repeatedly(
            lambda: self._post_once(body), safe=safe or is_query(document, operation_name)
        )

    def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        *,
        safe: bool = False,
    ) -> dict[str, Any]:
        """The `data` of an answer without errors; raises the first error otherwise."""
        body = _operation(document, variables, operation_name)
        return self._repeatedly(
            lambda: data_of(self._post_once(body)), safe=safe or is_query(document, operation_name)
        )

    def upload(self, path: str, content: bytes) -> None:
        """PUT to an address the server gave; the content is named by its hash, so safe."""

        def once() -> dict[str, Any]:
            response = self._send(
                "PUT",
                self.address(path),
                content=content,
                headers={"Content-Type": "application/zip"},
                timeout=UPLOAD_TIMEOUT,
            )
            self._raise_for_status(response)
            return {}

        self._repeatedly(once, safe=True)

    @contextmanager
    def event_stream(self, document: str, variables: Mapping[str, Any]) -> Iterator[httpx.Response]:
        """One server-sent-events connection; errors while reading become NetworkError."""
        try:
            with self._client.stream(
                "POST",
                self.address("/graphql"),
                json=_operation(document, variables, None),
                headers={"Accept": "text/event-stream", **self._authorization("/graphql")},
                timeout=STREAM_TIMEOUT,
            ) as response:
                if response.status_code >= 400:
                    response.read()
                    self._raise_for_status(response)
                yield response
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def address(self, path: str) -> httpx.URL:
        """`/path` is below the API's own address, which may be a folder of a proxy."""
        if path.startswith("/"):
            return httpx.URL(f"{str(self.api_url).rstrip('/')}{path}")
        return self.api_url.join(path)

    def _post_once(self, body: dict[str, Any]) -> dict[str, Any]:
        response = self._send("POST", self.address("/graphql"), json=body)
        answer = _json(response)
        if response.status_code >= 400:
            self._raise_for_status(response)
        if not isinstance(answer, dict) or not ("data" in answer or "errors" in answer):
            raise BadResponseError(f"{response.url} did not answer as a GraphQL API")
        return answer

    def _send(self, method: str, url: httpx.URL, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), **self._authorization(str(url))}
        try:
            return self._client.request(method, url, headers=headers, **options)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _authorization(self, url: str) -> dict[str, str]:
        """The token goes to our server only, never to a storage service it points to."""
        target = self.address(url)
        ours = (self.api_url.scheme, self.api_url.host, self.api_url.port)
        if self.token is None or (target.scheme, target.host, target.port) != ours:
            return {}
        return {"Authorization": f"Bearer {self.token}"}

    def _repeatedly(self, once: Any, *, safe: bool) -> dict[str, Any]:
        for delay in RETRY_DELAYS_SECONDS:
            try:
                result: dict[str, Any] = once()
            except ApiError as error:
                wait = retry_wait(error, delay, safe=safe)
                if wait is None:
                    raise
                sleep(wait)
            else:
                return result
        last: dict[str, Any] = once()
        return last

    def _raise_for_status(self, response: httpx.Response) -> None:
        if response.status_code < 400:
            return
        raise from_http(
            response.status_code,
            _json(response),
            retry_after=response.headers.get("Retry-After"),
            url=str(response.url),
        )

    def _unreachable(self, error: httpx.TransportError) -> NetworkError:
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


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    errors = answer.get("errors")
    if errors:
        raise from_graphql(errors)
    data = answer.get("data")
    if not isinstance(data, dict):
        raise BadResponseError("the answer holds no data")
    return data


def _operation(
    document: str, variables: Mapping[str, Any] | None, operation_name: str | None
) -> dict[str, Any]:
    body: dict[str, Any] = {"query": document, "variables": dict(variables or {})}
    if operation_name is not None:
        body["operationName"] = operation_name
    return body


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _verification(url: httpx.URL) -> bool | ssl.SSLContext:
    """Plain http needs no certificates, and reading them costs 100 ms.

    The empty context trusts nobody: a TLS connection made with it fails.
    """
    return True if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
