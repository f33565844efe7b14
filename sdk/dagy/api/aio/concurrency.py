"""Waiting, and reading several streams at once, with asyncio."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from time import monotonic

from dagy.api.follow import GATHER_SECONDS, Item, by_time
from dagy.api.models import LogLine, RunEvent

Source = Callable[[], AsyncGenerator[RunEvent, None] | AsyncGenerator[LogLine, None]]
Arrivals = asyncio.Queue[tuple[int, Item | Exception | None]]

sleep = asyncio.sleep


async def merged(
    sources: list[Source], *, timeout_seconds: float | None = None
) -> AsyncIterator[Item]:
    """Items of all sources until every one has ended; the first failure of any is raised.

    Raises TimeoutError when they have not ended in time.
    """
    arrivals: Arrivals = asyncio.Queue()
    readers = [
        asyncio.create_task(_read(number, source, arrivals))
        for number, source in enumerate(sources)
    ]
    deadline = None if timeout_seconds is None else monotonic() + timeout_seconds
    open_sources = len(sources)
    try:
        while open_sources:
            waiting: list[deque[Item]] = [deque() for _ in sources]
            open_sources -= await _gather(arrivals, waiting, deadline)
            for item in by_time(waiting):
                yield item
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def _read(number: int, source: Source, arrivals: Arrivals) -> None:
    try:
        async with aclosing(source()) as items:
            async for item in items:
                await arrivals.put((number, item))
    except Exception as error:  # handed to the reader, who raises it
        await arrivals.put((number, error))
    else:
        await arrivals.put((number, None))


async def _gather(arrivals: Arrivals, waiting: list[deque[Item]], deadline: float | None) -> int:
    """Wait for one arrival, take what follows at once; returns how many sources ended."""
    ended = 0
    left = None if deadline is None else max(0.0, deadline - monotonic())
    arrived = [await asyncio.wait_for(arrivals.get(), left)]
    await asyncio.sleep(GATHER_SECONDS)
    while not arrivals.empty():
        arrived.append(arrivals.get_nowait())
    for number, item in arrived:
        if isinstance(item, Exception):
            raise item
        if item is None:
            ended += 1
        else:
            waiting[number].append(item)
    return ended
