"""Searching a million runs: `python -m benchmarks.search`, page and counts, term by term.

Statements are asked as the server asks them: behind row-level security, by a role that it binds.
Exits 1 if the 95th percentile of any page is over its target.
"""

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import click
import uvloop
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from benchmarks import reading_data
from benchmarks.cases import p95
from dagy_gql import db, keys, tenancy
from dagy_gql.embedded import servers
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.enums import RunState
from dagy_gql.repositories.pagination import NEWEST_FIRST, Page
from dagy_gql.repositories.run_filters import RunFilter, RunSearch
from dagy_gql.runtime import opened
from dagy_gql.services import accounts
from dagy_gql.settings import Settings
from schema.runs.columns import RUN_COLUMNS

TARGET_MS = 100.0
ROUNDS = 20
_FAST_WRITES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# What the runs of `reading_data` are called, and what they are not.
TERMS = {
    "every slug": "FOX",
    "half of the runs, by flow": "flow-1",
    "a third, by deployment": "NIGHTLY-1",
    "a flow in a thirtieth": "flow-17",
    "a tag of a third": "team=d",
    "a tag of one run in ten": "ops",
    "a tag of ten runs": "order=4711",
    "an error of one run in ten": "TimeoutError",
    "an error of one run": "order a1b-fox-12",
    "the start of a slug": "ab",
    "most of a slug": "-fox-99",
    "one slug": "fox-654321",
    "one letter": "e",
    "one letter nowhere": "ß",
    "two letters": "7b",
    "two letters nowhere": "qj",
    "nothing": "no-such-run",
    "nothing, of known pieces": "fox-team",
    "percent": "%",
    "underscore": "_",
    "backslash": "\\",
    "beyond ASCII": "größe",
    "200 letters": "fox-" * 50,
}
FILTERS = {
    "": RunFilter(),
    "+ failed": RunFilter(states=[RunState.FAILED, RunState.CRASHED]),
    "+ flow": RunFilter(flow_name="flow-3"),
    "+ mine": RunFilter(created_by="owner@example.com"),
}

Work = Callable[[], Awaitable[None]]


def _page(org_id: UUID, wanted: RunFilter, page: Page) -> Work:
    async def work() -> None:
        with tenancy.request(), tenancy.organization(org_id):
            search = RunSearch(org_id)
            settled = await search.settled(wanted, page, NEWEST_FIRST)
            await search.slice(settled.apply(search.where()), page=page, columns=RUN_COLUMNS)

    return work


def _counts(org_id: UUID, wanted: RunFilter) -> Work:
    async def work() -> None:
        with tenancy.request(), tenancy.organization(org_id):
            search = RunSearch(org_id)
            await search.state_counts(wanted, cap=1_001)

    return work


async def _took(work: Work, rounds: int) -> list[float]:
    """Milliseconds, after a first time that is not counted."""
    samples = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        await work()
        samples.append((time.perf_counter() - began) * 1000)
    return samples[1:]


async def _deep(org_id: UUID, wanted: RunFilter) -> Page | None:
    """The page before the last, from the end: keys in the other direction."""
    with tenancy.request(), tenancy.organization(org_id):
        search = RunSearch(org_id)
        end = Page(50, backward=True)
        settled = await search.settled(wanted, end, NEWEST_FIRST)
        last = await search.slice(settled.apply(search.where()), page=end)
        if not last.has_previous:
            return None
        return Page(50, before=NEWEST_FIRST.key(last.rows[0]), backward=True)


async def _measured(org_id: UUID, rounds: int) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    for name, term in TERMS.items():
        for beside, filter_ in FILTERS.items():
            wanted = RunFilter(
                states=filter_.states,
                flow_name=filter_.flow_name,
                created_by=filter_.created_by,
                search=term,
            )
            row = {"page": await _took(_page(org_id, wanted, Page(50)), rounds)}
            if deep := await _deep(org_id, wanted):
                row["last pages"] = await _took(_page(org_id, wanted, deep), rounds)
            row["counts"] = await _took(_counts(org_id, wanted), max(3, rounds // 4))
            found[f"{name} {beside}".strip()] = row
    return found


def _show(found: dict[str, dict[str, list[float]]], seconds: float) -> bool:
    """Answers whether every page is within the target."""
    kinds = ("page", "last pages", "counts")
    table = Table("term", *kinds, title="ms: median / 95th percentile", title_justify="left")
    for name, row in found.items():
        table.add_row(name, *(_cell(row.get(kind)) for kind in kinds))
    every = {kind: [ms for row in found.values() for ms in row.get(kind, ())] for kind in kinds}
    table.add_section()
    table.add_row("all", *map(_cell, every.values()))
    console = Console(width=110)
    console.print(table)
    console.print(f"{seconds:.0f} s")
    return all(p95(every[kind]) <= TARGET_MS for kind in ("page", "last pages"))


def _cell(samples: list[float] | None) -> str:
    return f"{median(samples):.1f} / {p95(samples):.1f}" if samples else ""


async def _org(url: str) -> UUID:
    connection: Any = await asyncpg.connect(url)
    try:
        found: UUID = await connection.fetchval("SELECT id FROM organizations")
        return found
    finally:
        await connection.close()


async def _prepared(settings: Settings, runs: int) -> None:
    await db.migrate(settings)
    async with opened(settings) as rt:
        await accounts.bootstrap(rt, "owner@example.com", "a long password for it")
    await reading_data.fill(settings.database_url, runs=runs)


async def _all(settings: Settings, rounds: int) -> dict[str, dict[str, list[float]]]:
    async with db.opened(settings):
        gc.collect()
        gc.freeze()  # as the server does
        return await _measured(await _org(settings.database_url), rounds)


@click.command()
@click.option("--runs", default=reading_data.RUNS, show_default=True)
@click.option("--rounds", default=ROUNDS, show_default=True, help="Of each page.")
@click.option("--database-url", help="One that `reading_data` has filled, instead of a new one.")
def main(*, runs: int, rounds: int, database_url: str | None) -> None:
    """Fill a database with runs, and search it."""
    with (
        tempfile.TemporaryDirectory(prefix="dagy-bench-") as folder,
        servers.running_for_superuser(
            LocalFolder(Path(folder)), postgres_settings=_FAST_WRITES
        ) as both,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        settings = Settings(
            database_url=database_url or both.database_url,
            redis_url=both.redis_url,
            local_dir=Path(folder),
            secrets_key=SecretStr(keys.new_key()),
        )
        if database_url is None:
            runner.run(_prepared(settings, runs))
        began = time.monotonic()
        found = runner.run(_all(settings, rounds))
        is_ok = _show(found, time.monotonic() - began)
    sys.exit(0 if is_ok else 1)


if __name__ == "__main__":
    main()
