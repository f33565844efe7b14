"""Answers that are dear to work out and may be a moment old: each is worked out once for all who
ask at the same time, and kept for the seconds its caller allows, or longer where it was so dear
that the process would do little else."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

T = TypeVar("T")

_KEPT = 500
# An answer that took a second is kept for five: at most a sixth of the time goes into it.
_REST = 5


@dataclass(slots=True)
class _Entry:
    """`until` is 0 while the task runs."""

    task: "asyncio.Task[Any]"
    started: float
    until: float = 0.0


class Recent:
    """Of one process. The key says all that the answer depends on, the organization first."""

    def __init__(self, *, kept: int = _KEPT) -> None:
        self._kept = kept
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    async def get(
        self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]], *, seconds: float
    ) -> T:
        """What `work` answers, or answered about `seconds` ago; a failure is not kept."""
        entry = self._entries.get(key)
        if entry is None or (entry.task.done() and entry.until <= time.monotonic()):
            entry = self._start(key, work, seconds)
        # Whoever gives up waiting takes nothing away from the others.
        return cast(T, await asyncio.shield(cast("Awaitable[Any]", entry.task)))

    def _start(
        self, key: Hashable, work: Callable[[], Coroutine[Any, Any, Any]], seconds: float
    ) -> _Entry:
        entry = _Entry(asyncio.get_running_loop().create_task(work()), time.monotonic())
        entry.task.add_done_callback(lambda task: self._done(key, entry, seconds))
        self._entries[key] = entry
        self._entries.move_to_end(key)
        if len(self._entries) > self._kept:
            self._entries.popitem(last=False)
        return entry

    def _done(self, key: Hashable, entry: _Entry, seconds: float) -> None:
        if entry.task.cancelled() or entry.task.exception() is not None:
            if self._entries.get(key) is entry:
                del self._entries[key]
        else:
            now = time.monotonic()
            entry.until = now + max(seconds, _REST * (now - entry.started))

    async def close(self) -> None:
        tasks = [entry.task for entry in self._entries.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
