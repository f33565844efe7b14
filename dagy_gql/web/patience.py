"""Pure ASGI: how long a body may take, and how many requests one address may have open."""

import asyncio
from collections import Counter
from collections.abc import Container

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dagy_gql import metrics
from dagy_gql.auth.origin import network
from dagy_gql.errors import RequestTimeout, TooManyConnections
from dagy_gql.web.refusal import refuse

# What a body has to come at, on average, once its first seconds are over.
_BYTES_A_SECOND = 16 * 1024


class BodyTimeout:
    """Refuses (408) bodies that take more than `seconds`, and a second for every 16 KB of them."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        deadline, received, is_complete, started = loop.time() + self._seconds, 0, False, False

        async def in_time() -> Message:
            nonlocal received, is_complete
            if is_complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline + received / _BYTES_A_SECOND):
                    message = await receive()
            except TimeoutError:
                raise RequestTimeout(
                    f"The body has not come in time: {received} bytes of it are here.", field="body"
                ) from None
            received += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, in_time, watched)
        except RequestTimeout as error:
            if started:
                raise
            await refuse(scope, send, error)


class AddressLimit:
    """Refuses (429) what one address wants beside `most` requests and WebSockets that are open.

    The address is the client's, as trusted proxies report it. What comes from a proxy's own
    address has no limit here: it is the proxy, or somebody on its machine.
    """

    def __init__(self, app: ASGIApp, most: int, proxies: Container[str]) -> None:
        self._app = app
        self._most = most
        self._proxies = proxies
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] not in ("http", "websocket") or not client or client[0] in self._proxies:
            await self._app(scope, receive, send)
            return
        whose = network(client[0])
        if self._open[whose] >= self._most:
            metrics.connections_refused.labels("address").inc()
            await refuse(scope, send, TooManyConnections(self._most))
            return
        self._open[whose] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[whose] -= 1
            if not self._open[whose]:
                del self._open[whose]
