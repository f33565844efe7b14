"""What a run leaves behind: events, log lines, and files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.errors import NotFound
from dagy_gql.repositories.artifacts import ArtifactRepository
from dagy_gql.repositories.events import EventRepository
from dagy_gql.repositories.pagination import (
    Order,
    Page,
    Slice,
    decode_id_of,
    encode_cursor,
    encode_id,
    small_int,
)
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.services import artifacts, live
from dagy_gql.services.live_items import LiveEvent, LiveLine
from schema.context import Context, Info
from schema.enums import LogLevel, RunEventType, RunState, TaskState
from schema.fields import field, object_type
from schema.pagination import Connection, Listing
from schema.scalars import JSON, DateTime, Long


class NumberOrder(Order):
    """Events and lines are numbered within their run, and are objects rather than rows."""

    def key(self, row: Any) -> tuple[int]:
        return (number_of(row),)


NUMBERED = NumberOrder(columns=("number",), readers=(small_int,))


def number_of(item: LiveEvent | LiveLine) -> int:
    return item.seq if isinstance(item, LiveEvent) else item.number


def number_page(first: int | None, after: str | None) -> tuple[Page, int]:
    """The page, and the number it starts behind."""
    page = Page.of(first, after, readers=NUMBERED.readers)
    return page, page.after[0] if page.after else 0


def numbered(items: list[Any], page: Page) -> Listing:
    return Listing(Slice.cut(items, page, NUMBERED))


@object_type(description="One change, in the order of `sequence`.")
class RunEvent:
    id: strawberry.ID = field(
        read=lambda event: encode_id("RunEvent", f"{event.run_id}:{event.seq}")
    )
    cursor: str = field(read=lambda event: encode_cursor(event.seq))
    sequence: int = field(read=lambda event: event.seq)
    type: RunEventType
    at: DateTime
    run_state: RunState
    task_key: str | None
    task_state: TaskState | None
    attempt: int
    data: JSON | None


async def _task_run_ids(
    context: Context, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], str]:
    repository = TaskRunRepository(context.actor.org_id)
    run_ids, names = zip(*keys, strict=True)
    where = repository.where().add("run_id = ANY({}::uuid[])", list(set(run_ids)))
    rows = await repository.all(where.add("key = ANY({}::text[])", list(set(names))))
    return {(row["run_id"], row["key"]): encode_id("TaskRun", row["id"]) for row in rows}


def _task_of(line: LiveLine) -> tuple[UUID, str] | None:
    return None if line.task_key is None else (line.run_id, line.task_key)


@object_type()
class LogLine:
    cursor: str = field(read=lambda line: encode_cursor(line.number))
    at: DateTime
    level: LogLevel
    message: str
    stream: str = field(description="log, stdout or stderr.")
    task_key: str | None = field(description="Null for what the run itself wrote.")
    task_run_id: strawberry.ID | None = field(load=_task_run_ids, key=_task_of)
    attempt: int | None


@object_type(description="Lines that follow one another.")
class LogBatch:
    cursor: str = field(
        read=lambda batch: encode_cursor(batch.lines[-1].number),
        description="That of the last line: resume behind it.",
    )
    lines: list[LogLine]


@object_type(description="A file that a run saved.")
class RunArtifact:
    id: strawberry.ID = field(read=lambda row: encode_id("RunArtifact", row["id"]))
    name: str
    task_key: str | None
    content_type: str
    size_bytes: Long
    sha256: str
    url: str = field(
        read=lambda row: artifacts.download_url(row["id"]),
        description="GET it with the same credentials.",
    )
    created_at: DateTime


async def artifacts_of_runs(context: Context, keys: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {key: [] for key in keys}
    for row in await ArtifactRepository(context.actor.org_id).of_runs(keys):
        found[row["run_id"]].append(row)
    return found


async def task_key_of(context: Context, task_run_id: str | None, *, run_id: UUID) -> str | None:
    """The key of a task run of this run. Raises NotFound, also for another run's."""
    if task_run_id is None:
        return None
    key = decode_id_of("TaskRun", task_run_id, field="taskRunId")
    row = await TaskRunRepository(context.actor.org_id).by_id(key)
    if row["run_id"] != run_id:
        raise NotFound("task run", key)
    task_key: str = row["key"]
    return task_key


def _event(run_id: UUID, row: Any) -> LiveEvent:
    return LiveEvent(
        run_id=run_id,
        seq=row["seq"],
        at=row["at"],
        type=row["type"],
        run_state=row["run_state"],
        task_key=row["task_key"],
        task_state=row["task_state"],
        attempt=row["attempt"],
        data=row["data"],
    )


async def events_of(
    self: Any, info: Info, after: str | None = None, first: int | None = None
) -> Listing:
    page, number = number_page(first, after)
    rows = await EventRepository(info.context.actor.org_id).after(
        self["id"], number, since=self["created_at"], limit=page.size + 1
    )
    return numbered([_event(self["id"], row) for row in rows], page)


async def logs_of(
    self: Any,
    info: Info,
    after: str | None = None,
    first: int | None = None,
    task_run_id: strawberry.ID | None = None,
) -> Listing:
    actor = info.context.actor
    page, number = number_page(first, after)
    task_key = await task_key_of(info.context, task_run_id, run_id=self["id"])
    lines: list[LiveLine] = []
    while len(lines) <= page.size:
        found = await live.log_lines(
            actor.org_id, self["id"], task_key=task_key, after=number, since=self["created_at"]
        )
        if not found:
            break
        lines += found
        number = found[-1].number
    return numbered(lines[: page.size + 1], page)


RunEventConnection = Connection[RunEvent]
LogLineConnection = Connection[LogLine]
