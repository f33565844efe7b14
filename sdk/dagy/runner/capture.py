"""Turns print, sys.stderr and logging into log events of the task that is running."""

import codecs
import io
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

from dagy.masking import known
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


class LineLog:
    """The lines of one task attempt, or of the run when `key` is None."""

    def __init__(self, emit: Emit, key: str | None = None, attempt: int | None = None) -> None:
        self._emit = emit
        self._key = key
        self._attempt = attempt
        self._rest: dict[Stream, str] = {}
        self._lock = threading.Lock()

    def write(self, stream: Stream, text: str) -> None:
        with self._lock:
            *whole, rest = (self._rest.get(stream, "") + text).split("\n")
            # A line without an end must not fill the memory; clean() cuts it anyway.
            self._rest[stream] = rest[: LINE_LIMIT_BYTES * 2]
            for text_line in whole:
                self.line(stream, text_line, "ERROR" if stream == "stderr" else "INFO")

    def line(self, stream: Stream, message: str, level: Level) -> None:
        self._emit(
            Log(
                message=clean(message),
                level=level,
                stream=stream,
                key=self._key,
                attempt=self._attempt,
            )
        )

    def close(self) -> None:
        """Gives out what was printed without a final newline."""
        for stream, rest in list(self._rest.items()):
            if rest:
                self.write(stream, "\n")


# True in a process that user code forked: it has no way to the host, and our locks may be held
# there by threads that do not exist; it writes to the plain descriptors.
_forked = False


def after_user_fork() -> None:
    global _forked  # a fact of the process, set once
    _forked = True


def after_own_fork() -> None:
    global _forked  # as above
    _forked = False


active: ContextVar[LineLog | None] = ContextVar("dagy_line_log", default=None)


class _Bytes(io.RawIOBase):
    """`sys.stdout.buffer`: bytes that are not UTF-8 show as \\xff."""

    def __init__(self, text: "_Text") -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._text.write(self._decoder.decode(bytes(data)))
        return len(data)


class _Text(io.TextIOBase):
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


class _Handler(logging.Handler):
    def __init__(self, fallback: LineLog | None) -> None:
        super().__init__()
        self._fallback = fallback

    def emit(self, record: logging.LogRecord) -> None:
        log = active.get() or self._fallback
        if log is None:
            return
        try:
            if _forked:
                os.write(2, (self.format(record) + "\n").encode("utf-8", "backslashreplace"))
                return
            log.line("log", self.format(record), _level(record.levelno))
        except Exception:  # a bad format string of user code
            self.handleError(record)


def _level(number: int) -> Level:
    if number >= logging.CRITICAL:
        return "CRITICAL"
    if number >= logging.ERROR:
        return "ERROR"
    if number >= logging.WARNING:
        return "WARNING"
    return "INFO" if number >= logging.INFO else "DEBUG"


@contextmanager
def captured(fallback: LineLog | None) -> Iterator[None]:
    """Redirects while the block runs. Without `fallback`, output of no task passes through."""
    out, err = sys.stdout, sys.stderr
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    own = _Handler(fallback)
    passes = fallback is None
    sys.stdout = _Text("stdout", fallback, out if passes else None)
    sys.stderr = _Text("stderr", fallback, err if passes else None)
    # Console handlers made at import would write every line a second time.
    root.handlers = [each for each in handlers if not _is_console(each, out, err)] + [own]
    if level == logging.WARNING:
        root.setLevel(logging.INFO)
    try:
        yield
    finally:
        if fallback is not None:
            fallback.close()
        sys.stdout, sys.stderr = out, err
        root.handlers = handlers
        root.setLevel(level)


def _is_console(handler: logging.Handler, out: TextIO, err: TextIO) -> bool:
    return isinstance(handler, logging.StreamHandler) and handler.stream in (out, err)
