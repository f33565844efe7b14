"""HTTP to one server: GraphQL operations, uploads and event streams, errors made ours."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx

from dagy.api import http
from dagy.api.aio.concurrency import sleep
from dagy.api.errors import ApiError
from dagy.api.operations import is_query

T = TypeVar("T")


class AsyncTransport(http.Server):
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
        self._client = httpx.AsyncClient(
            verify=self.verification,
            # A proxy has no way to this machine's own loopback.
            trust_env=not self.is_loopback,
            headers={"User-Agent": user_agent},
            timeout=httpx.Timeout(
                timeout_seconds, connect=min(http.CONNECT_SECONDS, timeout_seconds)
            ),
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def post(
        self,
        document: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        *,
        safe: bool = False,
    ) -> dict[str, Any]:
        """The whole GraphQL answer (`data`, `errors`); raises only when there is none."""
        body = http.operation(document, variables, operation_name)

        async def once() -> dict[str, Any]:
            return await self._post_once(body)

        return await self._repeatedly(once, safe=safe or is_query(document, operation_name))

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        *,
        safe: bool = False,
    ) -> dict[str, Any]:
        """The `data` of an answer without errors; raises the first error otherwise."""
        body = http.operation(document, variables, operation_name)

        async def once() -> dict[str, Any]:
            return http.data_of(await self._post_once(body))

        return await self._repeatedly(once, safe=safe or is_query(document, operation_name))

    async def upload(self, path: str, content: bytes) -> None:
        """PUT to an address the server gave; the content is named by its hash, so safe."""

        async def once() -> None:
            response = await self._send(
                "PUT",
                self.address(path),
                content=content,
                headers={"Content-Type": "application/zip"},
                timeout=http.UPLOAD_TIMEOUT,
            )
            http.raise_for_status(response)

        await self._repeatedly(once, safe=True)

    @asynccontextmanager
    async def event_stream(
        self, document: str, variables: Mapping[str, Any]
    ) -> AsyncIterator[httpx.Response]:
        """One server-sent-events connection; errors while reading become NetworkError."""
        try:
            async with self._client.stream(
                "POST",
                self.address("/graphql"),
                json=http.operation(document, variables, None),
                headers={"Accept": "text/event-stream", **self.authorization("/graphql")},
                timeout=http.STREAM_TIMEOUT,
            ) as response:
                if response.status_code >= 400:
                    await response.aread()
                    http.raise_for_status(response)
                yield response
        except httpx.TransportError as error:
            raise self.unreachable(error) from error

    async def _post_once(self, body: dict[str, Any]) -> dict[str, Any]:
        return http.answer_of(await self._send("POST", self.address("/graphql"), json=body))

    async def _send(self, method: str, url: httpx.URL, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), **self.authorization(str(url))}
        try:
            return await self._client.request(method, url, headers=headers, **options)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error

    async def _repeatedly(self, once: Callable[[], Awaitable[T]], *, safe: bool) -> T:
        for delay in http.RETRY_DELAYS_SECONDS:
            try:
                return await once()
            except ApiError as error:
                wait = http.retry_wait(error, delay, safe=safe)
                if wait is None:
                    raise
                await sleep(wait)
        return await once()
