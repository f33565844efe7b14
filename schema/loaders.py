"""One batched call per level: rows that several objects of an operation refer to."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any

# fetch(context, keys, *arguments) -> the row (or page) of each key it found
Fetch = Callable[..., Awaitable[dict[Any, Any]]]


class Loader:
    """`load` answers with the value where it is known already, else with a future; all keys
    asked for in one turn of the event loop are fetched together."""

    def __init__(self, fetch: Callable[[Sequence[Any]], Awaitable[dict[Any, Any]]]) -> None:
        self._fetch = fetch
        self._known: dict[Hashable, Any] = {}
        self._waiting: dict[Hashable, asyncio.Future[Any]] = {}
        self._task: asyncio.Task[None] | None = None

    def load(self, key: Hashable) -> Any:
        if key in self._known:
            return self._known[key]
        future = self._waiting.get(key)
        if future is None:
            loop = asyncio.get_running_loop()
            if not self._waiting:
                loop.call_soon(self._start)
            future = self._waiting[key] = loop.create_future()
        return future

    def prime(self, key: Hashable, value: Any) -> None:
        self._known[key] = value

    def _start(self) -> None:
        waiting, self._waiting = self._waiting, {}
        self._task = asyncio.get_running_loop().create_task(self._run(waiting))

    async def _run(self, waiting: dict[Hashable, asyncio.Future[Any]]) -> None:
        try:
            found = await self._fetch(list(waiting))
        except Exception as error:
            for future in waiting.values():
                if not future.done():
                    future.set_exception(error)
            return
        for key, future in waiting.items():
            self._known[key] = found.get(key)
            if not future.done():
                future.set_result(found.get(key))


class Loaders:
    """The loaders of one operation, made on demand: one per (fetch, arguments)."""

    def __init__(self) -> None:
        self._loaders: dict[Hashable, Loader] = {}

    def load(self, context: Any, fetch: Fetch, key: Any, *arguments: Any) -> Any:
        """The value of `key`, or a future of it. `key` None is None."""
        if key is None:
            return None
        loader = self._loaders.get((fetch, arguments))
        if loader is None:
            loader = Loader(lambda keys: fetch(context, keys, *arguments))
            self._loaders[(fetch, arguments)] = loader
        return loader.load(key)

    def clear(self) -> None:
        """Forget every row: what comes next must be read anew."""
        self._loaders.clear()
