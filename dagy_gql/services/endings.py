"""How an attempt ended whose runner did not say so itself. Pure."""

import signal
from collections.abc import Mapping

from dagy.runner.faults import garbled, signal_name
from dagy.runner.protocol import ErrorInfo, Event, TaskFailed
from dagy_gql.backends.base import EndCause, RunEnd
from dagy_gql.enums import RunState
from dagy_gql.services.transitions.folding import Finish, error_text

# Attempt numbers of the tasks that are under way, by key.
UnderWay = Mapping[str, int]


def left_behind(under_way: UnderWay, end: RunEnd | None) -> list[Event]:
    """The tasks that a process ended in the middle of have failed, and say why."""
    if end is None or end.cause is not EndCause.EXITED:
        return []
    error = _exited(end)
    return [TaskFailed(key=key, attempt=attempt, error=error) for key, attempt in under_way.items()]


def verdict(under_way: UnderWay, end: RunEnd | None) -> Finish | None:
    """How a run ends whose runner did not say so; None where it did, or may try again."""
    if end is None:
        return None
    match end.cause:
        case EndCause.EXITED:
            task_key = next(iter(under_way), None)
            return Finish(RunState.FAILED, error=error_text(_exited(end), task_key=task_key))
        case EndCause.DEADLINE:
            error = ErrorInfo(code="TIMED_OUT", message="The run was over its time limit.")
            return Finish(RunState.TIMED_OUT, error=error_text(error))
        case EndCause.CANCELLED:
            return Finish(RunState.CANCELLED)
        case EndCause.IMPORT_FAILED:
            return Finish(RunState.FAILED, error=error_text(end.error))
        case EndCause.GARBLED:
            return Finish(RunState.FAILED, error=error_text(garbled()))
        case EndCause.FINISHED | EndCause.KILLED | EndCause.LOST:
            return None


def _exited(end: RunEnd) -> ErrorInfo:
    return ErrorInfo(
        code="PROCESS_EXITED",
        message=f"The run's process ended with exit code {end.exit_code} before the flow did.",
        hint="Look for os._exit, sys.exit in a thread, or a library that ends the process.",
    )


def cause_of_death(end: RunEnd) -> str:
    if end.error is not None:
        return end.error.message
    if end.signal is None:
        return "its process was lost"
    name = signal_name(end.signal)
    hint = "; out of memory?" if end.signal == signal.SIGKILL else ""
    return f"its process was killed by {name}{hint}"
