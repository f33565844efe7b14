"""Waiting for a descriptor of a process that may end: exactly what it wrote is read, no patience
decides."""

import asyncio
import contextlib
from collections.abc import Callable


class Readable:
    """Nothing that was read is ever held in a future, where the end of a wait could lose it."""

    def __init__(self) -> None:
        self._fd = -1
        self._wake = asyncio.Event()
        self._stops_when_empty = False

    def attach(self, fd: int) -> None:
        """`fd` does not block."""
        self._fd = fd

    def stop_when_empty(self) -> None:
        """The writer is gone: what is there now is all that it wrote."""
        self._stops_when_empty = True
        self._wake.set()

    async def read(self, take: Callable[[], bytes]) -> bytes:
        """What `take` finds, once there is something; empty at the end."""
        while True:
            try:
                return take()
            except BlockingIOError:
                if self._stops_when_empty:
                    return b""
                await self._readable()

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        self._wake.clear()
        loop.add_reader(self._fd, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            with contextlib.suppress(ValueError, OSError):
                loop.remove_reader(self._fd)
