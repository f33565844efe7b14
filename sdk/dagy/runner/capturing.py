"""While a run runs: its output, its records of logging, and what its tasks start."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dagy.runner.capture import LineLog, TaskText
from dagy.runner.loggers import logging_captured
from dagy.runner.offspring import offspring_captured


@contextmanager
def captured(fallback: LineLog | None) -> Iterator[None]:
    """Redirects while the block runs. Without `fallback`, output of no task passes through."""
    out, err = sys.stdout, sys.stderr
    passes = fallback is None
    own_out = TaskText("stdout", fallback, out if passes else None)
    own_err = TaskText("stderr", fallback, err if passes else None)
    with ExitStack() as stack:
        stack.enter_context(logging_captured(fallback, out, err, own_out, own_err))
        stack.enter_context(offspring_captured())
        sys.stdout, sys.stderr = own_out, own_err
        try:
            yield
        finally:
            if fallback is not None:
                fallback.close()
            sys.stdout, sys.stderr = out, err
