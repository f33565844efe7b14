"""Strangers of one kind, until they are stopped: `python -m benchmarks.strangers_load JOB`.

64 connections from one address, 127.0.0.2. Each asks again as soon as it is answered, and connects
again as soon as it is closed: nothing but the server sets their pace. Whoever attacks a real
installation has processors of their own, so here the strangers get what the others leave of the two
that all share (nice 19).
"""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import uvloop

_CONNECTIONS = 64
_ADDRESS = "127.0.0.2"
_DRIP_SECONDS = 0.5
_ALL_ARE_THERE_SECONDS = 0.5
_LOWEST_PRIORITY = 19

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_numbers = itertools.count()


def _post(body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [
        "POST /graphql HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        *headers,
    ]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def _query(text: str) -> bytes:
    return _post(json.dumps({"query": f"{text} # {next(_numbers)}"}).encode())


def _bad_token() -> bytes:
    token = base64.urlsafe_b64encode(os.urandom(32)).decode()
    return _post(b'{"query": "{ viewer { role } }"}', f"Authorization: Bearer dagy_at_{token}")


def _big() -> bytes:
    return _post(b'{"query": "' + b"x" * 3_000_000 + b'"}')


async def _asked(streams: Streams, request: Callable[[], bytes]) -> None:
    """Asks again and again, whatever the answers are."""
    reader, writer = streams
    while True:
        writer.write(request())
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))


async def _dripped(streams: Streams, head: bytes) -> None:
    _, writer = streams
    writer.write(head)
    while not writer.is_closing():
        writer.write(b"A")
        await writer.drain()
        await asyncio.sleep(_DRIP_SECONDS)


async def _idle(streams: Streams) -> None:
    """A WebSocket that is never greeted, or is and wants nothing."""
    reader, writer = streams
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /graphql HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
    ]
    lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
    lines += ["Sec-WebSocket-Protocol: graphql-transport-ws", "", ""]
    writer.write("\r\n".join(lines).encode())
    await reader.readuntil(b"\r\n\r\n")
    if next(_numbers) % 2:
        greeting = b'{"type":"connection_init"}'
        writer.write(bytes([0x81, 0x80 | len(greeting), 0, 0, 0, 0]) + greeting)
    await reader.read()


def _asking(request: Callable[[], bytes]) -> Callable[[Streams], Awaitable[None]]:
    return lambda streams: _asked(streams, request)


KINDS: dict[str, Callable[[Streams], Awaitable[None]]] = {
    "fragments": _asking(lambda: _query("{" + "...{viewer{role}}" * 280 + "}")),
    "directives": _asking(lambda: _query("{viewer{role " + "@a " * 900 + "}}")),
    "aliases": _asking(lambda: _query("{" + " ".join(f"a{n}:role" for n in range(600)) + "}")),
    "slow_headers": lambda streams: _dripped(streams, b"GET / HTTP/1.1\r\nHost: localhost\r\nA: "),
    "slow_bodies": lambda streams: _dripped(streams, _post(b'{"query":"', length=100_000)),
    "idle_websockets": _idle,
    "big_bodies": _asking(_big),
    "bad_tokens": _asking(_bad_token),
}


@asynccontextmanager
async def _connected(host: str, port: int) -> AsyncIterator[Streams]:
    streams = await asyncio.open_connection(host, port, local_addr=(_ADDRESS, 0))
    try:
        yield streams
    finally:
        streams[1].transport.abort()


async def _stranger(act: Callable[[Streams], Awaitable[None]], host: str, port: int) -> None:
    while True:
        with contextlib.suppress(OSError, EOFError):
            async with _connected(host, port) as streams:
                await act(streams)


async def main(job: dict[str, Any]) -> None:
    os.nice(_LOWEST_PRIORITY)
    parts = urlsplit(job["url"])
    act = KINDS[job["kind"]]
    host, port = parts.hostname or "", parts.port or 0
    strangers = [asyncio.create_task(_stranger(act, host, port)) for _ in range(_CONNECTIONS)]
    await asyncio.sleep(_ALL_ARE_THERE_SECONDS)
    print("ready", flush=True)
    await asyncio.gather(*strangers)


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
