"""HTTP to one server: GraphQL operations, uploads and event streams, errors made ours."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from dagy.api import http
from dagy.api.errors import ApiError
from dagy.api.operations import is_query
from dagy.api.sync.concurrency import sleep

T = TypeVar("T")


class Transport(http.Server):
    """One httpx client bound to one server."""

    def __init__(
        self,
        api_url: str,
        *,
        token: str | None,
        user_agent: str,
        timeout_seconds: float = http.DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        super().__init__(api_url, token=token)
        self._client = httpx.Client(
            verify=self.verification,
            # A proxy has no way to this machine's own loopback.
            trust_env=not self.is_loopback,
            headers={"User-Agent": user_agent},
            timeout=httpx.Timeout(
                timeout_seconds, connect=min(http.CONNECT_SECONDS, timeout_seconds)
            ),
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
        body = http.operation(document, variables, operation_name)

        def once() -> dict[str, Any]:
            return self._post_once(body)

        return self._repeatedly(once, safe=safe or is_query(document, operation_name))

    def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        *,
        safe: bool = False,
    ) -> dict[str, Any]:
        """The `data` of an answer without errors; raises the first error otherwise."""
        body = http.operation(document, variables, operation_name)

        def once() -> dict[str, Any]:
            return http.data_of(self._post_once(body))

        return self._repeatedly(once, safe=safe or is_query(document, operation_name))

    def upload(self, path: str, content: bytes) -> None:
        """PUT to an address the server gave; the content is named by its hash, so safe."""

        def once() -> None:
            response = self._send(
                "PUT",
                self.address(path),
                content=content,
                headers={"Content-Type": "application/zip"},
                timeout=http.UPLOAD_TIMEOUT,
            )
            http.raise_for_status(response)

        self._repeatedly(once, safe=True)

    @contextmanager
    def event_stream(self, document: str, variables: Mapping[str, Any]) -> Iterator[httpx.Response]:
        """One server-sent-events connection; errors while reading become NetworkError."""
        try:
            with self._client.stream(
                "POST",
                self.address("/graphql"),
                json=http.operation(document, variables, None),
                headers={"Accept": "text/event-stream", **self.authorization("/graphql")},
                timeout=http.STREAM_TIMEOUT,
            ) as response:
                if response.status_code >= 400:
                    response.read()
                    http.raise_for_status(response)
                yield response
        except httpx.TransportError as error:
            raise self.unreachable(error) from error

    def _post_once(self, body: dict[str, Any]) -> dict[str, Any]:
        return http.answer_of(self._send("POST", self.address("/graphql"), json=body))

    def _send(self, method: str, url: httpx.URL, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), **self.authorization(str(url))}
        try:
            return self._client.request(method, url, headers=headers, **options)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error

    def _repeatedly(self, once: Callable[[], T], *, safe: bool) -> T:
        for delay in http.RETRY_DELAYS_SECONDS:
            try:
                return once()
            except ApiError as error:
                wait = http.retry_wait(error, delay, safe=safe)
                if wait is None:
                    raise
                sleep(wait)
        return once()
