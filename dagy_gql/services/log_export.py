"""The log of a run as a text file, in memory for a few thousand lines at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC

import asyncpg

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.errors import NotFound
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, live
from dagy_gql.services.live_items import LiveLine


@dataclass(frozen=True, slots=True)
class LogFile:
    name: str
    pieces: AsyncIterator[bytes]


async def export(rt: Runtime, actor: Actor, slug: str, *, task_key: str | None) -> LogFile:
    """What there is up to now. Exporting is noted. Raises NotFound: the run, the task."""
    run = await RunRepository(actor.org_id).by_slug(slug)
    if task_key is not None:
        tasks = TaskRunRepository(actor.org_id)
        where = tasks.where().add("run_id = {}", run["id"]).add("key = {}", task_key)
        if await tasks.first(where, columns="1") is None:
            raise NotFound("task run", task_key)
    asked = {} if task_key is None else {"task_key": task_key}
    async with db.transaction():
        audit.note(actor, "run.export_log", "Run", run["id"], name=slug, after=asked)
    name = slug if task_key is None else f"{slug} {task_key}"
    return LogFile(f"{name}.log", _pieces(actor, run, task_key))


async def _pieces(actor: Actor, run: asyncpg.Record, task_key: str | None) -> AsyncIterator[bytes]:
    number = 0
    while lines := await live.log_lines(
        actor.org_id, run["id"], task_key=task_key, after=number, since=run["created_at"]
    ):
        number = lines[-1].number
        yield "".join(map(_line, lines)).encode(errors="replace")


def _line(line: LiveLine) -> str:
    at = line.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    task = "" if line.task_key is None else f"[{line.task_key}] "
    return f"{at} {line.level:<8} {task}{line.message}\n"
