"""Which instances may start now: slots for threads and processes, limits per task."""

from collections import Counter, deque

from dagy.runner.graph import Instance


class Slots:
    """First come, first served, except that a task at its own limit lets others pass."""

    def __init__(self, capacity: int) -> None:
        self._free = capacity
        self._queue: deque[Instance] = deque()
        self._held: dict[str, deque[Instance]] = {}
        self._busy: Counter[str] = Counter()

    def add(self, instance: Instance) -> None:
        self._queue.append(instance)

    def clear(self) -> None:
        self._queue.clear()
        self._held.clear()

    def take(self) -> Instance | None:
        """The next instance, its slot taken; None when nothing can start."""
        while self._free and self._queue:
            instance = self._queue.popleft()
            spec = instance.node.spec
            if spec.concurrency_limit and self._busy[spec.function] >= spec.concurrency_limit:
                self._held.setdefault(spec.function, deque()).append(instance)
                continue
            self._free -= 1
            self._busy[spec.function] += 1
            return instance
        return None

    def release(self, instance: Instance) -> None:
        function = instance.node.spec.function
        self._free += 1
        self._busy[function] -= 1
        held = self._held.get(function)
        if held:
            self._queue.appendleft(held.popleft())
