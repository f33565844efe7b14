"""One batched call per level: rows that several objects of an operation refer to."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Any

from dagy_gql.repositories.base import OrgRepository

# fetch(context, keys, *arguments) -> the row (or page) of each key it found
Fetch = Callable[..., Awaitable[dict[Any, Any]]]

Columns = tuple[str, ...] | None


class Loader:
    """`load` answers with the value where it is known already, else with a future; all keys
    asked for in one turn of the event loop are fetched together."""

    def __init__(self, fetch: Callable[[Sequence[Any]], Awaitable[dict[Any, Any]]]) -> None:
        self._fetch = fetch
        self.known: dict[Hashable, Any] = {}
        # A future for each key that somebody waits for by itself.
        self._waiting: dict[Hashable, asyncio.Future[Any] | None] = {}
        self._batches: list[asyncio.Future[None]] = []
        self._task: asyncio.Task[None] | None = None

    def load(self, key: Hashable) -> Any:
        if key in self.known:
            return self.known[key]
        future = self._waiting.get(key)
        if future is None:
            self._start_soon()
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
        return future

    def ready(self, keys: Iterable[Hashable]) -> Awaitable[None] | None:
        """None where all of them are known, else what ends when they are, or could not be."""
        missing = [key for key in keys if key not in self.known]
        if not missing:
            return None
        self._start_soon()
        for key in missing:
            self._waiting.setdefault(key, None)
        batch: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batches.append(batch)
        return batch

    def _start_soon(self) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        waiting, self._waiting = self._waiting, {}
        batches, self._batches = self._batches, []
        self._task = asyncio.get_running_loop().create_task(self._run(waiting, batches))

    async def _run(
        self,
        waiting: dict[Hashable, asyncio.Future[Any] | None],
        batches: list[asyncio.Future[None]],
    ) -> None:
        futures = [(key, future) for key, future in waiting.items() if future is not None]
        try:
            found = await self._fetch(list(waiting))
        except Exception as error:
            for _, future in futures:
                if not future.done():
                    future.set_exception(error)
        else:
            for key in waiting:
                self.known[key] = found.get(key)
            for key, future in futures:
                if not future.done():
                    future.set_result(found.get(key))
        for batch in batches:
            if not batch.done():
                batch.set_result(None)


class Loaders:
    """The loaders of one operation, made on demand: one per (fetch, arguments)."""

    def __init__(self) -> None:
        self._loaders: dict[Hashable, Loader] = {}

    def load(self, context: Any, fetch: Fetch, key: Any, *arguments: Any) -> Any:
        """The value of `key`, or a future of it. `key` None is None."""
        return None if key is None else self.of(context, fetch, arguments).load(key)

    def of(self, context: Any, fetch: Fetch, arguments: tuple[Any, ...]) -> Loader:
        loader = self._loaders.get((fetch, arguments))
        if loader is None:
            loader = Loader(lambda keys: fetch(context, keys, *arguments))
            self._loaders[(fetch, arguments)] = loader
        return loader

    def clear(self) -> None:
        """Forget every row: what comes next must be read anew."""
        self._loaders.clear()


class RowFetch:
    """A Fetch that reads the columns that are selected: its last argument, None for all that
    lists may read."""

    always: Columns = ("id",)

    def __init__(self, repository: type[OrgRepository], columns: str | None = None) -> None:
        self.repository = repository
        self._columns = columns

    def text(self, columns: Columns) -> str | None:
        return self._columns if columns is None else column_text(columns, self.always or ())

    async def __call__(self, context: Any, keys: Sequence[Any], *arguments: Any) -> dict[Any, Any]:
        raise NotImplementedError


def column_text(columns: Iterable[str], always: Iterable[str]) -> str:
    """In a fixed order, so that PostgreSQL meets few different statements."""
    return ", ".join(sorted({*columns, *always}))


class RowsById(RowFetch):
    """Rows by their own ids."""

    async def __call__(self, context: Any, keys: Sequence[Any], *arguments: Any) -> dict[Any, Any]:
        columns = self.text(arguments[0] if arguments else None)
        rows = await self.repository(context.actor.org_id).by_ids(keys, columns=columns)
        return {row["id"]: row for row in rows}
