"""What row-level security costs: `python -m benchmarks.row_security`, with it and without it in
turns, in one process. Without it the server acts as the superuser it is, and sets no scope."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock
from uuid import UUID

import asyncpg
import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from benchmarks import reading_data
from dagy_gql import connecting, db, keys, tenancy
from dagy_gql.app import create_app
from dagy_gql.auth.actor import system
from dagy_gql.embedded import servers
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.repositories.pagination import Page
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.runtime import Runtime, opened
from dagy_gql.services import accounts, runs
from dagy_gql.settings import Settings

RUNS = 50_000
ROUNDS = 8
SECONDS = 0.5

PAGE = """{ runs(first: 50) { edges { node { id slug state trigger executor createdAt queuedAt
    startedAt finishedAt attempt parameters tags } } pageInfo { hasNextPage endCursor } } }"""

_NO_PARAMETERS = """
UPDATE flows SET spec = '{"tasks": [], "parameters": {"properties": {}}, "timeout_seconds": null}'
"""

Work = Callable[[], Awaitable[None]]


@contextmanager
def _no_wall() -> Iterator[None]:
    nothing = mock.AsyncMock(return_value=None)
    with (
        mock.patch.object(connecting, "prepare_bound", connecting.prepare),
        mock.patch.object(db, "_settle", None),
        mock.patch.object(db, "unguarded", nothing),
        mock.patch.object(connecting.Connection, "turn_to", _stay),
    ):
        yield


async def _stay(self: connecting.Connection, scope: tenancy.Scope) -> None:
    """As many awaits as the real one has when the scope is known."""


def _page(app: Any, token: str) -> Work:
    body = json.dumps({"query": PAGE}).encode()
    headers = [
        (b"authorization", f"Bearer {token}".encode()),
        (b"content-type", b"application/json"),
    ]
    scope = {
        "type": "http", "method": "POST", "path": "/graphql", "raw_path": b"/graphql",
        "query_string": b"", "headers": headers, "scheme": "http", "http_version": "1.1",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def work() -> None:
        sent: list[bytes] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message.get("body", b""))

        await app(dict(scope), receive, send)
        assert b'"edges":[{' in b"".join(sent), b"".join(sent)[:500]

    return work


def _list(org_id: UUID, *, others: int = 0) -> Work:
    """The statement of the page alone; with `others`, another organization asks in between."""
    turns = [org_id, *(UUID(int=other + 1) for other in range(others))]

    async def work() -> None:
        for turn in turns:
            with tenancy.request(), tenancy.organization(turn):
                repository = RunRepository(turn)
                await repository.slice(repository.where(), page=Page(size=50))

    return work


def _trigger(rt: Runtime, org_id: UUID) -> Work:
    async def work() -> None:
        with tenancy.request(), tenancy.organization(org_id):
            await runs.trigger(rt, system(org_id), deployment_name="nightly-1", parameters={})

    return work


@asynccontextmanager
async def _works(settings: Settings, token: str, org_id: UUID) -> AsyncIterator[dict[str, Work]]:
    async with opened(settings) as rt:
        yield {
            "runs page, 50 rows, in process": _page(create_app(settings, rt), token),
            "its statement alone": _list(org_id),
            "two statements, two organizations in turns": _list(org_id, others=1),
            "one trigger": _trigger(rt, org_id),
        }


async def _round(work: Work) -> float:
    """Milliseconds, the median of as many as there is time for."""
    for _ in range(20):
        await work()
    took, until = [], time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        began = time.perf_counter()
        await work()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


async def _measure(settings: Settings) -> dict[str, list[tuple[float, float]]]:
    await db.migrate(settings)
    async with opened(settings) as rt:
        made = await accounts.bootstrap(rt, "bench@example.com", "a long password for it")
    assert made is not None
    await reading_data.fill(settings.database_url, runs=RUNS)
    await _execute(settings.database_url, _NO_PARAMETERS)
    found: dict[str, list[tuple[float, float]]] = {}
    for number in range(ROUNDS):
        sides = [await _side(settings, made, is_walled=(number + side) % 2 == 0) for side in (0, 1)]
        walled, bare = sides if number % 2 == 0 else reversed(sides)
        for name, milliseconds in walled.items():
            found.setdefault(name, []).append((milliseconds, bare[name]))
        # Both sides find as many runs as there were.
        await _execute(settings.database_url, "DELETE FROM runs WHERE state = 'QUEUED'")
    return found


async def _side(
    settings: Settings, made: accounts.Bootstrap, *, is_walled: bool
) -> dict[str, float]:
    if not is_walled:
        with _no_wall():
            return await _all(settings, made)
    return await _all(settings, made)


async def _all(settings: Settings, made: accounts.Bootstrap) -> dict[str, float]:
    async with _works(settings, made.api_key, made.org_id) as works:
        return {name: await _round(work) for name, work in works.items()}


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _show(found: dict[str, list[tuple[float, float]]]) -> None:
    table = Table("", "with ms", "without ms", "costs", title="Row-level security")
    for name, pairs in found.items():
        cost = median(walled / bare for walled, bare in pairs) - 1
        walled, bare = (median(side) for side in zip(*pairs, strict=True))
        table.add_row(name, f"{walled:.3f}", f"{bare:.3f}", f"{cost:+.1%}")
    Console().print(table)


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="dagy-bench-") as folder,
        servers.running_for_superuser(LocalFolder(Path(folder))) as both,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        settings = Settings(
            database_url=both.database_url,
            redis_url=both.redis_url,
            local_dir=Path(folder),
            secrets_key=SecretStr(keys.new_key()),
            rate_limit_per_minute=0,
        )
        _show(runner.run(_measure(settings)))


if __name__ == "__main__":
    main()
