"""The answer where no route was asked: JSON, and the end of the connection."""

import orjson
from starlette.types import Scope, Send

from dagy_gql.errors import DagyError


async def refuse(send: Send, error: DagyError, *, scope: Scope | None = None) -> None:
    """Answers a WebSocket's handshake too, with its `scope`."""
    kind = "websocket.http" if scope and scope["type"] == "websocket" else "http"
    if kind != "http" and "websocket.http.response" not in (scope or {}).get("extensions", {}):
        await send({"type": "websocket.close", "code": 1013, "reason": "Try again later"})
        return
    body = orjson.dumps({"error": {"message": error.message} | error.extensions})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if "retryAfter" in error.extensions:
        headers.append((b"retry-after", str(error.extensions["retryAfter"]).encode()))
    await send({"type": f"{kind}.response.start", "status": error.http_status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body})
