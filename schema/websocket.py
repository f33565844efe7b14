"""GraphQL over WebSocket: the protocol graphql-transport-ws."""

from collections.abc import Mapping
from typing import Any, cast

from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

from schema.context import Context
from schema.encoding import encoded


class Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """Closes with 4400 for messages whose parts have the wrong types."""

    async def handle_message(self, message: Any) -> None:
        if not isinstance(message, dict):
            await self.handle_invalid_message("A message is a JSON object")
            return
        await super().handle_message(cast(Message, message))

    async def handle_subscribe(self, message: Any) -> None:
        payload = message["payload"]
        well_formed = (
            isinstance(message["id"], str)
            and isinstance(payload, dict)
            and isinstance(payload.get("query"), str)
            and isinstance(payload.get("variables"), dict | None)
            and isinstance(payload.get("operationName"), str | None)
        )
        if not well_formed:
            await self.handle_invalid_message("Failed to parse message")
            return
        await super().handle_subscribe(message)


class Socket(ASGIWebSocketAdapter):
    """Text frames only, as the protocol asks, though our encoder gives bytes."""

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            await self.ws.send_text(encoded(message).decode())
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error
