"""How a run ends: early for a reason, or with everything done."""

from typing import Protocol

import msgspec

from dagy.errors import DagyError
from dagy.runner.execution import Execution
from dagy.runner.faults import error_info
from dagy.runner.graph import Graph, Instance, Node
from dagy.runner.host import Host
from dagy.runner.protocol import (
    ErrorInfo,
    Result,
    RunFinished,
    TaskCancelled,
    TaskFailed,
    TaskSkipped,
)
from dagy.runner.resolve import resolve
from dagy.runner.store import store
from dagy.states import State
from dagy.values import check_depth


class HandedBackError(Exception):
    """The run has stopped to go on elsewhere; `by_signal`: nobody but a signal has asked for it."""

    def __init__(self, *, by_signal: bool) -> None:
        self.by_signal = by_signal


class Ending(msgspec.Struct, frozen=True):
    """Why a run stops before everything is done; `reason` goes to what it cancels."""

    state: State
    reason: str
    error: ErrorInfo
    task_key: str | None = None
    hands_back: bool = False

    @classmethod
    def timed_out(cls, seconds: float) -> "Ending":
        reason = f"the run took longer than its {seconds:g} s"
        error = ErrorInfo(
            code="RUN_TIMED_OUT",
            message=reason,
            hint="raise timeout_seconds of the flow, or split the work",
        )
        return cls(State.TIMED_OUT, reason, error)


class Course(Protocol):
    """What the scheduler knows at the end."""

    ending: Ending | None
    first_failure: tuple[str, ErrorInfo] | None


def give_up(graph: Graph, ending: Ending, host: Host) -> None:
    """Tells of everything that will not run any more, in topological order."""
    for node in graph.nodes.values():
        if node.state.is_terminal:
            continue
        for child in node.instances if node.is_mapped else []:
            _cancel_child(child, ending, host)
        graph.finish(node, _give_up_node(graph, node, ending, host))


def _cancel_child(child: Instance, ending: Ending, host: Host) -> None:
    if not child.state.is_terminal:
        child.state = State.CANCELLED
        host.emit(TaskCancelled(key=child.key, reason=ending.reason))


def _give_up_node(graph: Graph, node: Node, ending: Ending, host: Host) -> State:
    if node.error is not None:
        host.emit(TaskFailed(key=node.key, attempt=1, error=node.error))
        return State.FAILED
    if graph.is_lost(node):
        reason = graph.skip_reason(node) or ending.reason
        host.emit(TaskSkipped(key=node.key, reason=reason))
        return State.SKIPPED
    host.emit(TaskCancelled(key=node.key, reason=ending.reason))
    return State.CANCELLED


def finished(execution: Execution, graph: Graph, course: Course) -> RunFinished:
    """The last event of the run."""
    ending = course.ending
    if ending is not None:
        return _ended(ending.state, ending.error, ending.task_key)
    if course.first_failure is not None:
        key, error = course.first_failure
        return _ended(State.FAILED, error, key)
    try:
        return RunFinished(state="SUCCEEDED", result=_result(execution, graph))
    except (DagyError, LookupError) as error:
        return _ended(State.FAILED, error_info(error, code="BAD_PARAMETER"), None)


def _ended(state: State, error: ErrorInfo, key: str | None) -> RunFinished:
    match state:
        case State.CANCELLED:
            return RunFinished(state="CANCELLED", error=error, task_key=key)
        case State.TIMED_OUT:
            return RunFinished(state="TIMED_OUT", error=error, task_key=key)
        case _:
            return RunFinished(state="FAILED", error=error, task_key=key)


def _result(execution: Execution, graph: Graph) -> Result:
    output = execution.traced.spec.output
    if output is None:
        return Result(value=None)
    data = resolve(output, execution.parameters, graph.result)
    checked = check_depth(data, what="the result of the flow")
    return store(checked, execution.request.spool_dir).result()
