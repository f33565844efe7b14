"""Many followers of one source: each gets everything, and the source is read once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dagy_gql.tails import Batch, Source, Tail, Tails, followed


class Numbers:
    """Counts upward when it is told to; remembers everything, as the rows do."""

    def __init__(self, *, start: int = 0) -> None:
        self.end = start
        self.readers = 0
        self._told = asyncio.Condition()
        self.is_over = False
        self.error: Exception | None = None

    async def tell(self, *, up_to: int) -> None:
        async with self._told:
            self.end = up_to
            self._told.notify_all()

    async def stop(self, error: Exception | None = None) -> None:
        async with self._told:
            self.is_over, self.error = True, error
            self._told.notify_all()

    async def start(self) -> int:
        return self.end

    async def read(self, number: int) -> AsyncIterator[Batch[str]]:
        self.readers += 1
        while True:
            async with self._told:
                await self._told.wait_for(lambda at=number: self.end > at or self.is_over)
            if self.end > number:
                yield items(number, self.end)
                number = self.end
            elif self.error is not None:
                raise self.error
            else:
                return

    def source(self, kept: int = 1000) -> Source[str]:
        return Source(self.start, self.read, kept)

    async def history(self, number: int) -> Batch[str]:
        return items(number, self.end)


def items(after: int, end: int) -> Batch[str]:
    return [(number, str(number)) for number in range(after + 1, end + 1)]


async def all_of(tail: Tail[str], numbers: Numbers, *, after: int = 0) -> list[int]:
    return [number async for number, _ in followed(tail, after, numbers.history)]


async def take(tail: Tail[str], numbers: Numbers, seen: list[int]) -> None:
    async for number, _ in followed(tail, 0, numbers.history):
        seen.append(number)


async def test_followers_share_one_reader_and_each_gets_everything_from_its_own_start() -> None:
    tails, numbers = Tails(), Numbers(start=5)

    async def follow(after: int) -> list[int]:
        async with tails.following("key", numbers.source()) as tail:
            return await all_of(tail, numbers, after=after)

    followers = [asyncio.create_task(follow(after)) for after in (0, 3, 5, 7)]
    await asyncio.sleep(0)
    for up_to in (6, 9, 20):
        await numbers.tell(up_to=up_to)
    await numbers.stop()

    assert await asyncio.gather(*followers) == [
        list(range(after + 1, 21)) for after in (0, 3, 5, 7)
    ]
    assert numbers.readers == 1
    await tails.close()


async def test_who_falls_behind_what_is_kept_reads_it_where_it_is_stored() -> None:
    tails, numbers = Tails(), Numbers()

    async with tails.following("key", numbers.source(kept=2)) as tail:
        for up_to in range(1, 12):
            await numbers.tell(up_to=up_to)
            await asyncio.sleep(0.001)
        await numbers.stop()

        assert tail.begin > 4
        assert tail.after(2) is None
        assert await all_of(tail, numbers, after=2) == list(range(3, 12))
    await tails.close()


async def test_the_last_follower_closes_the_tail_and_the_next_opens_another() -> None:
    tails, numbers = Tails(), Numbers()

    for opened in (1, 2):
        async with tails.following("key", numbers.source()) as tail:
            await asyncio.sleep(0.001)
            assert numbers.readers == opened
            assert not tail.is_over
        await asyncio.sleep(0.001)
        assert tail.is_over
    await tails.close()


async def test_what_the_source_raises_reaches_every_follower_behind_the_last_item() -> None:
    tails, numbers = Tails(), Numbers()
    seen: list[int] = []

    async with tails.following("key", numbers.source()) as tail:
        await numbers.tell(up_to=2)
        await numbers.stop(OSError("away"))
        with pytest.raises(OSError, match="away"):
            await take(tail, numbers, seen)

        assert seen == [1, 2]
        async with tails.following("key", Numbers().source()) as other:
            assert other is not tail
    await tails.close()


async def test_a_follower_that_hangs_up_disturbs_no_other() -> None:
    tails, numbers = Tails(), Numbers()

    async def follow() -> list[int]:
        async with tails.following("key", numbers.source()) as tail:
            return await all_of(tail, numbers)

    stays, leaves = asyncio.create_task(follow()), asyncio.create_task(follow())
    await asyncio.sleep(0.001)
    leaves.cancel()
    await asyncio.gather(leaves, return_exceptions=True)
    await numbers.tell(up_to=3)
    await numbers.stop()

    assert await stays == [1, 2, 3]
    await tails.close()
