"""stdout and stderr whose reader may leave, and whose disk may be full.

`dagy runs list | head` ends quietly, as other commands do. Commands that do work (`run`, `up`)
carry on without their output: what a reader does must never change what becomes of a run.
"""

import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

# What a shell reports for a program that SIGPIPE ended: 128 + 13.
READER_LEFT = 141
_READER_LEFT_ERRORS = frozenset({errno.EPIPE, errno.ECONNRESET})


class Descriptor(io.BufferedIOBase):
    """A standard stream. After the first write that fails, everything goes to /dev/null.

    `failure` is that first error; None while all is well. Keeps nothing back: what a Ctrl-C
    interrupts is not written a second time at the end.
    """

    def __init__(self, number: int, *, is_result: bool) -> None:
        self.number = number
        self.failure: OSError | None = None
        self.is_optional = not is_result

    @property
    def name(self) -> int:
        """As that of a file that was opened by number."""
        return self.number

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.number

    def isatty(self) -> bool:
        return os.isatty(self.number)

    def write(self, data: Any) -> int:
        left = memoryview(data).cast("B")
        size = left.nbytes
        while left:
            try:
                left = left[os.write(self.number, left) :]
            except BlockingIOError:  # somebody made it non-blocking
                select.select([], [self.number], [])
            except OSError as error:
                self._discard(error)
        return size

    def _discard(self, error: OSError) -> None:
        self.failure = self.failure or error
        # Also for the processes that a run starts: they inherit the descriptor.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.number)
        os.close(nowhere)
        if not self.is_optional:
            raise SystemExit(_exit_code(error))


_descriptors: dict[str, Descriptor] = {}


def protect() -> None:
    """Put Descriptors below sys.stdout and sys.stderr. Characters a terminal lacks show as "?"."""
    for name in ("stdout", "stderr"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:  # the shell closed it: `>&-`
            setattr(sys, name, io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True))
            continue
        descriptor = Descriptor(stream.fileno(), is_result=name == "stdout")
        setattr(sys, name, _text(descriptor, stream))
        _descriptors[name] = descriptor


@contextmanager
def optional_output() -> Iterator[None]:
    """Inside, a reader that leaves or a full disk does not stop the work."""
    before = {name: each.is_optional for name, each in _descriptors.items()}
    for each in _descriptors.values():
        each.is_optional = True
    try:
        yield
    finally:
        for name, is_optional in before.items():
            _descriptors[name].is_optional = is_optional


def is_protected(name: str) -> bool:
    return name in _descriptors


def move(name: str, number: int) -> None:
    """Write to this descriptor from now on; flush before."""
    _descriptors[name].number = number


def conclude(code: int) -> int:
    """The exit code of the command, given what became of its output; tells of a full disk."""
    stdout = _descriptors.get("stdout")
    if stdout is None:
        return code
    with optional_output():
        sys.stdout.flush()
    if stdout.failure is None or stdout.failure.errno in _READER_LEFT_ERRORS:
        return code
    sys.stderr.write(f"Error: the output could not be written: {stdout.failure.strerror}\n")
    return code or _exit_code(stdout.failure)


def _exit_code(error: OSError) -> int:
    return READER_LEFT if error.errno in _READER_LEFT_ERRORS else 1


def _text(descriptor: Descriptor, replaced: TextIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        descriptor,
        encoding=replaced.encoding,
        errors="replace",
        line_buffering=descriptor.isatty(),
    )
