"""While a run runs: its output, its records of logging, and what its tasks start."""

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dagy.runner.capture import LineLog, TaskText
from dagy.runner.loggers import logging_captured, logging_patched
from dagy.runner.offspring import offspring_captured, offspring_patched


@contextmanager
def captured(fallback: LineLog | None) -> Iterator[None]:
    """Redirects while the block runs. Without `fallback`, output of no task passes through."""
    out, err = sys.stdout, sys.stderr
    passes = fallback is None
    own_out = TaskText("stdout", fallback, out if passes else None)
    own_err = TaskText("stderr", fallback, err if passes else None)
    with ExitStack() as stack:
        patches.enter()
        stack.callback(patches.leave)
        stack.enter_context(logging_captured(fallback, out, err, own_out, own_err))
        stack.enter_context(offspring_captured())
        sys.stdout, sys.stderr = own_out, own_err
        try:
            yield
        finally:
            if fallback is not None:
                fallback.close()
            sys.stdout, sys.stderr = out, err


class Patches:
    """Of classes of the standard library, shared by all runs of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._applied = ExitStack()

    def enter(self) -> None:
        with self._lock:
            if self._users == 0:
                self._applied.enter_context(logging_patched())
                self._applied.enter_context(offspring_patched())
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._applied.close()


patches = Patches()
