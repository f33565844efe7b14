"""A follower's feed: bounded, resumable, and cancelled when it is cancelled. A sender waits for no
Redis that does not answer."""

import asyncio
import time

import pytest

from dagy_gql.bus import Bus, Feed, Job
from dagy_gql.settings import Settings
from tests.support.servers import silent_redis


@pytest.mark.parametrize("turns", range(4))
async def test_a_cancellation_that_meets_a_message_is_not_swallowed(turns: int) -> None:
    feed = Feed()
    waiting = asyncio.create_task(feed.next(timeout_seconds=60))
    await asyncio.sleep(0)

    feed.put(b"late")
    for _ in range(turns):
        await asyncio.sleep(0)
    was_cancelled = waiting.cancel()
    (answer,) = await asyncio.gather(waiting, return_exceptions=True)

    assert isinstance(answer, asyncio.CancelledError) if was_cancelled else answer == b"late"


async def test_a_feed_that_is_too_far_behind_says_that_it_missed_something() -> None:
    feed = Feed()
    for number in range(1001):
        feed.put(str(number).encode())

    assert await feed.next(timeout_seconds=1) is None
    feed.put(b"after")
    assert await feed.next(timeout_seconds=1) == b"after"


async def test_a_quiet_feed_answers_none_when_the_time_is_up() -> None:
    assert await Feed().next(timeout_seconds=0.001) is None


async def test_a_redis_that_is_silent_holds_a_sender_up_once_and_briefly() -> None:
    async with silent_redis() as url:
        bus = Bus(Settings(redis_url=url))
        started = time.monotonic()
        for _ in range(5):
            await bus.send(messages=[("run:1", b"news")], jobs=[(Job.EXECUTE_RUN, 1)])
        took = time.monotonic() - started
        await bus.close()
    assert took < 2
