"""How an attempt ended whose runner did not say so itself. Pure."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from dagy.runner.faults import CRASH_HINT, garbled, signal_name, told
from dagy.runner.protocol import Crash, ErrorInfo, Event, Log, TaskFailed, TaskRetrying
from dagy_gql.backends.base import EndCause, RunEnd
from dagy_gql.enums import RunState
from dagy_gql.services.transitions.folding import Finish, error_text

# Attempt numbers of the tasks that are under way, by key.
UnderWay = Mapping[str, int]


def left_behind(under_way: UnderWay, end: RunEnd | None, *, is_final: bool) -> list[Event]:
    """The tasks that a process ended in the middle of have failed, and say why; of a crash, only
    the one at fault, and only when that `is_final`. What ended without a word of its runner is told
    in the log as well."""
    if end is None:
        return []
    match end.cause:
        case EndCause.EXITED:
            return _failures(under_way, _exited(end))
        case EndCause.KILLED:
            return _crashed(under_way, end, is_final=is_final)
        case EndCause.IMPORT_FAILED | EndCause.GARBLED | EndCause.DEADLINE | EndCause.OVER_LIMIT:
            error = _error(end)
            return [] if error is None else [Log(message=told(error), level="ERROR")]
        case _:
            return []


def _failures(under_way: UnderWay, error: ErrorInfo) -> list[Event]:
    events: list[Event] = []
    for key, attempt in under_way.items():
        events.append(TaskFailed(key=key, attempt=attempt, error=error))
        events.append(_failed_line(key, attempt, error))
    return events or [Log(message=told(error), level="ERROR")]


def _crashed(under_way: UnderWay, end: RunEnd, *, is_final: bool) -> list[Event]:
    fault = fault_of(under_way, end)
    if fault is None or fault.key is None:
        return [Log(message=cause_of_death(end, fault), level="ERROR")]
    attempt = under_way.get(fault.key, 1)
    log = _failed_line(fault.key, attempt, fault.error)
    if is_final:
        return [TaskFailed(key=fault.key, attempt=attempt, error=fault.error), log]
    return [TaskRetrying(key=fault.key, attempt=attempt, error=fault.error, delay_ms=0), log]


def _failed_line(key: str, attempt: int, error: ErrorInfo) -> Log:
    text = f"attempt {attempt} failed: {told(error)}"
    return Log(message=text, level="ERROR", key=key, attempt=attempt)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a crash is put down to; `key` None where nobody knows which task it was."""

    key: str | None
    error: ErrorInfo

    @property
    def document(self) -> dict[str, Any]:
        """As a run's error."""
        document: dict[str, Any] = msgspec.to_builtins(self.error)
        return document | {"task_key": self.key}


def fault_of(under_way: UnderWay, end: RunEnd) -> Fault | None:
    """None for a process that a signal did not end. The stack names the task on the crashing
    thread; without one, a task that was alone is meant."""
    if end.signal is None:
        return None
    crash = end.crash or Crash()
    key = crash.key if crash.key in under_way else None
    if key is None and len(under_way) == 1:
        key = next(iter(under_way))
    what = "the process of the run" if key is None else f"the process of task {key!r}"
    place = f" at {crash.where}" if crash.where else ""
    note = "; out of memory?" if end.signal == signal.SIGKILL else ""
    error = ErrorInfo(
        code="CRASHED",
        message=f"{what} was killed by {signal_name(end.signal)}{place}{note}",
        traceback=crash.stack,
        where=crash.where,
        hint=f"{CRASH_HINT}; @flow(crash_retries=1) has the run tried again after a crash",
    )
    return Fault(key, error)


def verdict(under_way: UnderWay, end: RunEnd | None) -> Finish | None:
    """How a run ends whose runner did not say so; None where it did, or may try again."""
    if end is None:
        return None
    match end.cause:
        case EndCause.EXITED:
            task_key = next(iter(under_way), None)
            return Finish(RunState.FAILED, error=error_text(_exited(end), task_key=task_key))
        case EndCause.DEADLINE:
            return Finish(RunState.TIMED_OUT, error=error_text(_error(end)))
        case EndCause.CANCELLED:
            return Finish(RunState.CANCELLED)
        case EndCause.IMPORT_FAILED | EndCause.GARBLED | EndCause.OVER_LIMIT:
            return Finish(RunState.FAILED, error=error_text(_error(end)))
        case EndCause.FINISHED | EndCause.KILLED | EndCause.LOST:
            return None


def _error(end: RunEnd) -> ErrorInfo | None:
    match end.cause:
        case EndCause.DEADLINE:
            return ErrorInfo(code="TIMED_OUT", message="The run was over its time limit.")
        case EndCause.GARBLED:
            return end.error or garbled()
        case _:
            return end.error


def _exited(end: RunEnd) -> ErrorInfo:
    return ErrorInfo(
        code="PROCESS_EXITED",
        message=f"The run's process ended with exit code {end.exit_code} before the flow did.",
        hint="Look for os._exit, sys.exit in a thread, or a library that ends the process.",
    )


def cause_of_death(end: RunEnd, fault: Fault | None) -> str:
    if end.error is not None:
        return end.error.message
    if end.signal is None or fault is None:
        return "its process was lost"
    where = f" at {fault.error.where}" if fault.error.where else ""
    task = f" in task {fault.key!r}" if fault.key else ""
    hint = "; out of memory?" if end.signal == signal.SIGKILL else ""
    return f"its process was killed by {signal_name(end.signal)}{task}{where}{hint}"
