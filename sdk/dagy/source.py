"""Where the user's code is: file:line of a frame, and tracebacks without our own frames."""

import os
import sys
import traceback
from types import FrameType, TracebackType

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STANDARD = os.path.dirname(os.__file__) + os.sep
# The frame that bears the key of a task, so that a crash shows which task it was.
TASK_FILE = "<dagy task>"
_MACHINERY = (_HERE, _STANDARD + "contextlib.py", "<frozen ", TASK_FILE)

# Where a host has unpacked the flow: users know their files by the names inside of it.
_unpacked_at = ""


def name_files_below(folder: str) -> None:
    """From now on files below `folder` are named by their path inside of it."""
    global _unpacked_at
    _unpacked_at = os.path.join(folder, "")


def unpacked_at() -> str:
    """Empty where no host has unpacked anything."""
    return _unpacked_at


def shown(text: str) -> str:
    """Text with the user's names of files in it."""
    return text.replace(_unpacked_at, "") if _unpacked_at else text


def is_ours(file_name: str) -> bool:
    return file_name.startswith(_MACHINERY)


def user_frame() -> str | None:
    """file:line of the innermost caller in the user's own code; if there is none, outside of the
    SDK."""
    frame = outside = _outside_frame()
    while frame is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    found = frame or outside
    return shown(f"{found.f_code.co_filename}:{found.f_lineno}") if found else None


def caller_is_user() -> bool:
    """Is the innermost caller outside of the SDK the user's own code, not a library or debugger?"""
    frame = _outside_frame()
    return frame is not None and not is_library(frame.f_code.co_filename)


def _outside_frame() -> FrameType | None:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def user_location(trace: TracebackType | None) -> str | None:
    """file:line of the deepest frame in the user's own code; if there is none, in a library."""
    own = library = None
    while trace is not None:
        file_name = trace.tb_frame.f_code.co_filename
        if not is_ours(file_name):
            library = f"{file_name}:{trace.tb_lineno}"
            own = own if is_library(file_name) else library
        trace = trace.tb_next
    found = own or library
    return None if found is None else shown(found)


def is_library(file_name: str) -> bool:
    return file_name.startswith((_STANDARD, "<")) or "site-packages" in file_name


def user_traceback(error: BaseException) -> str:
    """The traceback as Python prints it, without frames of the SDK; causes are kept."""
    told = traceback.TracebackException.from_exception(error, limit=-50)
    _trim(told)
    return shown("".join(told.format()))


def _trim(told: traceback.TracebackException) -> None:
    told.stack = traceback.StackSummary.from_list(
        [frame for frame in told.stack if not is_ours(frame.filename)]
    )
    for linked in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if linked is not None:
            _trim(linked)
