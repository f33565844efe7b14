"""A run beside another one: what went in, what came out, and how each task went."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import TaskState
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories import comparisons
from dagy_gql.repositories.pagination import LARGEST_PAGE_SIZE
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import run_results
from dagy_gql.services.value_changes import ABSENT, Changes, changes

MOST_TASKS = LARGEST_PAGE_SIZE


@dataclass(frozen=True, slots=True)
class TaskComparison:
    """A task that one of the runs does not have has no state there."""

    key: str
    state: TaskState | None
    base_state: TaskState | None
    duration_ms: int | None
    base_duration_ms: int | None


@dataclass(frozen=True, slots=True)
class RunComparison:
    run: asyncpg.Record
    base: asyncpg.Record | None
    parameters: Changes
    result: Changes
    tasks: list[TaskComparison]
    has_all_tasks: bool

    @property
    def is_truncated(self) -> bool:
        parts = self.parameters.is_truncated or self.result.is_truncated
        return parts or not self.has_all_tasks


async def compare(
    rt: Runtime, actor: Actor, *, run_id: UUID, base_id: UUID | None
) -> RunComparison:
    """Without a base: with the last good run before it. Raises NotFound, BadUserInput."""
    if run_id == base_id:
        raise BadUserInput("A run is compared with another one.", field="baseId")
    repository = RunRepository(actor.org_id)
    run = await repository.by_id(run_id)
    if base_id is None:
        base = await comparisons.last_good_before(actor.org_id, run)
    else:
        base = await repository.by_id(base_id)
    own = await comparisons.tasks_of(actor.org_id, run_id, limit=MOST_TASKS + 1)
    others = []
    if base is not None:
        others = await comparisons.tasks_of(actor.org_id, base["id"], limit=MOST_TASKS + 1)
    tasks = _tasks(own, others)
    parameters, result = Changes(), Changes()
    if base is not None:
        # Values may be megabytes.
        parameters, result = await asyncio.to_thread(_values, base, run)
    return RunComparison(
        run, base, parameters, result, tasks[:MOST_TASKS], len(tasks) <= MOST_TASKS
    )


def _values(base: asyncpg.Record, run: asyncpg.Record) -> tuple[Changes, Changes]:
    return changes(base["parameters"], run["parameters"]), changes(_result(base), _result(run))


def _result(run: asyncpg.Record) -> Any:
    return ABSENT if run["result"] is None else run_results.shown(run["result"])


def _tasks(own: Sequence[asyncpg.Record], others: Sequence[asyncpg.Record]) -> list[TaskComparison]:
    """In the order of the flow; those that only the base has come after those of their place."""
    mine, base = ({row["key"]: row for row in rows} for rows in (own, others))
    position = {key: row["position"] for key, row in (base | mine).items()}
    keys = sorted([*mine, *(key for key in base if key not in mine)], key=position.__getitem__)
    return [_task(key, mine.get(key), base.get(key)) for key in keys]


def _task(key: str, own: asyncpg.Record | None, base: asyncpg.Record | None) -> TaskComparison:
    return TaskComparison(
        key,
        None if own is None else TaskState(own["state"]),
        None if base is None else TaskState(base["state"]),
        _duration(own),
        _duration(base),
    )


def _duration(task: asyncpg.Record | None) -> int | None:
    if task is None or task["started_at"] is None or task["finished_at"] is None:
        return None
    return clock.milliseconds_between(task["started_at"], task["finished_at"])
