"""Bulk operations done: by a worker, as the one who asked, once, whatever is lost on the way."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dagy_gql import db
from dagy_gql.auth import authenticate
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import BulkAction, Role
from dagy_gql.errors import Conflict, DagyError
from dagy_gql.runtime import Runtime
from dagy_gql.services import bulk_operations, bulk_work, housekeeping, runs
from dagy_gql.services.bulk_operations import BulkWish
from dagy_gql.services.run_filters import RunWish
from tests.support import people
from tests.support.deployed import deployed
from workers.main import WorkerParts

SOURCE = """
from dagy import flow, task

@task
def one() -> int:
    return 1

@flow
def main():
    return one()
"""

_NO_WRITER = """
WITH people AS (UPDATE users SET is_super_admin = false)
UPDATE memberships SET role = 'viewer'
"""


@pytest.fixture
async def actor(rt: Runtime, tmp_path: Path) -> Actor:
    await people.first_owner(rt)
    actor = await people.signed_in(rt)
    await deployed(rt, actor, SOURCE, folder=tmp_path)
    return actor


async def queued(rt: Runtime, actor: Actor, count: int) -> list[UUID]:
    made = [await runs.trigger(rt, actor, deployment_name="main") for _ in range(count)]
    return [run["id"] for run, _ in made]


async def asked(
    rt: Runtime, actor: Actor, keys: Sequence[UUID], action: BulkAction = BulkAction.CANCEL
) -> UUID:
    wish = BulkWish(action=action, run_ids=keys, filter=None, undo_seconds=0)
    key: UUID = (await bulk_operations.create(rt, actor, wish))["id"]
    return key


async def operation(key: UUID) -> Any:
    return await db.fetch_row("SELECT * FROM bulk_operations WHERE id = $1", key)


async def until_ended(key: UUID, *, seconds: float = 15) -> Any:
    async with asyncio.timeout(seconds):
        while (row := await operation(key))["finished_at"] is None:
            await asyncio.sleep(0.02)
    return row


async def states() -> list[str]:
    return [row["state"] for row in await db.fetch("SELECT state FROM runs ORDER BY id")]


async def cancelled_by() -> list[tuple[str, str]]:
    rows = await db.fetch(
        "SELECT actor_name, resource_name FROM audit_logs WHERE action = 'run.cancel'"
        " ORDER BY sequence"
    )
    return [(row["actor_name"], row["resource_name"]) for row in rows]


async def slugs() -> list[str]:
    return [row["slug"] for row in await db.fetch("SELECT slug FROM runs ORDER BY id")]


async def test_a_worker_cancels_all_of_them(rt: Runtime, actor: Actor, worker: WorkerParts) -> None:
    worker.dispatcher.is_paused = True
    await queued(rt, actor, 120)
    wish = BulkWish(BulkAction.CANCEL, None, RunWish(mine=True), 0)

    key = (await bulk_operations.create(rt, actor, wish))["id"]
    row = await until_ended(key)

    assert (row["state"], row["done"], row["skipped"], row["failed"]) == ("COMPLETED", 120, 0, 0)
    assert (row["total"], row["position"], row["run_ids"]) == (120, 120, [])
    assert await states() == ["CANCELLED"] * 120
    assert await cancelled_by() == [(actor.name, slug) for slug in await slugs()]


async def test_runs_that_ended_are_skipped_and_problems_are_told(
    rt: Runtime, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = await queued(rt, actor, 25)
    await runs.cancel(rt, actor, run_id=keys[0])
    key = await asked(rt, actor, keys)
    await db.execute("DELETE FROM runs WHERE id = $1", keys[1])
    cancel_all = runs.cancel_all

    async def failing(rt: Runtime, actor: Actor, several: Sequence[Any]) -> Any:
        found = await cancel_all(rt, actor, several)
        if keys[3] in found:
            raise ZeroDivisionError
        if found.keys() & set(keys[4:]):
            raise Conflict("not today")
        return found

    monkeypatch.setattr(runs, "cancel_all", failing)
    await bulk_work.work(rt, str(key))

    row = await operation(key)
    assert (row["state"], row["done"], row["skipped"], row["failed"]) == ("COMPLETED", 1, 1, 23)
    told = [(problem["run"], problem["code"]) for problem in row["problems"]]
    by_key = dict(zip([keys[0], *keys[2:]], await slugs(), strict=True))
    assert told[:3] == [
        (str(keys[1]), "NOT_FOUND"),
        (by_key[keys[3]], "INTERNAL"),
        (by_key[keys[4]], "CONFLICT"),
    ]
    assert len(told) == 20
    assert "ZeroDivision" not in str(row["problems"])


async def test_all_are_changed_at_once_or_one_by_one(
    rt: Runtime, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one run's failure rolled back of the others is done again for each of them."""
    keys = await queued(rt, actor, 3)
    key = await asked(rt, actor, keys)
    cancel_all = runs.cancel_all

    async def failing(rt: Runtime, actor: Actor, several: Sequence[Any]) -> Any:
        found = await cancel_all(rt, actor, several)
        if len(found) > 1:
            raise Conflict("not all of them")
        return found

    monkeypatch.setattr(runs, "cancel_all", failing)
    await bulk_work.work(rt, str(key))

    assert (await operation(key))["done"] == 3
    assert await cancelled_by() == [(actor.name, slug) for slug in await slugs()]
    events = await db.fetch(
        "SELECT seq, type FROM run_events WHERE run_id = $1 ORDER BY seq", keys[0]
    )
    assert [tuple(event) for event in events] == [(1, "RUN_QUEUED"), (2, "RUN_FINISHED")]


async def test_retries_leave_out_what_has_nothing_to_retry(rt: Runtime, actor: Actor) -> None:
    failed, succeeded, active = await queued(rt, actor, 3)
    await db.execute(
        "UPDATE runs SET finished_at = now(), state = CASE WHEN id = $1 THEN 'FAILED'"
        " ELSE 'SUCCEEDED' END WHERE id = ANY($2)",
        failed,
        [failed, succeeded],
    )

    key = await asked(rt, actor, [failed, succeeded, active], BulkAction.RETRY_FROM_FAILED)
    await bulk_work.work(rt, str(key))

    row = await operation(key)
    assert (row["state"], row["done"], row["skipped"], row["failed"]) == ("COMPLETED", 1, 1, 1)
    assert [problem["code"] for problem in row["problems"]] == ["CONFLICT"]
    retries = await db.fetch(
        "SELECT retry_of_id, retry_mode, created_by FROM runs WHERE trigger = 'RETRY'"
    )
    assert [tuple(retry) for retry in retries] == [(failed, "FROM_FAILED", actor.name)]

    again = await asked(rt, actor, [failed, succeeded], BulkAction.RETRY_FROM_START)
    await bulk_work.work(rt, str(again))
    assert (await operation(again))["done"] == 2


async def test_a_batch_that_is_lost_is_done_again_and_only_once(
    rt: Runtime, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_work, "_BATCH", 2)
    keys = await queued(rt, actor, 6)
    key = await asked(rt, actor, keys)
    cancel_all, calls = runs.cancel_all, 0

    async def dying(rt: Runtime, actor: Actor, several: Sequence[Any]) -> Any:
        nonlocal calls
        calls += 1
        found = await cancel_all(rt, actor, several)
        if calls == 2:
            raise ConnectionResetError
        return found

    monkeypatch.setattr(runs, "cancel_all", dying)
    with pytest.raises(ConnectionResetError):
        await bulk_work.work(rt, str(key))
    halfway = await operation(key)
    assert (halfway["state"], halfway["position"], halfway["done"]) == ("RUNNING", 2, 2)
    assert await states() == ["CANCELLED"] * 2 + ["QUEUED"] * 4

    await bulk_work.work(rt, str(key))
    await bulk_work.work(rt, str(key))

    row = await operation(key)
    assert (row["state"], row["done"]) == ("COMPLETED", 6)
    assert await cancelled_by() == [(actor.name, slug) for slug in await slugs()]


async def test_what_redis_forgot_is_found_in_the_rows(
    rt: Runtime, actor: Actor, worker: WorkerParts
) -> None:
    worker.dispatcher.is_paused = True
    keys = await queued(rt, actor, 3)
    wish = BulkWish(action=BulkAction.CANCEL, run_ids=keys, filter=None, undo_seconds=1)
    key = (await bulk_operations.create(rt, actor, wish))["id"]
    await rt.bus.redis.flushall()

    row = await until_ended(key)

    assert (row["state"], row["done"]) == ("COMPLETED", 3)


async def test_only_one_that_should_be_under_way_is_asked_for_again(
    rt: Runtime, actor: Actor
) -> None:
    keys = await queued(rt, actor, 1)
    wish = BulkWish(action=BulkAction.CANCEL, run_ids=keys, filter=None, undo_seconds=60)
    key = (await bulk_operations.create(rt, actor, wish))["id"]
    await rt.bus.redis.flushall()
    await housekeeping.tick(rt)
    assert [name async for name in rt.bus.redis.scan_iter("*bulk_operation*")] == []

    await db.execute(
        "UPDATE bulk_operations SET starts_at = now() - interval '5 s',"
        " moved_at = now() - interval '5 s'"
    )
    await housekeeping.tick(rt)

    assert len([name async for name in rt.bus.redis.scan_iter(f"*bulk_operation:{key}*")]) == 1


async def test_one_that_is_stopped_leaves_the_rest_alone(
    rt: Runtime, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_work, "_BATCH", 2)
    key = await asked(rt, actor, await queued(rt, actor, 6))
    taken = bulk_work._after_batch
    batches = 0

    async def counted(rt: Runtime, row: Any) -> Any:
        nonlocal batches
        batches += 1
        return await taken(rt, row)

    monkeypatch.setattr(bulk_work, "_after_batch", counted)
    told = bulk_work.tell

    async def stopping(rt: Runtime, operation_id: UUID) -> None:
        monkeypatch.setattr(bulk_work, "tell", told)
        await bulk_operations.cancel(rt, actor, operation_id=operation_id)

    monkeypatch.setattr(bulk_work, "tell", stopping)
    await bulk_work.work(rt, str(key))

    row = await operation(key)
    assert (row["state"], row["done"], batches) == ("CANCELLED", 2, 1)
    assert await states() == ["CANCELLED"] * 2 + ["QUEUED"] * 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_NO_WRITER, "FORBIDDEN"),
        ("DELETE FROM memberships", "UNAUTHENTICATED"),
        ("UPDATE users SET disabled_at = now()", "UNAUTHENTICATED"),
    ],
)
async def test_rights_are_looked_at_again(
    rt: Runtime, actor: Actor, change: str, code: str
) -> None:
    key = await asked(rt, actor, await queued(rt, actor, 2))
    await db.execute(change)

    await bulk_work.work(rt, str(key))

    row = await operation(key)
    assert (row["state"], row["done"], row["reason"]["code"]) == ("FAILED", 0, code)
    assert row["finished_at"] is not None
    assert await states() == ["QUEUED"] * 2
    assert await cancelled_by() == []


async def test_signing_out_stops_nothing(rt: Runtime, actor: Actor) -> None:
    key = await asked(rt, actor, await queued(rt, actor, 2))
    await db.execute("UPDATE access_tokens SET revoked_at = now()")

    await bulk_work.work(rt, str(key))

    assert (await operation(key))["state"] == "COMPLETED"


async def test_who_asked_is_known_without_their_secret(rt: Runtime, actor: Actor) -> None:
    row = await operation(await asked(rt, actor, await queued(rt, actor, 1)))

    today = await authenticate.today(row)

    assert (today.name, today.role, today.user_id) == (actor.name, Role.OWNER, actor.user_id)
    with pytest.raises(DagyError):
        await authenticate.today(dict(row) | {"actor_kind": "API_KEY"})  # type: ignore[arg-type]
