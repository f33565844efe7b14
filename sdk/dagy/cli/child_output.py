"""What processes started by tasks write, during `dagy run`.

They inherit file descriptors 1 and 2. Where these are no terminal, they get a pipe to us in their
place: a reader of ours that leaves never ends them, and their lines never stand in the JSON.
"""

import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dagy.cli import streams

Take = Callable[[str, str], None]
_STREAMS = {1: "stdout", 2: "stderr"}
_CHUNK_BYTES = 65_536
# What a process that outlives the run still writes is not waited for.
_DRAIN_SECONDS = 0.05
# A line without an end is cut here.
_LONGEST_LINE_BYTES = 65_536


@contextmanager
def child_output(take: Take) -> Iterator[None]:
    """Inside, `take("stdout" | "stderr", line)` gets every line that child processes write."""
    moved = [number for number in _STREAMS if _is_redirected(number)]
    pumps = [_Pump(number, take) for number in moved]
    try:
        yield
    finally:
        for pump in pumps:
            pump.stop()


def _is_redirected(number: int) -> bool:
    return streams.is_protected(_STREAMS[number]) and not os.isatty(number)


class _Pump:
    """Our own output moves to a private descriptor; the standard one becomes the pipe."""

    def __init__(self, number: int, take: Take) -> None:
        self._number = number
        self._take = take
        self._kept = os.dup(number)
        self._end, written = os.pipe()
        getattr(sys, _STREAMS[number]).flush()
        streams.move(_STREAMS[number], self._kept)
        os.dup2(written, number)
        os.close(written)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="dagy-child-output", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        os.dup2(self._kept, self._number)
        self._stopped.set()
        self._thread.join()
        getattr(sys, _STREAMS[self._number]).flush()
        streams.move(_STREAMS[self._number], self._number)
        os.close(self._kept)
        os.close(self._end)

    def _read(self) -> None:
        rest = b""
        while chunk := self._chunk():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._give(line)
            if len(rest) > _LONGEST_LINE_BYTES:
                self._give(rest)
                rest = b""
        if rest:
            self._give(rest)

    def _chunk(self) -> bytes:
        """Empty at the end: no writer is left, or the run is over and nothing more comes."""
        while not select.select([self._end], [], [], _DRAIN_SECONDS)[0]:
            if self._stopped.is_set():
                return b""
        return os.read(self._end, _CHUNK_BYTES)

    def _give(self, line: bytes) -> None:
        self._take(_STREAMS[self._number], line.decode("utf-8", "backslashreplace"))
