"""What a process that crashed was doing: the task on the crashing thread, its file and line.

faulthandler writes the stack into a pipe that the parent of the process reads once it is gone."""

import contextlib
import faulthandler
import os
import re
import signal
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

from dagy.runner.protocol import Crash
from dagy.source import TASK_FILE, is_library, is_ours, shown

R = TypeVar("R")

# Signals that a process brings on itself; SIGKILL and SIGTERM come from outside.
OWN_FAULTS = frozenset(
    {
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGSEGV,
        signal.SIGSYS,
        signal.SIGTRAP,
    }
)
_FRAME = re.compile(r'  File "(?P<file>.*)", line (?P<line>\d+|\?\?\?) in (?P<name>.*)')
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")
# faulthandler writes at most 100 frames of at most 500 characters of name and file each.
_DUMP_LIMIT_BYTES = 131_072


class CrashPipe:
    """Made before a fork; `child` afterwards in the child, `parent` in its parent."""

    def __init__(self) -> None:
        self.read_fd, self.write_fd = os.pipe()
        # A dump that does not fit ends early rather than holding up the end of the process.
        os.set_blocking(self.write_fd, False)

    def child(self) -> None:
        os.close(self.read_fd)
        watch(self.write_fd)

    def parent(self) -> int:
        """The descriptor for `read_crash`."""
        os.close(self.write_fd)
        return self.read_fd


def watch(fd: int) -> None:
    """From now on a crash of this process leaves the stack of its thread in `fd`."""
    faulthandler.enable(fd, all_threads=False)


def read_crash(fd: int, *, is_crash: bool) -> Crash | None:
    """Closes `fd`; to be called when the process is gone."""
    try:
        if not is_crash:
            return None
        os.set_blocking(fd, False)
        with contextlib.suppress(BlockingIOError):  # a grandchild holds the other end
            return parse(os.read(fd, _DUMP_LIMIT_BYTES).decode("ascii", "replace"))
        return None
    finally:
        os.close(fd)


def is_own_fault(signal_number: int | None) -> bool:
    return signal_number in OWN_FAULTS


def parse(dump: str) -> Crash | None:
    """None for a process that left no stack: SIGKILL, or a thread that Python does not know."""
    frames = [found for text in dump.splitlines() if (found := _FRAME.fullmatch(text))]
    if not frames:
        return None
    names = [place for place, each in enumerate(frames) if each["file"] == TASK_FILE]
    frames, key = (frames[: names[0]], frames[names[0]]["name"]) if names else (frames, None)
    own = [each for each in frames if not is_ours(_plain(each["file"]))]
    innermost = next((each for each in own if not is_library(_plain(each["file"]))), None)
    return Crash(
        key=None if key is None else _plain(key),
        where=None if innermost is None else _place(innermost),
        stack=_stack(own),
    )


def _place(frame: re.Match[str]) -> str:
    return shown(f"{_plain(frame['file'])}:{frame['line']}")


def _stack(frames: list[re.Match[str]]) -> str | None:
    told = [
        f'  File "{_plain(each["file"])}", line {each["line"]}, in {_plain(each["name"])}'
        for each in reversed(frames)
    ]
    return shown("\n".join(["Stack (most recent call last):", *told])) if told else None


def _plain(text: str) -> str:
    """faulthandler escapes what is not ASCII."""
    return _ESCAPE.sub(lambda found: chr(int(next(filter(None, found.groups())), 16)), text)


def _named(work: Callable[[], Any]) -> Any:
    return work()


def under_name(key: str, work: Callable[[], R]) -> R:
    """Calls `work` below a frame with the name of the task, for a crash to show. Costs 2 µs."""
    code = _named.__code__.replace(co_name=key, co_filename=TASK_FILE)
    result: R = FunctionType(code, {})(work)
    return result
