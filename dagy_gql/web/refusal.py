"""The answer where no route was asked: JSON in the shape that the path has, and the end of the
connection."""

from typing import Any

import orjson
from starlette.types import Scope, Send

from dagy_gql.auth import rate_limit
from dagy_gql.errors import DagyError


async def refuse(scope: Scope, send: Send, error: DagyError) -> None:
    """A request, or a WebSocket's handshake, after a moment: nobody has signed in for it."""
    await rate_limit.pause()
    kind = "http"
    if scope["type"] == "websocket":
        kind = "websocket.http"
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1013, "reason": "Try again later"})
            return
    body = orjson.dumps(_content(scope["path"], error))
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if "retryAfter" in error.extensions:
        headers.append((b"retry-after", str(error.extensions["retryAfter"]).encode()))
    await send({"type": f"{kind}.response.start", "status": error.http_status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body})


def _content(path: str, error: DagyError) -> dict[str, Any]:
    if path == "/graphql":
        return {"errors": [{"message": error.message, "extensions": error.extensions}]}
    return {"error": {"message": error.message} | error.extensions}
