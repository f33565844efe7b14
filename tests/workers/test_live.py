"""Followers: each event once and in order, whatever happens to the connection or to Redis."""

import asyncio
import random
from pathlib import Path
from uuid import UUID

import pytest

from dagy_gql.auth.actor import Actor
from dagy_gql.errors import NotFound
from dagy_gql.repositories.run_filters import RunFilter
from dagy_gql.runtime import Runtime
from dagy_gql.services import live
from dagy_gql.services.live_items import LiveRun
from tests.support.deployed import deployed, organization
from tests.support.outcome import PATIENCE_SECONDS, log_of, outcome, ran, trigger

pytestmark = pytest.mark.usefixtures("worker")

SLOW = """
import time
from dagy import flow, task

@task
def wait() -> int:
    time.sleep(2)
    return 0

@flow
def waiting():
    return wait()

@task
def step(x: int) -> int:
    print("line", x)
    time.sleep(0.01)
    return x + 1

@flow
def main():
    x = step(0)
    for _ in range(39):
        x = step(x)
    return x
"""


async def take(rt: Runtime, actor: Actor, run_id: UUID, *, after: int, at_most: int) -> list[int]:
    """Follow, and hang up after a few events."""
    seen: list[int] = []
    events = live.run_events(rt, actor, run_id, after=after)
    try:
        while len(seen) < at_most:
            seen.append((await anext(events)).seq)
    except StopAsyncIteration:
        pass
    finally:
        await events.aclose()
    return seen


async def test_a_follower_that_is_cut_fifty_times_sees_each_event_once_and_in_order(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SLOW, folder=tmp_path)
    run_id = await trigger(rt, actor, "main")
    dice, seen, cuts = random.Random(50), [], 0

    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(seen) < 83:
            after = seen[-1] if seen else 0
            seen += await take(rt, actor, run_id, after=after, at_most=dice.randint(1, 2))
            cuts += 1

    assert seen == list(range(1, 84))
    assert cuts >= 50
    assert await take(rt, actor, run_id, after=83, at_most=1) == []


async def test_followers_of_one_run_all_see_everything(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SLOW, folder=tmp_path)
    run_id = await trigger(rt, actor, "main")

    found = await asyncio.gather(*(outcome(rt, actor, run_id) for _ in range(10)))

    assert [[event.seq for event in one.events] for one in found] == [list(range(1, 84))] * 10


async def test_a_log_follower_gets_every_line_once(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SLOW, folder=tmp_path)
    run_id = await trigger(rt, actor, "main")

    lines = await log_of(rt, actor, run_id)
    late = [line async for line in live.run_logs(rt, actor, run_id, after=38)]

    assert [(line.number, line.message) for line in lines] == [
        (number, f"line {number - 1}") for number in range(1, 41)
    ]
    assert [line.number for line in late] == [39, 40]


async def test_a_run_goes_on_and_is_followed_while_redis_forgets_everything(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SLOW, folder=tmp_path)
    run_id = await trigger(rt, actor, "main")
    flushing = asyncio.create_task(_flush_all_the_time(rt))

    try:
        found = await outcome(rt, actor, run_id)
    finally:
        flushing.cancel()

    assert found.state == "SUCCEEDED"
    assert [event.seq for event in found.events] == list(range(1, 84))


async def test_a_job_that_redis_lost_is_found_in_the_rows(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SLOW, folder=tmp_path)
    flushing = asyncio.create_task(_flush_all_the_time(rt))

    try:
        found = [await ran(rt, actor, "main") for _ in range(2)]
    finally:
        flushing.cancel()

    assert [one.state for one in found] == ["SUCCEEDED", "SUCCEEDED"]


async def test_changes_of_all_runs_are_told_to_their_organization_alone(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    """The run is longer than the time after which whoever hears nothing looks at the rows."""
    await deployed(rt, actor, SLOW, folder=tmp_path, flow="waiting")
    stranger = await organization(rt, name="other")
    heard: list[tuple[UUID, str]] = []

    async def listen() -> None:
        async for change in live.run_changes(rt, actor, RunFilter()):
            heard.append((change.run_id, change.state))
            if change.state.is_terminal:
                return

    async def overhear() -> LiveRun:
        return await anext(live.run_changes(rt, stranger, RunFilter()))

    listening, spying = asyncio.create_task(listen()), asyncio.create_task(overhear())
    await asyncio.sleep(0.05)
    run_id = await trigger(rt, actor, "waiting")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await listening
    has_overheard = spying.done()
    spying.cancel()
    await asyncio.gather(spying, return_exceptions=True)

    assert heard == [(run_id, "QUEUED"), (run_id, "RUNNING"), (run_id, "SUCCEEDED")]
    assert not has_overheard


async def test_a_stranger_cannot_follow_a_run(rt: Runtime, actor: Actor, tmp_path: Path) -> None:
    await deployed(rt, actor, SLOW, folder=tmp_path)
    run_id = await trigger(rt, actor, "main")
    stranger = await organization(rt, name="other")

    for feed in (live.run_events(rt, stranger, run_id), live.run_logs(rt, stranger, run_id)):
        with pytest.raises(NotFound):
            await anext(feed)


async def _flush_all_the_time(rt: Runtime) -> None:
    while True:
        await rt.bus.redis.flushall()
        await asyncio.sleep(0.001)
