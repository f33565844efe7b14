"""The scheduler's single thread of control: work posted from anywhere, and timers."""

import heapq
import itertools
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

Work = Callable[[], None]


class Clockwork:
    def __init__(self) -> None:
        self._inbox: SimpleQueue[Work] = SimpleQueue()
        self._timers: list[tuple[float, int, Work]] = []
        self._numbers = itertools.count()

    def post(self, work: Work) -> None:
        """From any thread: `work` runs in the thread that calls step()."""
        self._inbox.put(work)

    def after(self, seconds: float, work: Work) -> None:
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._numbers), work))

    def clear_timers(self) -> None:
        self._timers.clear()

    def step(self, *, until: float | None = None) -> None:
        """Waits for the next work or timer, at most until that monotonic time, and runs
        everything that is due."""
        self._run_posted(self._wait_seconds(until))
        while self._timers and self._timers[0][0] <= time.monotonic():
            heapq.heappop(self._timers)[2]()

    def _wait_seconds(self, until: float | None) -> float | None:
        limits = [self._timers[0][0]] if self._timers else []
        limits += [] if until is None else [until]
        return max(0.0, min(limits) - time.monotonic()) if limits else None

    def _run_posted(self, wait_seconds: float | None) -> None:
        try:
            self._inbox.get(timeout=wait_seconds)()
            while True:
                self._inbox.get_nowait()()
        except Empty:
            return
