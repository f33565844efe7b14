"""Moves of single runs: queued, claimed by a worker, cancelled, crashed."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from dagy.runner.protocol import ErrorInfo
from dagy_gql import clock, db
from dagy_gql.backends.base import CrashBudget
from dagy_gql.bus import Job, Message, WorkerCall
from dagy_gql.db import json_text
from dagy_gql.enums import Executor, RunEventType, RunState
from dagy_gql.repositories import run_records, run_states
from dagy_gql.repositories.run_records import EventRow, TaskRow
from dagy_gql.runtime import Runtime
from dagy_gql.services.transitions import table
from dagy_gql.services.transitions.folding import error_text
from dagy_gql.services.transitions.news import RunNews, event_news, messages

Said = tuple[RunEventType, dict[str, Any] | None]
Spoken = tuple[asyncpg.Record, list[EventRow]]


async def queued(rt: Runtime, run: asyncpg.Record) -> None:
    """Write the first event of a run that was just inserted as QUEUED, and ask for a worker."""
    said: list[Said] = [(RunEventType.RUN_QUEUED, None)]
    await _say(rt, [_spoken(run, said, state=RunState.QUEUED, first=1)], asks_for_worker=True)


async def claim(
    rt: Runtime,
    *,
    worker_id: str,
    limit: int,
    pending: Callable[[asyncpg.Record], Awaitable[Sequence[TaskRow]]],
) -> list[asyncpg.Record]:
    """Take up to `limit` queued runs, oldest first; `pending` gives a run's task rows."""
    if not await run_states.has_queued_all_orgs(Executor.LOCAL):
        return []
    async with db.transaction():
        found = await run_states.startable_all_orgs(
            executor=Executor.LOCAL,
            limit=limit,
            organization_limit=rt.settings.organization_max_running,
        )
        if not found:
            return []
        runs = await run_states.start_all_orgs(
            [run["id"] for run in found],
            worker_id=worker_id,
            lease_seconds=rt.settings.lease_seconds,
        )
        await run_records.put_task_runs([row for run in runs for row in await pending(run)])
        await _say(rt, [_started(run, worker_id) for run in runs])
        await db.after_commit(lambda: rt.bus.withdraw(Job.EXECUTE_RUN, [run["id"] for run in runs]))
    return runs


def _started(run: asyncpg.Record, worker_id: str) -> Spoken:
    data = {"attempt": run["attempt"], "worker": worker_id}
    said: list[Said] = [(RunEventType.RUN_STARTED, data)]
    return _spoken(run, said, state=RunState.RUNNING, first=run["event_seq"])


async def cancel(rt: Runtime, run_id: UUID, *, by: str) -> RunState:
    """Ask a run to stop: queued ones end at once, running ones when their process has stopped.

    A run that has ended, or is being cancelled, stays as it is.
    """
    return (await cancel_all(rt, [run_id], by=by))[run_id][1]


async def cancel_all(
    rt: Runtime, run_ids: Sequence[UUID], *, by: str
) -> dict[UUID, tuple[RunState, RunState]]:
    """The same for many: the state of each before and after."""
    reason = {"code": "CANCELLED", "message": f"cancelled by {by}"}
    async with db.transaction():
        runs = await run_states.lock_all_orgs(run_ids)
        queued = [run for run in runs if run["state"] == RunState.QUEUED]
        if queued:
            await _end_queued(rt, queued, reason=reason)
        for run in runs:
            if run["state"] == RunState.RUNNING:
                await _ask_to_stop(rt, run, by=by, reason=reason)
    return {run["id"]: (RunState(run["state"]), _cancelled(run["state"])) for run in runs}


def _cancelled(state: str) -> RunState:
    steps = {RunState.QUEUED: RunState.CANCELLED, RunState.RUNNING: RunState.CANCELLING}
    return steps.get(RunState(state), RunState(state))


async def _end_queued(
    rt: Runtime, runs: Sequence[asyncpg.Record], *, reason: dict[str, Any]
) -> None:
    table.check(RunState.QUEUED, RunState.CANCELLED)
    await run_states.cancel_queued_all_orgs([run["id"] for run in runs])
    said: list[Said] = [(RunEventType.RUN_FINISHED, {"reason": reason})]
    spoken = [
        _spoken(run, said, state=RunState.CANCELLED, first=run["event_seq"] + 1) for run in runs
    ]
    await _say(rt, spoken)
    text = json_text(reason)
    await run_states.finish_all_orgs([(run["id"], None, None, text) for run in runs])
    await db.after_commit(lambda: rt.bus.publish([WorkerCall.slot()]))


async def _ask_to_stop(
    rt: Runtime, run: asyncpg.Record, *, by: str, reason: dict[str, Any]
) -> None:
    said: list[Said] = [(RunEventType.RUN_CANCELLING, {"by": by})]
    await _move(rt, run, to=RunState.CANCELLING, said=said, reason=json_text(reason))
    await db.after_commit(lambda: rt.bus.publish([WorkerCall.cancel(run["id"])]))


async def crash(
    rt: Runtime,
    run_id: UUID,
    *,
    fence: int,
    why: str,
    is_counted: bool = True,
    is_own_fault: bool = False,
    error: dict[str, Any] | None = None,
) -> RunState | None:
    """The process of an attempt is gone without a goodbye: try again, or end CRASHED.

    `is_counted` False is a worker that was told to stop, which uses up no crash retry.
    `is_own_fault` is a crash in the flow's own code, which is final unless the flow says otherwise;
    `error` says more of it, in the form of a run's error. Answers the new state; None if the
    attempt was not the run's current one any more.
    """
    async with db.transaction():
        rows = await run_states.lock_all_orgs([run_id])
        if not rows or rows[0]["fence"] != fence:
            return None
        run, current = rows[0], RunState(rows[0]["state"])
        if current is RunState.CANCELLING:
            reason = {"code": "CANCELLED", "message": f"cancelled; {why}"}
            await _end(rt, run, to=RunState.CANCELLED, reason=reason, before=[])
            return RunState.CANCELLED
        if current is not RunState.RUNNING:
            return None
        crashed: Said = (
            RunEventType.RUN_ATTEMPT_CRASHED,
            {"attempt": run["attempt"], "reason": why},
        )
        left = (await _crash_budget(rt, run)).left(is_own_fault=is_own_fault)
        if left >= 0 or not is_counted:
            await _requeue(rt, run, crashed=crashed, is_counted=is_counted, left=left)
            return RunState.QUEUED
        reason = {"code": "CRASHED", "message": f"attempt {run['attempt']} crashed: {why}"}
        await _end(rt, run, to=RunState.CRASHED, reason=reason, before=[crashed], error=error)
        return RunState.CRASHED


async def fail(rt: Runtime, run_id: UUID, *, fence: int, error: ErrorInfo) -> RunState | None:
    """An attempt could not be started, and trying again would end the same. Answers the new state;
    None if the attempt was not the run's current one any more."""
    async with db.transaction():
        rows = await run_states.lock_all_orgs([run_id])
        if not rows or rows[0]["fence"] != fence or RunState(rows[0]["state"]).is_terminal:
            return None
        text = error_text(error)
        brief = {"code": error.code, "message": error.message, "type": error.type}
        said: list[Said] = [(RunEventType.RUN_FINISHED, {"error": brief})]
        await _move(rt, rows[0], to=RunState.FAILED, said=said, fence=fence + 1)
        await run_states.finish_all_orgs([(run_id, text, None, None)])
        await db.after_commit(lambda: rt.bus.publish([WorkerCall.slot()]))
    return RunState.FAILED


async def _crash_budget(rt: Runtime, run: asyncpg.Record) -> CrashBudget:
    own = await run_states.own_crash_retries_all_orgs(run["id"])
    return CrashBudget(run["crashes"], rt.settings.crash_retries, own)


async def _requeue(
    rt: Runtime, run: asyncpg.Record, *, crashed: Said, is_counted: bool, left: int
) -> None:
    crashes = run["crashes"] + int(is_counted)
    left += int(not is_counted)
    await run_states.release_all_orgs(run["id"])
    await _move(
        rt,
        run,
        to=RunState.QUEUED,
        said=[crashed, (RunEventType.RUN_REQUEUED, {"crashRetriesLeft": left})],
        # A new fence at once: from here on the lost worker writes too late.
        fence=run["fence"] + 1,
        crashes=crashes,
        lease_owner=None,
        queued_at=clock.now(),
        asks_for_worker=True,
    )


async def _end(
    rt: Runtime,
    run: asyncpg.Record,
    *,
    to: RunState,
    reason: dict[str, Any],
    before: list[Said],
    error: dict[str, Any] | None = None,
) -> None:
    said: list[Said] = [*before, (RunEventType.RUN_FINISHED, {"reason": reason})]
    await _move(rt, run, to=to, said=said, fence=run["fence"] + 1)
    told = None if to is RunState.CANCELLED else json_text((error or {}) | reason)
    await run_states.finish_all_orgs([(run["id"], told, None, json_text(reason))])
    await db.after_commit(lambda: rt.bus.publish([WorkerCall.slot()]))


async def _move(
    rt: Runtime,
    run: asyncpg.Record,
    *,
    to: RunState,
    said: list[Said],
    asks_for_worker: bool = False,
    **columns: Any,
) -> None:
    table.check(RunState(run["state"]), to)
    await run_states.move_all_orgs(run["id"], to, events=len(said), **columns)
    spoken = _spoken(run, said, state=to, first=run["event_seq"] + 1)
    await _say(rt, [spoken], asks_for_worker=asks_for_worker)


def _spoken(run: asyncpg.Record, said: Sequence[Said], *, state: RunState, first: int) -> Spoken:
    now = clock.now()
    rows = [
        EventRow(
            run["org_id"],
            run["id"],
            first + place,
            now,
            kind,
            state,
            attempt=run["attempt"],
            data=None if data is None else json_text(data),
        )
        for place, (kind, data) in enumerate(said)
    ]
    return run, rows


async def _say(rt: Runtime, spoken: Sequence[Spoken], *, asks_for_worker: bool = False) -> None:
    """Write the events of some runs; after the commit, tell everybody in one round trip."""
    await run_records.add_events([row for _, rows in spoken for row in rows])
    told = [message for run, rows in spoken for message in _told(run, rows)]
    jobs: list[tuple[Job, UUID]] = []
    if asks_for_worker:
        told.append(WorkerCall.slot())
        jobs.extend((Job.EXECUTE_RUN, run["id"]) for run, _ in spoken)
    await db.after_commit(lambda: rt.bus.send(messages=told, jobs=jobs))


def _told(run: asyncpg.Record, rows: Sequence[EventRow]) -> list[Message]:
    last = rows[-1]
    news = RunNews(run["id"], last.run_state, last.seq, run["log_seq"], event_news(rows))
    return messages(run["org_id"], news, moved=True)
