"""Turns what is printed into log events of the task that is running."""

import codecs
import io
import os
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol, TextIO

from dagy.masking import known
from dagy.runner.lines import REDRAW_SECONDS, LineSplitter
from dagy.runner.protocol import LINE_LIMIT_BYTES, Level, Log, Stream

Emit = Callable[[Log], None]
_TRUNCATED = "… [line truncated]"


def clean(text: str) -> str:
    """Text that UTF-8 and PostgreSQL can hold, at most LINE_LIMIT_BYTES long. It is cut outside of
    secrets, of which half a one would not be found any more."""
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    if "\x00" in text:
        text = text.replace("\x00", "\\x00")
    if len(text) * 4 <= LINE_LIMIT_BYTES or len(text.encode()) <= LINE_LIMIT_BYTES:
        return text
    text = known.text(text)
    if len(text.encode()) <= LINE_LIMIT_BYTES:
        return text
    room = LINE_LIMIT_BYTES - len(_TRUNCATED.encode())
    return text.encode()[:room].decode(errors="ignore") + _TRUNCATED


class Drained(Protocol):
    def drain(self) -> bool:
        """False when nothing more can come."""


class LineLog:
    """The lines of one task attempt, or of the run when `key` is None."""

    def __init__(self, emit: Emit, key: str | None = None, attempt: int | None = None) -> None:
        self._emit = emit
        self.key = key
        self.attempt = attempt
        self._splitters: dict[Stream, LineSplitter] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        # What the processes that it started have written comes before what it says next.
        self.children: list[Drained] = []

    def of_child(self) -> "LineLog":
        """For the output of another process of the same attempt."""
        return LineLog(self._emit, self.key, self.attempt)

    def write(self, stream: Stream, text: str) -> None:
        self._hear_children()
        with self._lock:
            splitter = self._splitters.setdefault(stream, LineSplitter())
            self._tell(stream, splitter.feed(text, time.monotonic()))
            if splitter.waits and self._timer is None:
                self._start_timer()

    def line(self, stream: Stream, message: str, level: Level) -> None:
        self._hear_children()
        self._say(stream, message, level)

    def end(self, stream: Stream) -> None:
        with self._lock:
            splitter = self._splitters.get(stream)
            if splitter is not None:
                self._tell(stream, splitter.end())

    def close(self) -> None:
        """Gives out what was printed without a final newline."""
        self._hear_children()
        for stream in list(self._splitters):
            self.end(stream)

    def _hear_children(self) -> None:
        if self.children:
            self.children = [each for each in self.children if each.drain()]

    def _tell(self, stream: Stream, lines: list[str]) -> None:
        for each in lines:
            self._say(stream, each, "STDERR" if stream == "stderr" else "INFO")

    def _say(self, stream: Stream, message: str, level: Level) -> None:
        self._emit(
            Log(
                message=clean(message),
                level=level,
                stream=stream,
                key=self.key,
                attempt=self.attempt,
            )
        )

    def _start_timer(self) -> None:
        self._timer = threading.Timer(REDRAW_SECONDS, self._redraw)
        self._timer.daemon = True
        self._timer.start()

    def _redraw(self) -> None:
        """A second later: the newest state of each line that is redrawn."""
        with self._lock:
            self._timer = None
            for stream, splitter in self._splitters.items():
                self._tell(stream, splitter.due(time.monotonic()))
            if any(splitter.waits for splitter in self._splitters.values()):
                self._start_timer()


# True in a process that user code forked: it has no way to the host, and our locks may be held
# there by threads that do not exist; it writes to the plain descriptors.
_forked = False


def after_user_fork() -> None:
    global _forked  # a fact of the process, set once
    _forked = True


def after_own_fork() -> None:
    global _forked  # as above
    _forked = False


def is_forked() -> bool:
    return _forked


active: ContextVar[LineLog | None] = ContextVar("dagy_line_log", default=None)


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`: bytes that are not UTF-8 show as \\xff."""

    def __init__(self, text: "TaskText") -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._text.write(self._decoder.decode(bytes(data)))
        return len(data)


class TaskText(io.TextIOBase):
    """Stands for sys.stdout or sys.stderr and sends each line to the active task."""

    def __init__(self, stream: Stream, fallback: LineLog | None, original: TextIO | None) -> None:
        self._stream: Stream = stream
        self._fallback = fallback
        self._original = original
        self.buffer = _Bytes(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the base has a plain attribute
        return "utf-8"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1 if self._stream == "stdout" else 2

    def write(self, text: str) -> int:
        log = active.get() or self._fallback
        if _forked:
            os.write(self.fileno(), text.encode("utf-8", "backslashreplace"))
        elif log is not None:
            log.write(self._stream, text)
        elif self._original is not None:
            self._original.write(text)
        return len(text)

    def flush(self) -> None:
        if self._original is not None:
            self._original.flush()
