"""Answers that may be a moment old: worked out once, kept briefly, within a bound."""

import asyncio

import pytest

from dagy_gql.recent import Recent


class Work:
    def __init__(self) -> None:
        self.times = 0
        self.go_on = asyncio.Event()
        self.fails = False

    async def __call__(self) -> int:
        self.times += 1
        await self.go_on.wait()
        if self.fails:
            raise ValueError("not this time")
        return self.times


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("dagy_gql.recent.time", made)
    return made


@pytest.fixture
def work() -> Work:
    return Work()


async def test_who_asks_at_the_same_time_shares_one_answer(work: Work) -> None:
    recent = Recent()
    asking = [asyncio.create_task(recent.get("a", work, seconds=0)) for _ in range(5)]
    await asyncio.sleep(0)
    work.go_on.set()
    assert await asyncio.gather(*asking) == [1] * 5


async def test_an_answer_is_kept_for_its_seconds(work: Work, clock: Clock) -> None:
    recent = Recent()
    work.go_on.set()
    assert await recent.get("a", work, seconds=2) == 1
    clock.now += 1.9
    assert await recent.get("a", work, seconds=2) == 1
    clock.now += 0.1
    assert await recent.get("a", work, seconds=2) == 2
    assert await recent.get("b", work, seconds=2) == 3


async def test_what_took_long_is_kept_for_longer(work: Work, clock: Clock) -> None:
    recent = Recent()
    asking = asyncio.create_task(recent.get("a", work, seconds=2))
    await asyncio.sleep(0)
    clock.now += 3
    work.go_on.set()
    assert await asking == 1
    clock.now += 14.9
    assert await recent.get("a", work, seconds=2) == 1
    clock.now += 0.1
    assert await recent.get("a", work, seconds=2) == 2


async def test_a_failure_is_told_to_all_and_not_kept(work: Work) -> None:
    recent = Recent()
    work.fails = True
    work.go_on.set()
    asking = [recent.get("a", work, seconds=60) for _ in range(2)]
    assert [type(each) for each in await asyncio.gather(*asking, return_exceptions=True)] == [
        ValueError
    ] * 2
    work.fails = False
    assert await recent.get("a", work, seconds=60) == 2


async def test_who_gives_up_takes_nothing_from_the_others(work: Work) -> None:
    recent = Recent()
    first, second = [asyncio.create_task(recent.get("a", work, seconds=60)) for _ in range(2)]
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    work.go_on.set()
    assert await second == 1


async def test_only_so_many_are_kept(work: Work) -> None:
    recent = Recent(kept=2)
    work.go_on.set()
    for key in "abca":
        await recent.get(key, work, seconds=60)
    assert work.times == 4
    assert len(recent._entries) == 2


async def test_nothing_goes_on_after_it_is_closed(work: Work) -> None:
    recent = Recent()
    asking = asyncio.create_task(recent.get("a", work, seconds=60))
    await asyncio.sleep(0)
    await recent.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
