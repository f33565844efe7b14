"""One run, live: its events and its log lines as one stream, until it is over.

Two subscriptions are read by two threads; what arrives close together is put in the order of
its time, and each subscription keeps its own order.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from dagy.api.models import LogLine, RunEvent

Item = RunEvent | LogLine
Source = Callable[[], Iterator[Item]]
Arrivals = queue.SimpleQueue[tuple[int, Item | BaseException | None]]
THREAD_NAME = "dagy-follow"
# Long enough to put a replay of both streams in order, short enough not to be seen.
GATHER_SECONDS = 0.03


def merged(sources: list[Source]) -> Iterator[Item]:
    """Items of all sources until every one has ended; the first failure of any is raised."""
    arrivals: Arrivals = queue.SimpleQueue()
    stopped = threading.Event()
    for number, source in enumerate(sources):
        threading.Thread(
            target=_read,
            args=(number, source, arrivals, stopped),
            name=THREAD_NAME,
            daemon=True,
        ).start()
    open_sources = len(sources)
    try:
        while open_sources:
            waiting: list[deque[Item]] = [deque() for _ in sources]
            open_sources -= _gather(arrivals, waiting)
            yield from _by_time(waiting)
    finally:
        stopped.set()


def _read(
    number: int,
    source: Source,
    arrivals: Arrivals,
    stopped: threading.Event,
) -> None:
    try:
        for item in source():
            if stopped.is_set():
                return
            arrivals.put((number, item))
    except Exception as error:  # handed to the reader, who raises it
        arrivals.put((number, error))
    else:
        arrivals.put((number, None))


def _gather(
    arrivals: Arrivals,
    waiting: list[deque[Item]],
) -> int:
    """Wait for one arrival, take what follows at once; returns how many sources ended."""
    ended = 0
    number, item = arrivals.get()
    deadline = time.monotonic() + GATHER_SECONDS
    while True:
        if isinstance(item, BaseException):
            raise item
        if item is None:
            ended += 1
        else:
            waiting[number].append(item)
        try:
            number, item = arrivals.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return ended


def _by_time(waiting: list[deque[Item]]) -> Iterator[Item]:
    while heads := [items for items in waiting if items]:
        yield min(heads, key=lambda items: items[0].at).popleft()
