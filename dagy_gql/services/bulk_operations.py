"""Bulk operations as people ask for them: one action on many runs, after a while in which it can
be undone. Which runs is settled when it is asked for; `bulk_work` does it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.bus import Channel, Feed, Job
from dagy_gql.enums import BulkAction, BulkState
from dagy_gql.errors import BadUserInput, Conflict, NotFound
from dagy_gql.repositories.bulk_operations import BulkOperationRepository
from dagy_gql.repositories.run_filters import RunSearch
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, bulk_work, run_filters
from dagy_gql.services.live_items import LiveOperation
from dagy_gql.services.run_filters import RunWish

MAX_RUN_IDS = 1_000
MAX_RUNS = 100_000
MAX_ACTIVE = 100
MAX_UNDO_SECONDS = 60
_TYPE = "BulkOperation"
# Without Redis a follower is at most so far behind.
_POLL_SECONDS = 1.0
# People follow, and their pages need not show every batch.
_PACE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class BulkWish:
    """One of `run_ids` and `filter` is given."""

    action: BulkAction
    run_ids: Sequence[UUID] | None
    filter: RunWish | None
    undo_seconds: int


async def create(rt: Runtime, actor: Actor, wish: BulkWish) -> asyncpg.Record:
    """Raises BadUserInput with the field, NotFound (a run), Conflict (too many under way)."""
    if not 0 <= wish.undo_seconds <= MAX_UNDO_SECONDS:
        raise BadUserInput(f"undoSeconds is from 0 to {MAX_UNDO_SECONDS}.", field="undoSeconds")
    run_ids = await _run_ids(actor, wish)
    repository, now = BulkOperationRepository(actor.org_id), clock.now()
    async with db.transaction():
        if await repository.active() >= MAX_ACTIVE:
            raise Conflict(f"{MAX_ACTIVE} bulk operations are under way: wait for one of them.")
        asked: dict[str, Any] = {"action": wish.action, "created_at": now, "moved_at": now}
        starts_at = now + timedelta(seconds=wish.undo_seconds)
        row = await repository.add(asked | {"starts_at": starts_at} | _who(actor), run_ids)
        _note(actor, "create", row, after=_asked(wish, row))
        key = bulk_work.job_key(row["id"], now)
        delay_ms = wish.undo_seconds * 1000
        await db.after_commit(lambda: rt.bus.enqueue(Job.BULK_OPERATION, key, delay_ms=delay_ms))
    return row


async def cancel(rt: Runtime, actor: Actor, *, operation_id: UUID) -> asyncpg.Record:
    """Before it starts nothing is done; later what is done stays done. Raises NotFound, Conflict
    (it has ended)."""
    repository, now = BulkOperationRepository(actor.org_id), clock.now()
    async with db.transaction():
        current = await repository.held(operation_id)
        if BulkState(current["state"]).is_terminal:
            raise Conflict(f"The bulk operation is {current['state']}: there is nothing to stop.")
        ended = bulk_work.ended(BulkState.CANCELLED, now)
        row = await repository.change(operation_id, ended)
        columns = {"before": {"state": current["state"]}, "after": {"state": row["state"]}}
        _note(actor, "cancel", row, **columns)
        await db.after_commit(lambda: bulk_work.tell(rt, operation_id))
    return row


async def follow(rt: Runtime, actor: Actor, operation_id: UUID) -> AsyncIterator[LiveOperation]:
    """Where it stands, then as it moves, at most five times a second, to its end. Raises
    NotFound."""
    repository = BulkOperationRepository(actor.org_id)
    said: LiveOperation | None = None
    async with rt.bus.follow(Channel.bulk_operation(operation_id)) as feed:
        while said is None or not BulkState(said["state"]).is_terminal:
            now = LiveOperation(await repository.by_id(operation_id))
            if now != said:
                said = now
                yield said
            if not BulkState(said["state"]).is_terminal:
                await _news(feed)


async def _news(feed: Feed) -> None:
    await feed.next(timeout_seconds=_POLL_SECONDS)
    await asyncio.sleep(_PACE_SECONDS)
    while await feed.next(timeout_seconds=0) is not None:
        """What came meanwhile is in the row that is read next."""


async def _run_ids(actor: Actor, wish: BulkWish) -> list[UUID]:
    """Oldest first."""
    search = RunSearch(actor.org_id)
    if (wish.run_ids is None) == (wish.filter is None):
        raise BadUserInput("Give exactly one of runIds and filter.", field="runIds")
    if wish.run_ids is not None:
        return await _known(search, list(dict.fromkeys(wish.run_ids)))
    assert wish.filter is not None
    (wanted,) = await search.settled_to_count([run_filters.stored(actor, wish.filter)])
    found = await search.newest(wanted, limit=MAX_RUNS + 1)
    if not 0 < len(found) <= MAX_RUNS:
        what = "No run matches." if not found else f"More than {MAX_RUNS:,} runs match: narrow it."
        raise BadUserInput(what, field="filter")
    return found[::-1]


async def _known(search: RunSearch, keys: list[UUID]) -> list[UUID]:
    if not 0 < len(keys) <= MAX_RUN_IDS:
        raise BadUserInput(f"Name 1 to {MAX_RUN_IDS:,} runs.", field="runIds")
    found = [row["id"] for row in await search.briefs(keys)]
    missing = set(keys).difference(found)
    if missing:
        raise NotFound("run", next(key for key in keys if key in missing))
    return found


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "created_by": actor.name,
        "actor_kind": actor.kind,
        "user_id": actor.user_id,
        "credential_id": actor.credential_id,
    }


def _asked(wish: BulkWish, row: asyncpg.Record) -> dict[str, Any]:
    asked: dict[str, Any] = {"action": row["action"], "total": row["total"]}
    if wish.filter is not None:
        asked["filter"] = run_filters.document(wish.filter)
    return asked


def _note(actor: Actor, verb: str, row: asyncpg.Record, **columns: Any) -> None:
    action = f"bulk_operation.{verb}"
    audit.note(actor, action, _TYPE, row["id"], name=row["action"], **columns)
