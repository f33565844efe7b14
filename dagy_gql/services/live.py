"""Runs as they happen: replay from a cursor, then live. After any disconnect a client that comes
back with its last cursor sees each event and each line once, in order.

All followers of one thing share one reader (`tails`): a thousand of them ask the database as often
as one does.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count
from uuid import UUID

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.bus import Channel, Feed
from dagy_gql.enums import RunEventType, RunState
from dagy_gql.repositories.events import EventRepository, LogRepository
from dagy_gql.repositories.pagination import Page
from dagy_gql.repositories.run_filters import RunFilter, RunSearch
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services.live_items import (
    LiveEvent,
    LiveLine,
    LiveLines,
    LiveRun,
    event_of_news,
    event_of_row,
    lines_of_chunk,
    run_of_row,
)
from dagy_gql.services.transitions import news
from dagy_gql.services.transitions.news import RunNews
from dagy_gql.tails import Batch, Source, Tail, followed, replayed

_EVENTS_A_READ = 500
_CHUNKS_A_READ = 50
_LINES_A_BATCH = 1000
# Characters: many WebSocket clients refuse messages of more than a megabyte.
_TEXT_A_BATCH = 100_000
# Without Redis a follower is at most so far behind.
_POLL_SECONDS = 1.0
# A batch of lines may have a megabyte.
_BATCHES_KEPT = 10
_RECENT = 100


@dataclass(frozen=True, slots=True)
class _Run:
    """The run that is followed. `created_at` lets PostgreSQL skip older partitions."""

    rt: Runtime
    org_id: UUID
    id: UUID
    created_at: datetime
    is_over: bool

    async def row(self) -> asyncpg.Record:
        return await RunRepository(self.org_id).by_id(self.id)

    async def ended(self) -> bool:
        return RunState((await self.row())["state"]).is_terminal


async def _run(rt: Runtime, actor: Actor, run_id: UUID) -> _Run:
    """Raises NotFound."""
    row = await RunRepository(actor.org_id).by_id(run_id)
    is_over = RunState(row["state"]).is_terminal
    return _Run(rt, actor.org_id, run_id, row["created_at"], is_over)


async def run_events(
    rt: Runtime, actor: Actor, run_id: UUID, *, after: int = 0
) -> AsyncIterator[LiveEvent]:
    """Events after number `after`; ends behind the one that ends the run. Raises NotFound."""
    run = await _run(rt, actor, run_id)
    if run.is_over:
        async for _, event in replayed(after, partial(_events_after, run)):
            yield event
        return
    source = Source(partial(_event_number, run), partial(_new_events, run))
    async with rt.tails.following(("events", run.org_id, run_id), source) as tail:
        async for _, event in followed(tail, after, partial(_events_after, run)):
            yield event


async def _event_number(run: _Run) -> int:
    number: int = (await run.row())["event_seq"]
    return number


async def _events_after(run: _Run, number: int) -> Batch[LiveEvent]:
    rows = await EventRepository(run.org_id).after(
        run.id, number, since=run.created_at, limit=_EVENTS_A_READ
    )
    return [(row["seq"], event_of_row(run.id, row)) for row in rows]


async def _new_events(run: _Run, number: int) -> AsyncIterator[Batch[LiveEvent]]:
    """From rows wherever the bus left a gap; ends with the run."""
    is_over = False
    async with run.rt.bus.follow(Channel.run(run.id)) as feed:
        while True:
            batch = await _events_after(run, number)
            if batch:
                yield batch
                number = batch[-1][0]
            if _has_end(batch) or (is_over and not batch):
                return
            if not batch:
                # The end may have been written since the rows were read: read once more.
                is_over = await run.ended()
            if len(batch) < _EVENTS_A_READ and not is_over:
                async for batch in _told_events(feed, run.id, number):
                    yield batch
                    number = batch[-1][0]
                    if _has_end(batch):
                        return


def _has_end(batch: Batch[LiveEvent]) -> bool:
    return any(event.type is RunEventType.RUN_FINISHED for _, event in batch)


async def _told_events(feed: Feed, run_id: UUID, number: int) -> AsyncIterator[Batch[LiveEvent]]:
    """What the bus brings, as long as it follows on without a gap."""
    while True:
        message = await feed.next(timeout_seconds=_POLL_SECONDS)
        if message is None:
            return
        said = news.decoder.decode(message)
        batch: Batch[LiveEvent] = []
        for event in said.events:
            if event.seq == number + 1:
                number = event.seq
                batch.append((number, event_of_news(run_id, event)))
        if batch:
            yield batch
        if said.event_seq > number:
            return


async def run_lines(
    rt: Runtime, actor: Actor, run_id: UUID, *, task_key: str | None = None, after: int = 0
) -> AsyncIterator[LiveLines]:
    """Lines after number `after`, as many at a time as there are; ends when the run has ended and
    all was said. Raises NotFound."""
    run = await _run(rt, actor, run_id)
    if run.is_over:
        async for _, lines in replayed(after, partial(_lines_after, run, task_key)):
            yield lines
        return
    start, read = partial(_line_number, run), partial(_new_lines, run, task_key)
    key = ("lines", run.org_id, run_id, task_key)
    async with rt.tails.following(key, Source(start, read, _BATCHES_KEPT)) as tail:
        async for _, lines in followed(tail, after, partial(_lines_after, run, task_key)):
            yield _behind(lines, after)


async def run_logs(
    rt: Runtime, actor: Actor, run_id: UUID, *, task_key: str | None = None, after: int = 0
) -> AsyncIterator[LiveLine]:
    """The same, line by line."""
    async for batch in run_lines(rt, actor, run_id, task_key=task_key, after=after):
        for line in batch.lines:
            yield line


def _behind(batch: LiveLines, number: int) -> LiveLines:
    """A follower may begin in the middle of what others got at once."""
    if batch.lines[0].number > number:
        return batch
    return LiveLines([line for line in batch.lines if line.number > number])


async def _line_number(run: _Run) -> int:
    number: int = (await run.row())["log_seq"]
    return number


async def _lines_after(run: _Run, task_key: str | None, number: int) -> Batch[LiveLines]:
    lines = await log_lines(
        run.org_id, run.id, task_key=task_key, after=number, since=run.created_at
    )
    return [(batch[-1].number, LiveLines(batch)) for batch in _batches(lines)]


def _batches(lines: list[LiveLine]) -> Iterator[list[LiveLine]]:
    batch: list[LiveLine] = []
    size = 0
    for line in lines:
        if batch and (len(batch) >= _LINES_A_BATCH or size + len(line.message) > _TEXT_A_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.message)
    if batch:
        yield batch


async def _new_lines(
    run: _Run, task_key: str | None, number: int
) -> AsyncIterator[Batch[LiveLines]]:
    async with run.rt.bus.follow(Channel.run(run.id)) as feed:
        while True:
            is_over = await run.ended()
            batch = await _lines_after(run, task_key, number)
            if batch:
                yield batch
                number = batch[-1][0]
            elif is_over:
                return
            else:
                await _until_log_grows(feed, number)


async def _until_log_grows(feed: Feed, number: int) -> None:
    while True:
        message = await feed.next(timeout_seconds=_POLL_SECONDS)
        if message is None:
            return
        said = news.decoder.decode(message)
        if said.log_seq > number or said.state.is_terminal:
            return


async def log_lines(
    org_id: UUID, run_id: UUID, *, task_key: str | None, after: int, since: datetime
) -> list[LiveLine]:
    """The next few thousand lines, in order."""
    chunks = await LogRepository(org_id).chunks_after(
        run_id, after, task_key=task_key, since=since, limit=_CHUNKS_A_READ
    )
    lines = (line for chunk in chunks for line in lines_of_chunk(run_id, chunk))
    return [line for line in lines if line.number > after]


async def run_changes(rt: Runtime, actor: Actor, wanted: RunFilter) -> AsyncIterator[LiveRun]:
    """Every change of state of the organization's runs that match, from now on.

    What was missed while Redis was away is made good from the newest rows.
    """
    repository = RunRepository(actor.org_id)
    source = Source(_from_now_on, partial(_new_changes, rt, repository, wanted))
    async with rt.tails.following(("runs", actor.org_id, repr(wanted)), source) as tail:
        async for _, change in followed(tail, tail.end, partial(_skipped, tail)):
            yield change


async def _from_now_on() -> int:
    return 0


async def _skipped(tail: Tail[LiveRun], number: int) -> Batch[LiveRun]:
    """Changes are stored as the rows they led to: who fell behind goes on with what is kept."""
    return []


async def _new_changes(
    rt: Runtime, repository: RunRepository, wanted: RunFilter, start: int
) -> AsyncIterator[Batch[LiveRun]]:
    numbers = count(start + 1)
    async with rt.bus.follow(Channel.runs(repository.org_id)) as feed:
        known = {row["id"]: run_of_row(row) for row in await _recent(repository, wanted)}
        while True:
            message = await feed.next(timeout_seconds=_POLL_SECONDS)
            for change in await _changes(repository, wanted, message):
                if _has_moved(known.get(change.run_id), change):
                    known[change.run_id] = change
                    yield [(next(numbers), change)]
            if len(known) > 20 * _RECENT:
                known = dict(list(known.items())[-10 * _RECENT :])


def _has_moved(before: LiveRun | None, now: LiveRun) -> bool:
    """A run that only has more events than before is in the same state still."""
    if before is None:
        return True
    return now.sequence > before.sequence and now.state is not before.state


async def _changes(
    repository: RunRepository, wanted: RunFilter, message: bytes | None
) -> list[LiveRun]:
    if message is None:
        return [run_of_row(row) for row in reversed(await _recent(repository, wanted))]
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
    page = Page(size=_RECENT)
    settled = await RunSearch(repository.org_id).settled(wanted, page, repository.order)
    found = await repository.slice(settled.apply(repository.where()), page=page)
    return found.rows
