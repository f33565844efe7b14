"""Transactions: effects wait for the commit, and no connection is ever lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from dagy_gql import db
from dagy_gql.runtime import Runtime

pytestmark = pytest.mark.usefixtures("rt")


async def fail_after(effect: Callable[[], Awaitable[None]], *, why: str) -> None:
    """A transaction that writes a row, notes an effect, and fails."""
    async with db.transaction():
        await db.execute(
            "INSERT INTO organizations (id, name, slug, created_at) "
            "VALUES (gen_random_uuid(), 'a', 'a', now())"
        )
        await db.after_commit(effect)
        raise ValueError(why)


async def test_effects_run_in_order_after_the_outermost_commit() -> None:
    said: list[str] = []

    async def say(word: str) -> None:
        said.append(word)

    async with db.transaction():
        await db.after_commit(lambda: say("outer"))
        async with db.transaction():
            await db.after_commit(lambda: say("inner"))
        assert said == []

    assert said == ["outer", "inner"]


async def test_effects_of_a_rolled_back_inner_transaction_are_dropped() -> None:
    said: list[str] = []

    async def say(word: str) -> None:
        said.append(word)

    async with db.transaction():
        await db.after_commit(lambda: say("outer"))
        with pytest.raises(ValueError, match="inner"):
            await fail_after(lambda: say("inner"), why="inner")

    assert said == ["outer"]
    assert await db.fetch_value("SELECT count(*) FROM organizations") == 0


async def test_nothing_is_said_and_nothing_written_after_a_rollback() -> None:
    said: list[str] = []

    async def say(word: str) -> None:
        said.append(word)

    with pytest.raises(ValueError, match="no"):
        await fail_after(lambda: say("outer"), why="no")

    assert said == []
    assert await db.fetch_value("SELECT count(*) FROM organizations") == 0


async def test_a_transaction_that_is_cancelled_at_any_moment_gives_its_connection_back(
    rt: Runtime,
) -> None:
    async def work() -> None:
        async with db.transaction():
            await db.fetch_value("SELECT 1")

    # A whole transaction takes about 1 ms: cancel at 200 places spread over it.
    for step in range(200):
        task = asyncio.create_task(work())
        await asyncio.sleep(step * 10e-6)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    everything = [work() for _ in range(rt.settings.database_pool_size * 2)]
    async with asyncio.timeout(5):
        await asyncio.gather(*everything)


async def test_a_frozen_process_holds_its_locks_no_longer_than_its_leases(rt: Runtime) -> None:
    limit = await db.fetch_value("SHOW idle_in_transaction_session_timeout")

    assert rt.settings.lease_seconds == 15
    assert limit == "15s"
