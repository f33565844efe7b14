"""Runs as they happen: replay from a cursor, then live. After any disconnect a client that comes
back with its last cursor sees each event and each line once, in order."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from dagy_gql.auth.actor import Actor
from dagy_gql.bus import Channel, Feed
from dagy_gql.enums import RunEventType, RunState
from dagy_gql.repositories.events import EventRepository, LogRepository
from dagy_gql.repositories.pagination import Page
from dagy_gql.repositories.runs import RunFilter, RunRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services.transitions import news
from dagy_gql.services.transitions.news import EventNews, RunNews

_CHUNK = 500
# Without Redis a follower is at most so far behind.
_POLL_SECONDS = 1.0
_RECENT = 100


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One row of the event log; `seq` is its place in the run."""

    run_id: UUID
    seq: int
    at: datetime
    type: RunEventType
    run_state: RunState
    task_key: str | None
    task_state: str | None
    attempt: int
    data: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class LiveLine:
    """One log line; `number` is its place in the run's log, across all tasks."""

    run_id: UUID
    number: int
    at: datetime
    level: str
    stream: str
    attempt: int | None
    message: str
    task_key: str | None


@dataclass(frozen=True, slots=True)
class LiveRun:
    run_id: UUID
    state: RunState
    sequence: int


async def run_events(
    rt: Runtime, actor: Actor, run_id: UUID, *, after: int = 0
) -> AsyncIterator[LiveEvent]:
    """Events after number `after`; ends behind the one that ends the run. Raises NotFound."""
    run = await RunRepository(actor.org_id).by_id(run_id)
    rows = EventRepository(actor.org_id)
    is_over = False
    async with rt.bus.follow(Channel.run(run_id)) as feed:
        while True:
            found = await rows.after(run_id, after, since=run["created_at"], limit=_CHUNK)
            for row in found:
                yield _from_row(run_id, row)
                after = row["seq"]
                if row["type"] == RunEventType.RUN_FINISHED:
                    return
            if not found and is_over:
                return
            if not found:
                # The end may have been written since the rows were read: read once more.
                is_over = await _is_over(actor, run_id)
            if len(found) < _CHUNK and not is_over:
                async for event in _news(feed, run_id, after):
                    yield event
                    after = event.seq
                    if event.type is RunEventType.RUN_FINISHED:
                        return


async def _news(feed: Feed, run_id: UUID, after: int) -> AsyncIterator[LiveEvent]:
    """What the bus brings, as long as it follows on without a gap."""
    while True:
        message = await feed.next(timeout_seconds=_POLL_SECONDS)
        if message is None:
            return
        said = news.decoder.decode(message)
        for event in said.events:
            if event.seq == after + 1:
                yield _from_news(run_id, event)
                after = event.seq
        if said.event_seq > after:
            return


async def _is_over(actor: Actor, run_id: UUID) -> bool:
    run = await RunRepository(actor.org_id).by_id(run_id)
    return RunState(run["state"]).is_terminal


async def run_logs(
    rt: Runtime, actor: Actor, run_id: UUID, *, task_key: str | None = None, after: int = 0
) -> AsyncIterator[LiveLine]:
    """Lines after number `after`; ends when the run has ended and all was said. NotFound."""
    run = await RunRepository(actor.org_id).by_id(run_id)
    async with rt.bus.follow(Channel.run(run_id)) as feed:
        while True:
            is_over = await _is_over(actor, run_id)
            found = await log_lines(
                actor, run_id, task_key=task_key, after=after, since=run["created_at"]
            )
            for line in found:
                yield line
                after = line.number
            if is_over and not found:
                return
            if not found:
                await _until_log_grows(feed, after)


async def _until_log_grows(feed: Feed, after: int) -> None:
    while True:
        message = await feed.next(timeout_seconds=_POLL_SECONDS)
        if message is None:
            return
        said = news.decoder.decode(message)
        if said.log_seq > after or said.state.is_terminal:
            return


async def log_lines(
    actor: Actor, run_id: UUID, *, task_key: str | None, after: int, since: datetime
) -> list[LiveLine]:
    """The next few hundred lines, in order."""
    chunks = await LogRepository(actor.org_id).chunks_after(
        run_id, after, task_key=task_key, since=since, limit=_CHUNK
    )
    return [line for chunk in chunks for line in _lines(run_id, chunk) if line.number > after]


def _lines(run_id: UUID, chunk: asyncpg.Record) -> list[LiveLine]:
    return [
        LiveLine(
            run_id,
            chunk["first_line"] + place,
            msgspec.convert(at, datetime),
            level,
            stream,
            attempt,
            message,
            chunk["task_key"],
        )
        for place, (at, level, stream, attempt, message) in enumerate(chunk["lines"])
    ]


async def run_changes(rt: Runtime, actor: Actor, wanted: RunFilter) -> AsyncIterator[LiveRun]:
    """Every change of state of the organization's runs that match, from now on.

    What was missed while Redis was away is made good from the newest rows.
    """
    repository = RunRepository(actor.org_id)
    known = {row["id"]: row["event_seq"] for row in await _recent(repository, wanted)}
    async with rt.bus.follow(Channel.runs(actor.org_id)) as feed:
        while True:
            message = await feed.next(timeout_seconds=_POLL_SECONDS)
            for change in await _changes(repository, wanted, message):
                if change.sequence > known.get(change.run_id, 0):
                    known[change.run_id] = change.sequence
                    yield change
            if len(known) > 20 * _RECENT:
                known = dict(list(known.items())[-10 * _RECENT :])


async def _changes(
    repository: RunRepository, wanted: RunFilter, message: bytes | None
) -> list[LiveRun]:
    if message is None:
        return [
            LiveRun(row["id"], RunState(row["state"]), row["event_seq"])
            for row in reversed(await _recent(repository, wanted))
        ]
    said: RunNews = news.decoder.decode(message)
    if not await _matches(repository, wanted, said):
        return []
    return [LiveRun(said.run_id, said.state, said.event_seq)]


async def _matches(repository: RunRepository, wanted: RunFilter, said: RunNews) -> bool:
    """The message knows the state; only what else is asked for needs a look at the row."""
    if wanted.states is not None and said.state not in wanted.states:
        return False
    rest = replace(wanted, states=None)
    if rest == RunFilter():
        return True
    where = rest.apply(repository.where().add("id = {}", said.run_id))
    return await repository.first(where, columns="id") is not None


async def _recent(repository: RunRepository, wanted: RunFilter) -> list[asyncpg.Record]:
    found = await repository.slice(wanted.apply(repository.where()), page=Page(size=_RECENT))
    return found.rows


def _from_row(run_id: UUID, row: asyncpg.Record) -> LiveEvent:
    return LiveEvent(
        run_id,
        row["seq"],
        row["at"],
        RunEventType(row["type"]),
        RunState(row["run_state"]),
        row["task_key"],
        row["task_state"],
        row["attempt"],
        row["data"],
    )


def _from_news(run_id: UUID, event: EventNews) -> LiveEvent:
    return LiveEvent(
        run_id,
        event.seq,
        datetime.fromisoformat(event.at),
        RunEventType(event.type),
        RunState(event.run_state),
        event.task_key,
        event.task_state,
        event.attempt,
        event.data,
    )
