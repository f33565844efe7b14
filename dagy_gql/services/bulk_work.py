"""Does bulk operations, a batch at a time: what becomes of its runs and how far the operation has
come are one transaction, so a batch that is lost is done again and none is done twice.

Each run is changed as by the one who asked, whose rights are looked at again with every batch.
"""

import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db, tenancy
from dagy_gql.auth import authenticate
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.bus import Channel
from dagy_gql.db import json_text
from dagy_gql.enums import BulkAction, BulkState, RetryMode, RunState
from dagy_gql.errors import DagyError, Forbidden, NotFound, Unauthenticated
from dagy_gql.repositories import bulk_operations
from dagy_gql.repositories.bulk_operations import BulkOperationRepository
from dagy_gql.repositories.run_filters import RunSearch
from dagy_gql.runtime import Runtime
from dagy_gql.services import runs

logger = logging.getLogger(__name__)

MAX_PROBLEMS = 20
# Rows of so many runs are locked for the time of a batch: about 100 ms where they are retried.
_BATCH = 50
_ASK_AGAIN_SECONDS = 10

_MODES = {
    BulkAction.RETRY_FROM_START: RetryMode.FROM_START,
    BulkAction.RETRY_FROM_FAILED: RetryMode.FROM_FAILED,
}


def job_key(operation_id: UUID, now: datetime) -> str:
    """Of the job. A job that died with its worker keeps others of its key away for minutes, so
    the key changes with time."""
    return f"{operation_id}:{int(now.timestamp()) // _ASK_AGAIN_SECONDS}"


async def work(rt: Runtime, key: str) -> None:
    """What is left of an operation that is due, unless somebody else is at it."""
    operation_id = UUID(key.partition(":")[0])
    org_id = await bulk_operations.organization_all_orgs(operation_id)
    if org_id is None:
        return
    with tenancy.organization(org_id):
        while await _batch(rt, BulkOperationRepository(org_id), operation_id):
            """Another one."""


async def tell(rt: Runtime, operation_id: UUID) -> None:
    await rt.bus.publish([(Channel.bulk_operation(operation_id), b"moved")])


def ended(
    state: BulkState, now: datetime, *, reason: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The columns of one that has ended; which runs it was about is not kept."""
    document = None if reason is None else json_text(reason)
    return {"state": state, "finished_at": now, "moved_at": now, "reason": document, "run_ids": []}


async def _batch(rt: Runtime, repository: BulkOperationRepository, operation_id: UUID) -> bool:
    """Whether there is more to do."""
    async with db.transaction():
        operation = await repository.taken(operation_id, now=clock.now(), limit=_BATCH)
        if operation is None:
            return False
        columns = await _after_batch(rt, operation)
        row = await repository.change(operation_id, columns)
        await db.after_commit(lambda: tell(rt, operation_id))
    return not BulkState(row["state"]).is_terminal


async def _after_batch(rt: Runtime, operation: asyncpg.Record) -> dict[str, Any]:
    """Do it; the columns of the operation that change."""
    now = clock.now()
    try:
        actor = await _actor(operation)
    except (Unauthenticated, Forbidden) as error:
        reason = {"code": error.code, "message": error.message}
        return ended(BulkState.FAILED, now, reason=reason)
    batch = await _do(rt, actor, operation)
    position = operation["position"] + len(operation["next_run_ids"])
    columns = {name: operation[name] + batch.counts[name] for name in ("done", "skipped", "failed")}
    columns |= {
        "position": position,
        "problems": json_text([*operation["problems"], *batch.problems][:MAX_PROBLEMS]),
        "started_at": operation["started_at"] or now,
    }
    if position >= operation["total"]:
        return columns | ended(BulkState.COMPLETED, clock.now())
    return columns | {"state": BulkState.RUNNING, "moved_at": clock.now()}


async def _actor(operation: asyncpg.Record) -> Actor:
    """Raises Unauthenticated, Forbidden."""
    actor = await authenticate.today(operation)
    if not actor.can(Permission.RUNS_WRITE):
        raise Forbidden(Permission.RUNS_WRITE.name)
    return actor


async def _do(rt: Runtime, actor: Actor, operation: asyncpg.Record) -> "_Batch":
    action, keys = BulkAction(operation["action"]), operation["next_run_ids"]
    found = {row["id"]: row for row in await RunSearch(actor.org_id).briefs(keys)}
    if action is BulkAction.CANCEL:
        with contextlib.suppress(_Each):
            return await _cancelled(rt, actor, keys, found)
    batch = _Batch()
    for run_id in keys:
        run = found.get(run_id)
        try:
            if run is None:
                raise NotFound("run", run_id)
            batch.counts["done" if await _is_done(rt, actor, action, run) else "skipped"] += 1
        except DagyError as error:
            batch.fail(str(run_id) if run is None else run["slug"], error)
    return batch


async def _cancelled(
    rt: Runtime, actor: Actor, keys: Sequence[UUID], found: Mapping[UUID, asyncpg.Record]
) -> "_Batch":
    """All at once, which is twenty times as fast. Raises _Each where one of them stands in the
    way of the others."""
    batch = _Batch()
    try:
        async with _apart(_Each):
            states = await runs.cancel_all(rt, actor, list(found.values()))
    except DagyError as error:
        raise _Each from error
    for run_id in keys:
        if run_id not in states:
            batch.fail(str(run_id), NotFound("run", run_id))
        else:
            before, after = states[run_id]
            batch.counts["done" if before is not after else "skipped"] += 1
    return batch


async def _is_done(rt: Runtime, actor: Actor, action: BulkAction, run: asyncpg.Record) -> bool:
    """False where there is nothing to do."""
    if action is BulkAction.RETRY_FROM_FAILED and run["state"] == RunState.SUCCEEDED:
        return False
    async with _apart(DagyError):
        if action is BulkAction.CANCEL:
            before, after = (await runs.cancel_all(rt, actor, [run]))[run["id"]]
            return before is not after
        await runs.retry(rt, actor, run_id=run["id"], mode=_MODES[action])
    return True


@asynccontextmanager
async def _apart(instead: type[Exception]) -> AsyncIterator[None]:
    """All of this or nothing. A database that is away ends the batch; any other surprise becomes
    `instead`: a run that cannot be changed must not keep the others from it for ever."""
    try:
        async with db.transaction():
            yield
    except (DagyError, *db.OUT_OF_REACH):
        raise
    except Exception as error:
        logger.exception("a run of a bulk operation failed")
        raise instead("Something went wrong on our side.") from error


class _Each(Exception):
    """The runs of a batch are to be changed one by one."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What became of the runs of a batch."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[dict[str, str]] = field(default_factory=list)

    def fail(self, run: str, error: DagyError) -> None:
        self.counts["failed"] += 1
        self.problems.append({"run": run, "code": error.code, "message": error.message})
