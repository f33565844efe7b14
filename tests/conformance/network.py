"""What stands between a client and the server, and what a run of the tests waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Line:
    """A TCP connection to the server, as often as it is asked for, until it is cut."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.connections = 0
        self._target = target
        self._is_down = False
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Without a farewell, and nobody gets through any more."""
        self._is_down = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_down = False

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            writer.transport.abort()
            return
        self.connections += 1
        there = await asyncio.open_connection("127.0.0.1", self._target)
        pair = {writer, there[1]}
        self._writers |= pair
        try:
            await asyncio.gather(_pumped(reader, there[1]), _pumped(there[0], writer))
        finally:
            self._writers -= pair
            for each in pair:
                each.transport.abort()


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    if not writer.transport.is_closing():
        writer.close()


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    line = Line(port)
    async with await asyncio.start_server(line.take, "127.0.0.1", 0) as listener:
        line.port = listener.sockets[0].getsockname()[1]
        try:
            yield line
        finally:
            line.cut()


class Doors:
    """`GET /n` answers when door `n` is open."""

    def __init__(self) -> None:
        self.port = 0
        self._open = {"/1": asyncio.Event(), "/2": asyncio.Event()}

    def open(self, number: int) -> None:
        self._open[f"/{number}"].set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split()[1].decode()
        await self._open[path].wait()
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()


@asynccontextmanager
async def doors() -> AsyncIterator[Doors]:
    found = Doors()
    async with await asyncio.start_server(found.take, "127.0.0.1", 0) as listener:
        found.port = listener.sockets[0].getsockname()[1]
        try:
            yield found
        finally:
            found.open(1)
            found.open(2)
