"""From what a runner said to rows: events, task runs, log chunks, files, cached results. Pure.

The rows of one run in one flush: a task that started and ended since the last flush is one row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from dagy.runner.protocol import (
    ArtifactSaved,
    ErrorInfo,
    Event,
    Log,
    Result,
    RunFinished,
    TaskCached,
    TaskCancelled,
    TaskFailed,
    TaskMapped,
    TaskRetrying,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
    TaskTimedOut,
)
from dagy.spec import FlowSpec
from dagy_gql.db import json_text
from dagy_gql.enums import RunEventType, RunState, TaskState
from dagy_gql.ids import new_id
from dagy_gql.repositories.run_records import CacheRow, EventRow, LogRow, TaskRow


@dataclass(frozen=True, slots=True)
class Plan:
    """Names and positions of a flow version's tasks, by key."""

    names: dict[str, str]
    positions: dict[str, int]

    @classmethod
    def of(cls, spec: FlowSpec) -> "Plan":
        return cls(
            {task.key: task.name for task in spec.tasks},
            {task.key: place for place, task in enumerate(spec.tasks)},
        )

    def row(self, org_id: UUID, run_id: UUID, key: str, state: TaskState) -> TaskRow:
        base, _, index = key.partition("[")
        return TaskRow(
            id=new_id(),
            org_id=org_id,
            run_id=run_id,
            key=key,
            name=self.names.get(base, base),
            position=self.positions.get(base, len(self.positions)),
            map_index=int(index.rstrip("]")) if index else None,
            state=state,
        )

    def pending(self, org_id: UUID, run_id: UUID) -> list[TaskRow]:
        return [self.row(org_id, run_id, key, TaskState.PENDING) for key in self.names]


@dataclass(slots=True)
class Finish:
    """The end of a run. All but the state are JSON text."""

    state: RunState
    error: str | None = None
    result: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Folded:
    """`events` have run-relative numbers still: the first one is number `seq` + 1."""

    events: list[EventRow] = field(default_factory=list)
    tasks: dict[str, TaskRow] = field(default_factory=dict)
    logs: list[LogRow] = field(default_factory=list)
    cached: list[CacheRow] = field(default_factory=list)
    finish: Finish | None = None
    event_seq: int = 0
    log_seq: int = 0


def result_text(result: Result | None) -> str | None:
    """{"value": ...} or {"ref": {...}} as JSON text, with "masked" where it held a secret."""
    if result is None:
        return None
    masked = {"masked": True} if result.masked else {}
    if result.ref is not UNSET:
        return json_text({"ref": msgspec.to_builtins(result.ref)} | masked)
    return json_text({"value": None if result.value is UNSET else result.value} | masked)


def error_text(error: ErrorInfo | None, *, task_key: str | None = None) -> str | None:
    if error is None:
        return None
    return json_text(msgspec.to_builtins(error) | {"task_key": task_key})


class Folder:
    """Folds one run's messages in order; `state` is the run's state before them."""

    def __init__(
        self, plan: Plan, *, org_id: UUID, run_id: UUID, state: RunState, seqs: tuple[int, int]
    ) -> None:
        self._plan = plan
        self._org_id = org_id
        self._run_id = run_id
        self._state = state
        self.folded = Folded(event_seq=seqs[0], log_seq=seqs[1])

    def fold(self, events: Iterable[Event]) -> Folded:
        logs: list[Log] = []
        for event in events:
            if isinstance(event, Log):
                logs.append(event)
            else:
                self._fold(event)
        self._add_logs(logs)
        return self.folded

    def finish(self, finish: Finish, *, at: datetime) -> None:
        """End the run in the runner's stead."""
        self._state = finish.state
        self.folded.finish = finish
        reason = finish.error or finish.reason
        brief = None if reason is None else _brief_text(reason)
        self._event(RunEventType.RUN_FINISHED, at, data=brief)

    def _fold(self, event: Event) -> None:
        match event:
            case TaskStarted(key=key, attempt=attempt):
                self._task(key, TaskState.RUNNING, event.at, attempt=attempt)
            case TaskMapped(key=key, count=count):
                self._task(
                    key, TaskState.RUNNING, event.at, data={"count": count}
                ).mapped_count = count
            case TaskSucceeded():
                self._succeeded(event)
            case TaskCached(key=key, result=result):
                row = self._task(key, TaskState.CACHED, event.at, ended=True)
                row.result = result_text(result)
            case TaskRetrying(key=key, attempt=attempt, error=error, delay_ms=delay_ms):
                data = {"delayMs": round(delay_ms, 1), "error": _brief(error)}
                row = self._task(key, TaskState.RETRYING, event.at, attempt=attempt, data=data)
                row.error = error_text(error)
            case ArtifactSaved(key=task_key, name=name):
                data = {"name": name, "sizeBytes": event.size_bytes}
                self._event(RunEventType.ARTIFACT_SAVED, event.at, key=task_key, data=data)
            case RunFinished():
                self._finished(event)
            case _:
                self._fold_unsuccessful(event)

    def _fold_unsuccessful(self, event: Event) -> None:
        match event:
            case TaskFailed(key=key, attempt=attempt, error=error):
                self._failed(key, TaskState.FAILED, event.at, attempt, error)
            case TaskTimedOut(key=key, attempt=attempt, error=error):
                self._failed(key, TaskState.TIMED_OUT, event.at, attempt, error)
            case TaskSkipped(key=key, reason=reason):
                self._reasoned(key, TaskState.SKIPPED, event.at, reason)
            case TaskCancelled(key=key, reason=reason):
                self._reasoned(key, TaskState.CANCELLED, event.at, reason)

    def _event(
        self,
        kind: RunEventType,
        at: datetime,
        *,
        key: str | None = None,
        state: TaskState | None = None,
        attempt: int = 0,
        data: dict[str, Any] | None = None,
    ) -> None:
        self.folded.event_seq += 1
        self.folded.events.append(
            EventRow(
                self._org_id,
                self._run_id,
                self.folded.event_seq,
                at.astimezone(UTC),
                kind,
                self._state,
                key,
                state,
                attempt,
                None if data is None else json_text(data),
            )
        )

    def _task(
        self,
        key: str,
        state: TaskState,
        at: datetime,
        *,
        attempt: int = 0,
        data: dict[str, Any] | None = None,
        ended: bool = False,
    ) -> TaskRow:
        """Move the task's row on and write the event; answers the row to be completed."""
        row = self.folded.tasks.get(key)
        if row is None:
            row = self._plan.row(self._org_id, self._run_id, key, state)
            self.folded.tasks[key] = row
        row.state = state
        row.error = row.reason = None
        row.attempt = max(row.attempt, attempt)
        if state is TaskState.RUNNING and row.started_at is None:
            row.started_at = at
        if ended:
            row.finished_at = at
        kind = _TASK_EVENTS[state] if data is None or "count" not in data else _MAPPED
        self._event(kind, at, key=key, state=state, attempt=attempt, data=data)
        return row

    def _succeeded(self, event: TaskSucceeded) -> None:
        row = self._task(
            event.key,
            TaskState.SUCCEEDED,
            event.at,
            attempt=event.attempt,
            data={"durationMs": round(event.duration_ms, 3)},
            ended=True,
        )
        row.result = result_text(event.result)
        # What held a secret is no longer what the task returned, and of no use to another run.
        if event.result.masked:
            return
        if event.cache_key is not None and row.result is not None:
            cached = CacheRow(self._org_id, event.cache_key, row.result, event.cache_ttl_seconds)
            self.folded.cached.append(cached)

    def _failed(
        self, key: str, state: TaskState, at: datetime, attempt: int, error: ErrorInfo
    ) -> None:
        data = {"error": _brief(error)}
        row = self._task(key, state, at, attempt=attempt, data=data, ended=True)
        row.error = error_text(error)

    def _reasoned(self, key: str, state: TaskState, at: datetime, reason: str) -> None:
        self._task(key, state, at, data={"reason": reason}, ended=True).reason = reason

    def _finished(self, event: RunFinished) -> None:
        self._state = RunState(event.state)
        error = error_text(event.error, task_key=event.task_key)
        self.folded.finish = Finish(self._state, error, result_text(event.result))
        data = None if event.error is None else {"error": _brief(event.error)}
        self._event(RunEventType.RUN_FINISHED, event.at, key=event.task_key, data=data)

    def _add_logs(self, logs: Sequence[Log]) -> None:
        """One chunk for each stretch of lines of the same task, in the order they came."""
        stretch: list[Log] = []
        for log in logs:
            if stretch and stretch[-1].key != log.key:
                self._add_chunk(stretch)
                stretch = []
            stretch.append(log)
        if stretch:
            self._add_chunk(stretch)

    def _add_chunk(self, stretch: Sequence[Log]) -> None:
        lines = [
            [log.at.astimezone(UTC), log.level, log.stream, log.attempt, log.message]
            for log in stretch
        ]
        self.folded.logs.append(
            LogRow(
                self._org_id,
                self._run_id,
                self.folded.log_seq + 1,
                len(stretch),
                stretch[0].key,
                json_text(lines),
            )
        )
        self.folded.log_seq += len(stretch)


def _brief(error: ErrorInfo) -> dict[str, Any]:
    """Without the traceback, which shows payloads and needs a right of its own."""
    return {"code": error.code, "message": error.message, "type": error.type}


def _brief_text(error: str) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(error)
    return {"error": {name: document.get(name) for name in ("code", "message", "type")}}


_MAPPED = RunEventType.TASK_MAPPED
_TASK_EVENTS = {
    TaskState.RUNNING: RunEventType.TASK_STARTED,
    TaskState.SUCCEEDED: RunEventType.TASK_SUCCEEDED,
    TaskState.CACHED: RunEventType.TASK_CACHED,
    TaskState.RETRYING: RunEventType.TASK_RETRYING,
    TaskState.FAILED: RunEventType.TASK_FAILED,
    TaskState.TIMED_OUT: RunEventType.TASK_TIMED_OUT,
    TaskState.SKIPPED: RunEventType.TASK_SKIPPED,
    TaskState.CANCELLED: RunEventType.TASK_CANCELLED,
}
