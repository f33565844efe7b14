"""Exceptions as ErrorInfo: one code, the user's file:line, a trimmed traceback, a hint."""

import signal

from dagy.errors import DagyError
from dagy.masking import known
from dagy.runner.capture import clean
from dagy.runner.execution import ArgumentError
from dagy.runner.protocol import ErrorInfo
from dagy.source import user_location, user_traceback

_TRACEBACK_LIMIT = 32_000


def error_info(error: BaseException, *, code: str = "TASK_FAILED") -> ErrorInfo:
    return ErrorInfo(
        code=_code(error, code),
        message=clean(_message(error)),
        type=type(error).__name__,
        traceback=_traceback(error),
        where=getattr(error, "where", None) or user_location(error.__traceback__),
        hint=_hint(error),
    )


def _code(error: BaseException, code: str) -> str:
    if isinstance(error, MemoryError):
        return "MEMORY_EXCEEDED"
    if isinstance(error, ArgumentError):
        return "BAD_PARAMETER"
    return error.code if isinstance(error, DagyError) and code == "TASK_FAILED" else code


def _message(error: BaseException) -> str:
    if isinstance(error, DagyError):
        return error.message
    if isinstance(error, SystemExit):
        return f"the task called sys.exit({error.code!r})"
    if isinstance(error, MemoryError):
        return str(error) or "out of memory"
    try:
        return str(error) or type(error).__name__
    except Exception:  # a broken __str__ of user code
        return type(error).__name__


def _hint(error: BaseException) -> str | None:
    if isinstance(error, MemoryError):
        return "raise memory_limit_mb, or work on smaller pieces"
    if isinstance(error, ArgumentError):
        return "fix the annotation or the value, or set validate_parameters=False"
    return getattr(error, "hint", None) if isinstance(error, DagyError) else None


def _traceback(error: BaseException) -> str | None:
    if error.__traceback__ is None:
        return None
    text = user_traceback(error).encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    text = known.text(text)
    if len(text) <= _TRACEBACK_LIMIT:
        return text
    half = _TRACEBACK_LIMIT // 2
    return f"{text[:half]}\n... [traceback shortened] ...\n{text[-half:]}"


def timed_out(timeout_seconds: float) -> ErrorInfo:
    return ErrorInfo(
        code="TASK_TIMED_OUT",
        message=f"the task ran longer than {timeout_seconds:g} s and was killed",
        type="TaskTimedOutError",
        hint="raise timeout_seconds, or make the task do less",
    )


def garbled() -> ErrorInfo:
    """What came over a process's event socket was no event."""
    return ErrorInfo(
        code="PROTOCOL_BROKEN",
        message="the process wrote something else than events to its event socket",
        type="ProcessExitedError",
        hint="write to stdout or to files of your own, never to descriptors you did not open",
    )


def signal_name(number: int) -> str:
    """SIGKILL for 9; real-time signals have no names."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def process_exited(*, exit_code: int | None, signal_number: int | None) -> ErrorInfo:
    """The end of a process that gave no result."""
    if signal_number is None:
        how = f"ended with exit code {exit_code}"
        hint = "the task must return; os._exit() and exec end it without a result"
    else:
        how = f"was killed by {signal_name(signal_number)}"
        hint = "a crash in native code or a lack of memory; see the lines of stderr"
    return ErrorInfo(
        code="PROCESS_EXITED",
        message=f"the process of the task {how}",
        type="ProcessExitedError",
        hint=hint,
    )
