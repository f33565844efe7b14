"""Waiting, and reading several streams at once, with threads."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from dagy.api.follow import GATHER_SECONDS, Item, by_time

Source = Callable[[], Iterator[Item]]
Arrivals = queue.SimpleQueue[tuple[int, Item | BaseException | None]]
THREAD_NAME = "dagy-follow"

sleep = time.sleep


def merged(sources: list[Source], *, timeout_seconds: float | None = None) -> Iterator[Item]:
    """Items of all sources until every one has ended; the first failure of any is raised.

    Raises TimeoutError when they have not ended in time.
    """
    arrivals: Arrivals = queue.SimpleQueue()
    stopped = threading.Event()
    for number, source in enumerate(sources):
        threading.Thread(
            target=_read,
            args=(number, source, arrivals, stopped),
            name=THREAD_NAME,
            daemon=True,
        ).start()
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    open_sources = len(sources)
    try:
        while open_sources:
            waiting: list[deque[Item]] = [deque() for _ in sources]
            open_sources -= _gather(arrivals, waiting, deadline)
            yield from by_time(waiting)
    finally:
        stopped.set()


def _read(number: int, source: Source, arrivals: Arrivals, stopped: threading.Event) -> None:
    try:
        for item in source():
            if stopped.is_set():
                return
            arrivals.put((number, item))
    except Exception as error:  # handed to the reader, who raises it
        arrivals.put((number, error))
    else:
        arrivals.put((number, None))


def _gather(arrivals: Arrivals, waiting: list[deque[Item]], deadline: float | None) -> int:
    """Wait for one arrival, take what follows at once; returns how many sources ended."""
    ended = 0
    left = None if deadline is None else max(0.0, deadline - time.monotonic())
    try:
        number, item = arrivals.get(timeout=left)
    except queue.Empty:
        raise TimeoutError from None
    until = time.monotonic() + GATHER_SECONDS
    while True:
        if isinstance(item, BaseException):
            raise item
        if item is None:
            ended += 1
        else:
            waiting[number].append(item)
        try:
            number, item = arrivals.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return ended
