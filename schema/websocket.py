"""GraphQL over WebSocket: the protocol graphql-transport-ws, with its close codes.

1000 nobody signed in and nothing to do, 4400 a malformed message, 4401 an operation before the
acknowledgement, 4403 a token that is not accepted, 4406 another subprotocol, 4408 connection_init
not in time, 4409 an id in use, 4429 a second connection_init, 4500 our fault, and 1013 (try again
later) while the database is away or the rate limit is reached.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)

from dagy_gql.errors import QuotaExceeded, RateLimited
from schema.context import Context
from schema.encoding import encoded
from schema.errors import expected
from schema.sharing import push

logger = logging.getLogger(__name__)

# Clients that were dropped because they took nothing; /metrics shows it.
slow: Counter[str] = Counter()

_PATIENCE_SECONDS = 10.0
_GOODBYE_SECONDS = 10.0
_NORMAL_CLOSURE = 1000
_TRY_AGAIN_LATER = 1013
_INTERNAL_ERROR = 4500
# RFC 6455, 5.5: a control frame holds 125 bytes, two of them the code.
_MAX_REASON_BYTES = 123


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """Checks the types that the protocol gives the parts of a message, and says goodbye to who is
    not signed in and wants nothing."""

    _operations_begun = 0
    _goodbye: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: Any) -> None:
        await super().handle_connection_init(message)
        if self.connection_acknowledged and self.context.identity is None:
            self._goodbye = asyncio.create_task(self._end_when_idle())
            self._goodbye.add_done_callback(self._task_done)

    async def _end_when_idle(self) -> None:
        seen = -1
        while self.operations or seen != self._operations_begun:
            seen = self._operations_begun
            await asyncio.sleep(self.context.rt.settings.websocket_idle_seconds)
        with contextlib.suppress(WebSocketDisconnected):
            await self.websocket.close(_NORMAL_CLOSURE, "Idle: connect again when you need to")

    async def shutdown(self) -> None:
        if self._goodbye is not None:
            self._goodbye.cancel()
        await super().shutdown()

    async def handle_message(self, message: Any) -> None:
        if not _is_well_formed(message):
            await self.handle_invalid_message("Failed to parse message")
            return
        # Not super(): it takes every KeyError for the client's fault.
        handle = getattr(self, f"handle_{message['type']}")
        try:
            await handle(message)
        except WebSocketDisconnected:
            raise
        except Exception as error:
            await self.handle_task_exception(error)

    async def handle_subscribe(self, message: Any) -> None:
        """An operation over the socket takes as much of the rate limit as one over HTTP."""
        if self.connection_acknowledged:
            try:
                await self.context.charge(1)
                self._check_room(message["id"])
            except (RateLimited, QuotaExceeded) as error:
                refusal = {"message": error.message, "extensions": error.extensions}
                await self.send_message(
                    {"id": message["id"], "type": "error", "payload": [cast(Any, refusal)]}
                )
                return
        self._operations_begun += 1
        await super().handle_subscribe(message)

    def _check_room(self, id_: str) -> None:
        """Raises QuotaExceeded. An id that is in use ends the connection instead (4409)."""
        most = self.max_subscriptions_per_connection
        if most is not None and len(self.operations) >= most and id_ not in self.operations:
            raise QuotaExceeded(
                f"This connection has {most} operations open, which is the most: complete one, "
                "or open another connection."
            )

    async def run_operation(self, operation: Any) -> None:
        """Shared events go to the socket directly (see `sharing`)."""
        socket, head = self.websocket, encoded(operation.id).decode()

        async def send(data: str) -> None:
            text = f'{{"id":{head},"type":"next","payload":{{"data":{data}}}}}'
            try:
                await cast(Socket, socket).send_text(text)
            except WebSocketDisconnected as error:
                # Nobody is there to be told of it.
                raise asyncio.CancelledError from error

        push.set(send)
        await super().run_operation(operation)

    async def handle_task_exception(self, error: Exception) -> None:
        if isinstance(error, WebSocketDisconnected):
            return
        if expected(error) is not None:
            await self.websocket.close(_TRY_AGAIN_LATER, "Try again later")
            return
        request_id = self.context.request_id
        logger.error("unexpected error", exc_info=error, extra={"request_id": request_id})
        await self.websocket.close(_INTERNAL_ERROR, f"Quote the request id {request_id}")

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        """None: an operation that is wrong costs its sender that operation, not the socket."""
        return None


def _is_well_formed(message: Any) -> bool:
    if not isinstance(message, dict):
        return False
    payload = message.get("payload")
    match message.get("type"):
        case "subscribe":
            return isinstance(message.get("id"), str) and _is_operation(payload)
        case "complete":
            return isinstance(message.get("id"), str)
        case "connection_init":
            return isinstance(payload, dict) or "payload" not in message
        case "ping" | "pong":
            return isinstance(payload, dict | None)
    return False


def _is_operation(payload: Any) -> bool:
    return (
        isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("extensions"), dict | None)
    )


class Socket(ASGIWebSocketAdapter):
    """Text frames only, as the protocol asks, though our encoder gives bytes.

    A client that takes nothing for `_PATIENCE_SECONDS` is dropped with 1013: it resumes behind its
    cursor when it can. Each socket waits for itself alone.
    """

    async def send_json(self, message: Mapping[str, object]) -> None:
        await self.send_text(encoded(message).decode())

    async def send_text(self, text: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self.ws.send_text(text)
        except TimeoutError as error:
            await self._drop()
            raise WebSocketDisconnected from error
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def _drop(self) -> None:
        """The close waits for the client as well, but not for long."""
        slow["dropped"] += 1
        with contextlib.suppress(TimeoutError, WebSocketDisconnected):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self.close(_TRY_AGAIN_LATER, "Too slow: resume behind your cursor")

    async def close(self, code: int, reason: str) -> None:
        short = reason.encode(errors="replace")[:_MAX_REASON_BYTES].decode(errors="ignore")
        try:
            await super().close(code, short)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error
