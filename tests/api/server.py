"""The application on a real loopback port, and the two ways to follow a subscription."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol


@asynccontextmanager
async def served(app: ASGIApp, **options: Any) -> AsyncIterator[int]:
    """The port it listens on; `options` are uvicorn's."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
        **{"ws": "websockets-sansio"} | options,
    )
    async with started(config) as port:
        yield port


@asynccontextmanager
async def started(config: uvicorn.Config) -> AsyncIterator[int]:
    """The port it listens on, whatever it is configured for."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task


class Socket:
    """graphql-transport-ws, one subscription at a time."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = orjson.loads(await self.connection.recv())
        return message

    async def init(self, payload: dict[str, Any] | None = None) -> None:
        await self.send({"type": "connection_init", "payload": payload or {}})
        assert (await self.receive())["type"] == "connection_ack"

    async def subscribe(self, query: str, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.send({"type": "subscribe", "id": "1", "payload": payload})


@asynccontextmanager
async def socket_to(
    port: int, *, token: str | None = None, cookie: str | None = None, origin: str | None = None
) -> AsyncIterator[Socket]:
    headers = {"Cookie": cookie} if cookie else {}
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        additional_headers=headers,
        origin=Origin(origin) if origin else None,
    ) as connection:
        found = Socket(connection)
        await found.init({"Authorization": f"Bearer {token}"} if token else None)
        yield found


async def events_of(
    port: int, token: str, query: str, **variables: Any
) -> AsyncGenerator[tuple[str, Any], None]:
    """(event, data) of a stream of server-sent events."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    body = {"query": query, "variables": variables}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        client.stream("POST", "/graphql", json=body, headers=headers) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        event = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                event = line[len("event: ") :]
            elif line.startswith("data: "):
                text = line[len("data: ") :]
                yield event, orjson.loads(text) if text else None
