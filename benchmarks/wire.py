"""A GraphQL client that costs next to nothing: kept-alive HTTP/1.1, and graphql-transport-ws."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    token: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


class Caller:
    """One connection; calls on it go one after the other."""

    def __init__(
        self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._head = (
            f"POST /graphql HTTP/1.1\r\nHost: {server.host}\r\n"
            f"Authorization: Bearer {server.token}\r\nContent-Type: application/json\r\n"
        )

    @classmethod
    async def open(cls, server: Server) -> "Caller":
        address = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        return cls(server, reader, writer)

    async def call(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        body = orjson.dumps({"query": document, "variables": variables})
        head = f"{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = orjson.loads(await self._body())
        if answer.get("errors"):
            raise RuntimeError(json.dumps(answer["errors"]))
        data: dict[str, Any] = answer["data"]
        return data

    async def _body(self) -> bytes:
        status, *fields = (await self._reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        if b" 200 " not in status + b" ":
            raise RuntimeError(f"the server answered {status.decode()}")
        length = next(line for line in fields if line.startswith(b"content-length:"))
        return await self._reader.readexactly(int(length.partition(b":")[2]))

    def close(self) -> None:
        self._writer.close()


class Listener:
    """One WebSocket; operations on it go one after the other."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0

    async def subscribe(
        self, document: str, variables: Mapping[str, Any]
    ) -> AsyncIterator[dict[str, Any]]:
        """The `data` of every message, until the server completes."""
        self._number += 1
        payload = {"query": document, "variables": variables}
        await self._send({"type": "subscribe", "id": str(self._number), "payload": payload})
        while True:
            message = orjson.loads(await self._connection.recv())
            if message["type"] == "complete":
                return
            if message["type"] == "ping":
                await self._send({"type": "pong"})
                continue
            if message["type"] != "next" or "errors" in message["payload"]:
                raise RuntimeError(json.dumps(message))
            yield message["payload"]["data"]

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._connection.send(orjson.dumps(message).decode())

    async def greet(self, token: str) -> None:
        await self._send(
            {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
        )
        answer = orjson.loads(await self._connection.recv())
        if answer["type"] != "connection_ack":
            raise RuntimeError(json.dumps(answer))


@asynccontextmanager
async def listening(server: Server) -> AsyncIterator[Listener]:
    protocol = Subprotocol("graphql-transport-ws")
    address = f"ws://{server.host}/graphql"
    async with connect(
        address, subprotocols=[protocol], compression=None, proxy=None
    ) as connection:
        listener = Listener(connection)
        await listener.greet(server.token)
        yield listener
