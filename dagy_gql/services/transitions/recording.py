"""What workers report about many runs, written in one transaction (a group commit).

A batch whose fence is not the run's any more is refused: nothing of it is written but the refusal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from dagy.runner.protocol import Event, Log
from dagy_gql import clock, db
from dagy_gql.db import json_text
from dagy_gql.enums import RunEventType, RunState
from dagy_gql.errors import LateWrite
from dagy_gql.repositories import cache_keys, run_records, run_states
from dagy_gql.repositories.run_records import EventRow, FileRow
from dagy_gql.runtime import Runtime
from dagy_gql.services.transitions import table
from dagy_gql.services.transitions.folding import Finish, Folded, Folder, Plan
from dagy_gql.services.transitions.news import RunNews, event_news, messages


@dataclass(frozen=True, slots=True)
class Batch:
    """What one attempt said since the last flush. `files` are in the store already. `finish` ends
    a run whose runner did not say goodbye itself."""

    run_id: UUID
    fence: int
    plan: Plan
    events: Sequence[Event]
    files: Sequence[FileRow] = ()
    finish: Finish | None = None
    protected_environment: UUID | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """`finished` runs have reached a terminal state in this flush; `refused` were too late."""

    finished: dict[UUID, RunState]
    refused: dict[UUID, LateWrite]


async def record(rt: Runtime, batches: Sequence[Batch]) -> Recorded:
    """Write everything or nothing; answers which runs have ended and which batches came late."""
    batches = [b for b in batches if b.events or b.finish is not None]
    if not batches:
        return Recorded({}, {})
    finished: dict[UUID, RunState] = {}
    refused: dict[UUID, LateWrite] = {}
    folds: list[tuple[asyncpg.Record, Folded]] = []
    async with db.transaction():
        rows = {row["id"]: row for row in await run_states.lock_all_orgs(_ids(batches))}
        late: list[EventRow] = []
        for batch in batches:
            row = rows.get(batch.run_id)
            if row is None or not _may_write(row, batch):
                refused[batch.run_id] = _late(batch, row)
                late.extend(_refusal(row, batch) if row is not None else ())
                continue
            folds.append((row, _fold(row, batch)))
        await _write(folds, [file for batch in batches for file in batch.files], late, refused)
        for row, folded in folds:
            if folded.finish is not None:
                finished[row["id"]] = folded.finish.state
        news = [pair for row, folded in folds for pair in _news(row, folded)]
        await db.after_commit(lambda: rt.bus.publish(news))
    return Recorded(finished, refused)


def _ids(batches: Sequence[Batch]) -> list[UUID]:
    return [batch.run_id for batch in batches]


def _may_write(row: asyncpg.Record, batch: Batch) -> bool:
    """Only the current attempt. Behind its end it may still bring the last lines of its log."""
    if row["fence"] != batch.fence:
        return False
    if row["state"] in (RunState.RUNNING, RunState.CANCELLING):
        return True
    return batch.finish is None and all(isinstance(event, Log) for event in batch.events)


def _late(batch: Batch, row: asyncpg.Record | None) -> LateWrite:
    return LateWrite(batch.run_id, fence=batch.fence, current_fence=row["fence"] if row else -1)


def _refusal(row: asyncpg.Record, batch: Batch) -> list[EventRow]:
    data = json_text({"fence": batch.fence, "currentFence": row["fence"]})
    kind = RunEventType.LATE_WRITE_REFUSED
    state = RunState(row["state"])
    number = row["event_seq"] + 1
    return [EventRow(row["org_id"], row["id"], number, clock.now(), kind, state, data=data)]


def _fold(row: asyncpg.Record, batch: Batch) -> Folded:
    folder = Folder(
        batch.plan,
        org_id=row["org_id"],
        run_id=row["id"],
        state=RunState(row["state"]),
        seqs=(row["event_seq"], row["log_seq"]),
    )
    folded = folder.fold(_by_database(batch.events))
    if batch.finish is not None and folded.finish is None:
        folder.finish(batch.finish, at=clock.now())
    folded.cached = [
        replace(each, cache_key=cache_keys.stored(each.cache_key, batch.protected_environment))
        for each in folded.cached
    ]
    if folded.finish is not None:
        table.check(RunState(row["state"]), folded.finish.state)
    return folded


def _by_database(events: Sequence[Event]) -> Sequence[Event]:
    """A runner says when by the clock of its machine, which is this worker's; what is stored is
    compared with what others say, so it has the database's time."""
    if not clock.ahead_of_machine_ns():
        return events
    return [msgspec.structs.replace(event, at=clock.of_machine(event.at)) for event in events]


async def _write(
    folds: Sequence[tuple[asyncpg.Record, Folded]],
    files: Sequence[FileRow],
    late: Sequence[EventRow],
    refused: dict[UUID, LateWrite],
) -> None:
    advances = [(row["id"], _state(row, f), f.event_seq, f.log_seq) for row, f in folds]
    advances += [(event.run_id, event.run_state, event.seq, -1) for event in late]
    if advances:
        await run_states.advance_all_orgs(advances)
    await run_records.add_events([*late, *(event for _, f in folds for event in f.events)])
    await run_records.add_log_chunks([chunk for _, f in folds for chunk in f.logs])
    await run_records.put_task_runs([task for _, f in folds for task in f.tasks.values()])
    await run_records.add_files([file for file in files if file.run_id not in refused])
    await run_records.put_cached([entry for _, f in folds for entry in f.cached])
    ends = [(row["id"], f.finish) for row, f in folds if f.finish is not None]
    if ends:
        await run_states.finish_all_orgs(
            [(run_id, end.error, end.result, end.reason) for run_id, end in ends]
        )


def _state(row: asyncpg.Record, folded: Folded) -> str:
    state: Any = folded.finish.state if folded.finish is not None else row["state"]
    return str(state)


def _news(row: asyncpg.Record, folded: Folded) -> list[tuple[str, bytes]]:
    news = RunNews(
        run_id=row["id"],
        state=RunState(_state(row, folded)),
        event_seq=folded.event_seq,
        log_seq=folded.log_seq,
        events=event_news(folded.events),
    )
    return messages(row["org_id"], news, moved=folded.finish is not None)
