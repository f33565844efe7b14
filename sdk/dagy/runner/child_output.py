"""The pipes that stand for descriptors 1 and 2 of what a task starts, and the thread that reads
them: each process has its own, so that the lines of two never mix."""

import codecs
import contextlib
import os
import selectors
import socket
import threading

from dagy.runner.capture import LineLog
from dagy.runner.processes import close_private, keep_private
from dagy.runner.protocol import Stream

_READ_BYTES = 65536


class RawStream:
    """Bytes written to `write_fd` become lines of `log`."""

    def __init__(self, log: LineLog, stream: Stream) -> None:
        self.read_fd, self.write_fd = os.pipe()
        os.set_blocking(self.read_fd, False)
        self.is_open = True
        self._log = log
        self._stream: Stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._lock = threading.Lock()
        self._end = _Descriptor(self.read_fd)
        keep_private(self._end)

    def given_away(self) -> None:
        """Another process has its end now: the stream ends with it."""
        os.close(self.write_fd)

    def drain(self) -> bool:
        """Tells all that is there; False at the end of the stream."""
        with self._lock, contextlib.suppress(BlockingIOError):
            while self.is_open:
                data = os.read(self.read_fd, _READ_BYTES)
                if not data:
                    return False
                self._log.write(self._stream, self._decoder.decode(data))
        return self.is_open

    def close(self) -> None:
        with self._lock:
            if self.is_open:
                self.is_open = False
                close_private(self._end)
                self._log.end(self._stream)


class _Descriptor:
    def __init__(self, fd: int) -> None:
        self._fd = fd

    def close(self) -> None:
        os.close(self._fd)


class Reader:
    """One daemon thread for all the streams of this process, started with the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: list[RawStream] = []
        self._wake: socket.socket | None = None

    def add(self, stream: RawStream) -> None:
        with self._lock:
            self._new.append(stream)
            if self._wake is None:
                self._start()
            assert self._wake is not None
            self._wake.send(b"+")

    def _start(self) -> None:
        self._wake, woken = socket.socketpair()
        keep_private(self._wake)
        keep_private(woken)
        threading.Thread(target=self._read, args=(woken,), name="dagy-output", daemon=True).start()

    def _read(self, woken: socket.socket) -> None:
        selector = selectors.DefaultSelector()
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                stream: RawStream | None = key.data
                if stream is None:
                    woken.recv(4096)
                    self._register_new(selector)
                elif not stream.drain():
                    selector.unregister(stream.read_fd)
                    stream.close()

    def _register_new(self, selector: selectors.BaseSelector) -> None:
        with self._lock:
            new, self._new = self._new, []
        for stream in new:
            selector.register(stream.read_fd, selectors.EVENT_READ, stream)
