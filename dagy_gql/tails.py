"""One reader for many followers: the newest items of a source, kept while anybody follows it.

Items are numbered upwards. Each follower takes them at its own pace: one that falls behind what is
kept reads them where they are stored, and holds nobody up.
"""

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# (number, item)
Batch = list[tuple[int, T]]

_number = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """`start` tells the number to begin behind; `read` gives what comes behind it, as it comes,
    until there is an end. At least the newest `kept` items are."""

    start: Callable[[], Awaitable[int]]
    read: Callable[[int], AsyncIterator[Batch[T]]]
    kept: int = 1000


class Tail(Generic[T]):
    """What is kept of one source: everything behind the number `begin`."""

    def __init__(self, source: Source[T]) -> None:
        self.begin = 0
        self.followers = 0
        self.is_over = False
        self._source = source
        self._items: Batch[T] = []
        self._error: Exception | None = None
        self._ready = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()
        self._task = asyncio.create_task(self._run())

    @property
    def has_failed(self) -> bool:
        return self._error is not None

    @property
    def end(self) -> int:
        """The number of the newest item."""
        return self._items[-1][0] if self._items else self.begin

    async def ready(self) -> None:
        """Until `begin` is known."""
        await self._ready.wait()

    def after(self, number: int) -> Batch[T] | None:
        """What came behind `number`; None where some of it is no longer kept. Raises what the
        source raised, once everything before that has been taken."""
        if number < self.begin:
            if self._error is not None:
                raise self._error
            return None
        found = self._items[bisect_right(self._items, number, key=_number) :]
        if not found and self._error is not None:
            raise self._error
        return found

    async def grown(self) -> None:
        """Until something has come, or the end."""
        if self.is_over:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)

    async def _run(self) -> None:
        try:
            self.begin = await self._source.start()
            self._ready.set()
            async for batch in self._source.read(self.begin):
                self._append(batch)
        except Exception as error:
            self._error = error
        finally:
            self.is_over = True
            self._ready.set()
            self._wake()

    def _append(self, batch: Batch[T]) -> None:
        self._items += batch
        kept = self._source.kept
        if len(self._items) > 2 * kept:
            self.begin = self._items[-kept - 1][0]
            del self._items[:-kept]
        self._wake()

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


class Tails:
    """The tails of a process, by what they follow; one ends when its last follower leaves."""

    def __init__(self) -> None:
        self._tails: dict[Hashable, Tail[Any]] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def following(self, key: Hashable, source: Source[T]) -> AsyncIterator[Tail[T]]:
        """The tail of `key`, opened on `source` if nobody follows it yet."""
        tail: Tail[T] | None = self._tails.get(key)
        if tail is None or tail.has_failed:
            tail = self._tails[key] = Tail(source)
        tail.followers += 1
        try:
            await tail.ready()
            yield tail
        finally:
            tail.followers -= 1
            if not tail.followers:
                self._drop(key, tail)

    def _drop(self, key: Hashable, tail: Tail[Any]) -> None:
        if self._tails.get(key) is tail:
            del self._tails[key]
        # A follower that is being cancelled must not wait for the reader.
        task = asyncio.create_task(tail.stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def close(self) -> None:
        for tail in list(self._tails.values()):
            await tail.stop()
        await asyncio.gather(*self._stopping)


async def followed(
    tail: Tail[T], number: int, history: Callable[[int], Awaitable[Batch[T]]]
) -> AsyncIterator[tuple[int, T]]:
    """Everything behind `number`: from `history` until the tail has the rest, to its end."""
    while True:
        batch = tail.after(number)
        if batch is None:
            batch = await history(number)
            if not batch:
                number = tail.begin
        elif not batch:
            if tail.is_over:
                return
            await tail.grown()
        for item in batch:
            yield item
            number = item[0]


async def replayed(
    number: int, history: Callable[[int], Awaitable[Batch[T]]]
) -> AsyncIterator[tuple[int, T]]:
    """Everything behind `number` of a source that has ended."""
    while batch := await history(number):
        for item in batch:
            yield item
        number = batch[-1][0]
