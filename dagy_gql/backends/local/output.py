"""The raw output of a run's process: what it writes to descriptor 1 or 2, past Python."""

import asyncio
import contextlib
import os

from dagy.masking import Masker
from dagy.runner.protocol import LINE_LIMIT_BYTES, Event, Level, Log, Stream

_READ_BYTES = 262_144
# UTF-8 needs no more.
_BYTES_PER_CHARACTER = 4
_NOTHING = Masker()


class Output:
    """The raw output of the process as log lines of the run, without what `known` masks."""

    def __init__(self, known: Masker, stream: Stream) -> None:
        self._known = known
        self._stream: Stream = stream
        self._fd = -1
        self._is_open = False
        self._rest = b""
        self._wake = asyncio.Event()
        self._is_stopping = False

    def attach(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._is_open = True

    async def readable(self) -> bool:
        """Wait for bytes or the end of the pipe."""
        if not self._is_open or self._is_stopping:
            return False
        loop = asyncio.get_running_loop()
        self._wake.clear()
        loop.add_reader(self._fd, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            if self._is_open:
                loop.remove_reader(self._fd)
        return self._is_open and not self._is_stopping

    def stop(self) -> None:
        """The process is gone: `rest` has what it wrote last."""
        self._is_stopping = True
        self._wake.set()

    def drain(self) -> list[Event]:
        lines: list[Event] = []
        with contextlib.suppress(BlockingIOError):
            while self._is_open:
                data = os.read(self._fd, _READ_BYTES)
                if not data:
                    self._close()
                lines.extend(self._cut(data))
        return lines

    def rest(self) -> list[Event]:
        """What is left when nobody reads any more; closes the pipe."""
        lines = self.drain()
        if self._is_open:
            self._close()
        if self._rest:
            lines.append(self._log(self._rest, self._known))
            self._rest = b""
        return lines

    def _cut(self, data: bytes) -> list[Event]:
        """Whole lines, and what is too long for one: that is cut, but not within a secret, whose
        second half may be still to come."""
        block = self._rest + data
        *whole, self._rest = block.split(b"\n")
        if len(self._rest) > LINE_LIMIT_BYTES + self._reach:
            masked = _masked(self._rest, self._known).encode()
            cut = len(masked) - self._reach
            whole.append(masked[:cut])
            self._rest = masked[cut:]
        # One look at the block is much cheaper than one at each line.
        known = self._known if self._known.finds(block) else _NOTHING
        return [self._log(text, known) for text in whole]

    def _log(self, text: bytes, known: Masker) -> Log:
        message = _masked(text, known)
        if len(text) > LINE_LIMIT_BYTES:
            message = message.encode()[:LINE_LIMIT_BYTES].decode("utf-8", "backslashreplace")
        # Of a line that was redrawn, its last state.
        message = message.rstrip("\r").rpartition("\r")[2]
        level: Level = "STDERR" if self._stream == "stderr" else "INFO"
        return Log(message=message, level=level, stream=self._stream)

    @property
    def _reach(self) -> int:
        """So many bytes at the end may be the beginning of a secret."""
        return self._known.longest * _BYTES_PER_CHARACTER

    def _close(self) -> None:
        self._is_open = False
        with contextlib.suppress(ValueError, OSError):
            asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
        self._wake.set()


def _masked(text: bytes, known: Masker) -> str:
    return known.text(text.decode("utf-8", "backslashreplace"))
