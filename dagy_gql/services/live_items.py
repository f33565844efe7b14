"""What followers of runs are given, from rows and from news of the bus."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from dagy_gql.enums import RunEventType, RunState
from dagy_gql.services.transitions.news import EventNews


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

    @property
    def identity(self) -> tuple[Any, ...]:
        return self.run_id, self.seq


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

    @property
    def identity(self) -> tuple[Any, ...]:
        return self.run_id, self.number


@dataclass(frozen=True, slots=True)
class LiveLines:
    """Lines that follow one another, at least one."""

    lines: list[LiveLine]

    @property
    def identity(self) -> tuple[Any, ...]:
        return self.lines[0].run_id, self.lines[0].number, self.lines[-1].number


@dataclass(frozen=True, slots=True)
class LiveRun:
    run_id: UUID
    state: RunState
    sequence: int

    @property
    def identity(self) -> tuple[Any, ...]:
        return self.run_id, self.sequence


class LiveOperation(dict[str, Any]):
    """A bulk operation as far as it had come."""

    @property
    def identity(self) -> tuple[Any, ...]:
        return self["id"], self["state"], self["position"]


def event_of_row(run_id: UUID, row: asyncpg.Record) -> LiveEvent:
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


def event_of_news(run_id: UUID, event: EventNews) -> LiveEvent:
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


def lines_of_chunk(run_id: UUID, chunk: asyncpg.Record) -> list[LiveLine]:
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


def run_of_row(row: asyncpg.Record) -> LiveRun:
    return LiveRun(row["id"], RunState(row["state"]), row["event_seq"])
