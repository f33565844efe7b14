"""A follower's feed: bounded, resumable, and cancelled when it is cancelled."""

import asyncio

import pytest

from dagy_gql.bus import Feed


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
