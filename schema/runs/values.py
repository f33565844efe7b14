"""Small values inside runs and task runs, and what is computed from a row."""

from typing import Any

from dagy_gql import clock
from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import TaskState
from dagy_gql.services import task_counts
from schema.enums import Executor
from schema.fields import field, object_type


def _optional(name: str) -> Any:
    """A leaf of a stored document that may not have it."""
    return field(read=lambda document: document.get(name))


def milliseconds(start: str, end: str) -> Any:
    """A leaf: from one moment of a row to another; null until both are there."""

    def read(row: Any) -> int | None:
        begun, ended = row[start], row[end]
        if begun is None or ended is None:
            return None
        return clock.milliseconds_between(begun, ended)

    return field(read=read, columns=(start, end))


@object_type(description="Why something is as it is: a stable code and a sentence.")
class Reason:
    code: str
    message: str


@object_type(description="What went wrong, where, and what to do.")
class ErrorInfo:
    code: str
    message: str
    type: str | None = _optional("type")
    traceback: str | None = field(
        requires=Permission.PAYLOADS_READ, read=lambda document: document.get("traceback")
    )
    where: str | None = _optional("where")
    hint: str | None = _optional("hint")
    task_key: str | None = _optional("task_key")


@object_type(description="What a queued run waits for.")
class Waiting:
    code: str
    message: str
    limit: int | None = _optional("limit")
    running: int | None = _optional("running")


@object_type(description="Which engine a run got, and who decided.")
class Routing:
    executor: Executor
    level: str
    reason: str


def _counted(state: TaskState) -> Any:
    return field(read=lambda counts: counts[state])


@object_type(
    description="Tasks by state. Items of a mapped task are tasks; once it knows them, it does not"
    " count on top. What has not ended when the run has is cancelled."
)
class TaskCounts:
    pending: int = _counted(TaskState.PENDING)
    running: int = _counted(TaskState.RUNNING)
    retrying: int = _counted(TaskState.RETRYING)
    succeeded: int = _counted(TaskState.SUCCEEDED)
    failed: int = _counted(TaskState.FAILED)
    skipped: int = _counted(TaskState.SKIPPED)
    timed_out: int = _counted(TaskState.TIMED_OUT)
    cancelled: int = _counted(TaskState.CANCELLED)
    cached: int = _counted(TaskState.CACHED)
    total: int = field(read=task_counts.total, description="Of all states.")
    done: int = field(read=task_counts.done, description="Succeeded or cached.")
    left: int = field(read=task_counts.left, description="Pending, running or retrying.")
