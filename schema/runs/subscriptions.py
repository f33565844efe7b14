"""runEvents, runLogs, runs: replay from a cursor, then live."""

from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_cursor, decode_id_of
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.services import live, run_filters, runs
from schema.context import Context, Info
from schema.enums import RunState
from schema.fields import field, object_type
from schema.runs.history import NUMBERED, LogBatch, LogLine, RunEvent, task_key_of
from schema.runs.inputs import RunFilter, wish_of
from schema.runs.types import Run


async def _start(context: Context, run_id: strawberry.ID, after: str | None) -> tuple[UUID, int]:
    """The run's key and the number to start behind; raises before the stream begins."""
    number = 0 if after is None else decode_cursor(after, NUMBERED.readers)[0]
    key = decode_id_of("Run", run_id, field="runId")
    await runs.by_id(context.rt, context.actor, key)
    return key, number


async def _run_events(info: Info, run_id: strawberry.ID, after: str | None = None) -> Any:
    context = info.context
    key, number = await _start(context, run_id, after)
    return live.run_events(context.rt, context.actor, key, after=number)


async def _run_logs(
    info: Info,
    run_id: strawberry.ID,
    task_run_id: strawberry.ID | None = None,
    after: str | None = None,
) -> Any:
    context = info.context
    key, number = await _start(context, run_id, after)
    task_key = await task_key_of(context, task_run_id, run_id=key)
    return live.run_logs(context.rt, context.actor, key, task_key=task_key, after=number)


async def _run_log_batches(
    info: Info,
    run_id: strawberry.ID,
    task_run_id: strawberry.ID | None = None,
    after: str | None = None,
) -> Any:
    context = info.context
    key, number = await _start(context, run_id, after)
    task_key = await task_key_of(context, task_run_id, run_id=key)
    return live.run_lines(context.rt, context.actor, key, task_key=task_key, after=number)


async def _runs(info: Info, filter: RunFilter | None = None) -> Any:
    context = info.context
    wanted = run_filters.stored(context.actor, wish_of(filter))
    return live.run_changes(context.rt, context.actor, wanted)


async def _changed_run(self: Any, info: Info) -> Any:
    # Every change must show the run as it is now, so nothing loaded before may be used.
    info.context.loaders.clear()
    return await RunRepository(info.context.actor.org_id).by_id(self.run_id)


@object_type(description="A run has moved to another state.")
class RunChange:
    run: Run = field(_changed_run, requires=Permission.RUNS_READ)
    state: RunState
    sequence: int = field(description="The run's event that this change is.")


@strawberry.type
class RunSubscriptions:
    run_events: RunEvent = field(
        _run_events,
        requires=Permission.RUNS_READ,
        subscription=True,
        description="Events behind the cursor, then live; completes when the run has ended.",
    )
    run_logs: LogLine = field(
        _run_logs,
        requires=Permission.PAYLOADS_READ,
        subscription=True,
        description="Lines behind the cursor, then live; completes when the run has ended.",
    )
    run_log_batches: LogBatch = field(
        _run_log_batches,
        requires=Permission.PAYLOADS_READ,
        subscription=True,
        description="The same in batches of up to 1,000 lines: ten times faster for long logs.",
    )
    runs: RunChange = field(
        _runs,
        requires=Permission.RUNS_READ,
        subscription=True,
        description="Changes of state from now on, of the runs that match.",
    )
