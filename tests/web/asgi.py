"""Speaks raw ASGI to an app, so that no client library normalises a path or unpacks a body."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def ask(
    app: ASGIApp,
    path: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    query: bytes = b"",
    root_path: str = "",
) -> Answer:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": root_path + path,
        "root_path": root_path,
        "query_string": query,
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
    }
    await app(scope, receive, send)
    start, *rest = messages
    raw = [(name.decode(), value.decode()) for name, value in start["headers"]]
    assert len({name for name, _ in raw}) == len(raw), "a header was sent twice"
    return Answer(start["status"], dict(raw), b"".join(one["body"] for one in rest))
