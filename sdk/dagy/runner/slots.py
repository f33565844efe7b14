"""Which instances may start now: slots for threads and processes, limits per task."""

import heapq
import itertools
from collections import Counter

from dagy.runner.graph import Instance

# What is due for another attempt goes before all first attempts, else first come, first served.
Entry = tuple[bool, int, Instance]


class Slots:
    """A task at its own limit lets others pass; what it holds back keeps its place."""

    def __init__(self, capacity: int) -> None:
        self._free = capacity
        self._numbers = itertools.count()
        self._queue: list[Entry] = []
        self._held: dict[str, list[Entry]] = {}
        self._busy: Counter[str] = Counter()

    def add(self, instance: Instance) -> None:
        is_first_attempt = instance.job.attempt == 1
        heapq.heappush(self._queue, (is_first_attempt, next(self._numbers), instance))

    def _has_room(self, instance: Instance) -> bool:
        """Whether it could start at once."""
        spec = instance.node.spec
        limit = spec.concurrency_limit
        return self._free > 0 and not (limit and self._busy[spec.function] >= limit)

    def clear(self) -> None:
        self._queue.clear()
        self._held.clear()

    def take(self) -> Instance | None:
        """The next instance, its slot taken; None when nothing can start."""
        while self._free and self._queue:
            entry = heapq.heappop(self._queue)
            instance = entry[2]
            function = instance.node.spec.function
            if not self._has_room(instance):
                heapq.heappush(self._held.setdefault(function, []), entry)
                continue
            self._free -= 1
            self._busy[function] += 1
            return instance
        return None

    def release(self, instance: Instance) -> None:
        function = instance.node.spec.function
        self._free += 1
        self._busy[function] -= 1
        held = self._held.get(function)
        if held:
            heapq.heappush(self._queue, heapq.heappop(held))
