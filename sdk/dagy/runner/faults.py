"""Exceptions as ErrorInfo: one code, the user's file:line, a trimmed traceback, a hint."""

import signal

from dagy.errors import DagyError
from dagy.masking import known
from dagy.runner.capture import clean
from dagy.runner.execution import ArgumentError
from dagy.runner.protocol import Crash, ErrorInfo
from dagy.source import user_location, user_traceback

_TRACEBACK_LIMIT = 32_000
_LEAVES_TOLD = 10
_WORD_LIMIT = 200


def error_info(error: BaseException, *, code: str = "TASK_FAILED") -> ErrorInfo:
    where, hint = getattr(error, "where", None), _hint(error)
    return ErrorInfo(
        code=_plain(_code(error, code))[:_WORD_LIMIT],
        message=clean(_plain(_message(error))),
        type=type(error).__name__[:_WORD_LIMIT],
        traceback=_traceback(error),
        where=clean(where) if isinstance(where, str) and where else _cleaned(_where(error)),
        hint=_cleaned(hint),
    )


def _plain(text: object) -> str:
    """User code may have put anything into an error of ours."""
    return str.__str__(text) if isinstance(text, str) else repr(text)


def _cleaned(text: object) -> str | None:
    return None if text is None else clean(_plain(text))


def _where(error: BaseException) -> str | None:
    """Of a group, the place of the first error in it: its own is that of the `async with`."""
    first = next(iter(_leaves(error)), error)
    return user_location(first.__traceback__) or user_location(error.__traceback__)


def _leaves(error: BaseException) -> list[BaseException]:
    """The errors in a group, and in the groups in it; none for any other error."""
    if not isinstance(error, BaseExceptionGroup):
        return []
    return [leaf for each in error.exceptions for leaf in (_leaves(each) or [each])]


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
    if isinstance(error, BaseExceptionGroup):
        return _group_message(error)
    return _text(error) or type(error).__name__


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a broken __str__ of user code
        return ""


def _group_message(group: BaseExceptionGroup[BaseException]) -> str:
    leaves = _leaves(group)
    told = [_leaf_message(leaf) for leaf in leaves[:_LEAVES_TOLD]]
    if len(leaves) > len(told):
        told.append(f"and {len(leaves) - len(told)} more")
    return f"{_text(group)}: {'; '.join(told)}"


def _leaf_message(leaf: BaseException) -> str:
    text, place = _message(leaf), user_location(leaf.__traceback__)
    kind = type(leaf).__name__
    return (kind if text == kind else f"{kind}: {text}") + (f" ({place})" if place else "")


def _hint(error: BaseException) -> str | None:
    if isinstance(error, MemoryError):
        return (
            "work on smaller pieces, or raise the limit: memory_limit_mb of the task, or "
            "DAGY_RUN_MEMORY_LIMIT_MB of the worker for tasks without one"
        )
    if isinstance(error, SystemExit):
        return "return from the task instead: sys.exit() fails it, whatever the exit code"
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


def told(error: ErrorInfo) -> str:
    """An error as a line of the log, with what Python says of where it came from."""
    kind = f"{error.type}: " if error.type and error.type != error.message else ""
    head = f"{kind}{error.message}" + (f" ({error.where})" if error.where else "")
    return head if error.traceback is None else f"{head}\n{error.traceback.rstrip()}"


def timed_out(timeout_seconds: float) -> ErrorInfo:
    return ErrorInfo(
        code="TASK_TIMED_OUT",
        message=f"the task ran longer than {timeout_seconds:g} s and was killed",
        type="TaskTimedOutError",
        hint="raise timeout_seconds, or make the task do less",
    )


def stopped_itself() -> ErrorInfo:
    return ErrorInfo(
        code="TASK_FAILED",
        message="the task raised Cancelled, though nobody has cancelled it",
        type="Cancelled",
        hint="raise an exception of your own to fail a task, or return from it",
    )


def garbled(why: str | None = None) -> ErrorInfo:
    """What came over a process's event socket was no event."""
    what = "the process wrote something else than events to its event socket"
    return ErrorInfo(
        code="PROTOCOL_BROKEN",
        message=what if why is None else f"{what}: {why}",
        type="ProcessExitedError",
        hint="write to stdout or to files of your own, never to descriptors you did not open",
    )


def signal_name(number: int) -> str:
    """SIGKILL for 9; real-time signals have no names."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


CRASH_HINT = "a crash in native code or a lack of memory; see the lines of stderr"


def process_exited(
    *, exit_code: int | None, signal_number: int | None, crash: Crash | None = None
) -> ErrorInfo:
    """The end of a process that gave no result."""
    if signal_number is None:
        how = f"ended with exit code {exit_code}"
        hint = "the task must return; os._exit() and exec end it without a result"
    else:
        how = f"was killed by {signal_name(signal_number)}"
        if crash is not None and crash.where is not None:
            how += f" at {crash.where}"
        hint = CRASH_HINT
    return ErrorInfo(
        code="PROCESS_EXITED",
        message=f"the process of the task {how}",
        type="ProcessExitedError",
        traceback=None if crash is None else crash.stack,
        where=None if crash is None else crash.where,
        hint=hint,
    )
