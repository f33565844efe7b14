"""Records of Python's logging as lines of the task. However a task configures logging, each record
is told once, with its level: handlers of the console are passed over in its favour."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dagy.runner import capture
from dagy.runner.capture import LineLog, active
from dagy.runner.protocol import Level

_Call = Callable[[logging.Logger, logging.LogRecord], None]


class _Handler(logging.Handler):
    def __init__(self, fallback: LineLog | None) -> None:
        super().__init__()
        self._fallback = fallback

    def log(self) -> LineLog | None:
        return active.get() or self._fallback

    def emit(self, record: logging.LogRecord) -> None:
        log = self.log()
        if log is None:
            return
        try:
            if capture.is_forked():
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


class _Calls:
    """Takes the place of Logger.callHandlers, which no configuration of logging replaces."""

    def __init__(self, own: _Handler, consoles: list[object]) -> None:
        self._own = own
        self._consoles = [each for each in consoles if each is not None]

    def call(self, logger: logging.Logger, record: logging.LogRecord, original: _Call) -> None:
        if self._own.log() is None:
            original(logger, record)
        elif self._call_others(logger, record):
            self._own.handle(record)

    def _call_others(self, logger: logging.Logger, record: logging.LogRecord) -> bool:
        """Whether the record comes to the root or would show on the console."""
        is_shown = False
        at: logging.Logger | None = logger
        while at is not None:
            for handler in at.handlers:
                if record.levelno < handler.level:
                    continue
                if self._is_console(handler):
                    is_shown = True
                else:
                    handler.handle(record)
            if not at.propagate:
                return is_shown
            at = at.parent
        return True

    def _is_console(self, handler: logging.Handler) -> bool:
        """Those of the standard library and of rich."""
        stream: Any = getattr(handler, "stream", None)
        if stream is None:
            stream = getattr(getattr(handler, "console", None), "file", None)
        return any(stream is each for each in self._consoles)


_calls: _Calls | None = None


@contextmanager
def logging_captured(fallback: LineLog | None, *consoles: object) -> Iterator[None]:
    """Within `logging_patched`. `consoles` are what stood, and what stands, for stdout and
    stderr."""
    global _calls  # like the patch that needs it
    before = _calls
    _calls = _Calls(_Handler(fallback), [*consoles, sys.__stdout__, sys.__stderr__])
    try:
        yield
    finally:
        _calls = before


@contextmanager
def logging_patched() -> Iterator[None]:
    """Without effect outside of runs, but that the root logger lets INFO through unless the flow's
    module has set another level."""
    root, original = logging.getLogger(), logging.Logger.callHandlers

    def call(self: logging.Logger, record: logging.LogRecord) -> None:
        if _calls is None:
            original(self, record)
        else:
            _calls.call(self, record, original)

    level = root.level
    if level == logging.WARNING:
        root.setLevel(logging.INFO)
    logging.Logger.callHandlers = call  # type: ignore[method-assign]
    try:
        yield
    finally:
        logging.Logger.callHandlers = original  # type: ignore[method-assign]
        root.setLevel(level)
