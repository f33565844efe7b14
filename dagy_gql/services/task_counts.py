"""How many tasks runs have, by state: one way to count for every list, page and command.

Items of a mapped task are tasks; once it knows them, its own node does not count on top. What has
no row yet is pending, and what has not ended when its run has is cancelled.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from dagy_gql.auth.actor import Actor
from dagy_gql.enums import RunState, TaskState
from dagy_gql.repositories.task_runs import TaskRunRepository

Counts = Counter[TaskState]

_LEFT = (TaskState.PENDING, TaskState.RUNNING, TaskState.RETRYING)
_DONE = (TaskState.SUCCEEDED, TaskState.CACHED)


async def of_runs(actor: Actor, run_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    rows = await TaskRunRepository(actor.org_id).counts(run_ids)
    by_run = groupby(sorted(rows, key=itemgetter("id")), key=itemgetter("id"))
    found: dict[UUID, Counts] = {run_id: Counter() for run_id in run_ids}
    return found | {run_id: counted(list(group)) for run_id, group in by_run}


def counted(rows: Sequence[Any]) -> Counts:
    """Of one run, from rows as the repository has them."""
    found: Counts = Counter()
    for row in rows:
        if row["number"]:
            found[TaskState(row["state"])] += row["number"]
    found[TaskState.PENDING] += _without_row(rows)
    if RunState(rows[0]["run_state"]).is_terminal:
        found[TaskState.CANCELLED] += sum(found.pop(state, 0) for state in _LEFT)
    return found


def _without_row(rows: Sequence[Any]) -> int:
    """Items that have not begun, and tasks of a run that no worker has taken yet."""
    planned = rows[0]["planned"]
    items = max(0, _sum(rows, "items") - _sum(rows, "begun"))
    return items + (0 if planned is None else max(0, planned - _sum(rows, "listed")))


def _sum(rows: Iterable[Any], column: str) -> int:
    return sum(row[column] or 0 for row in rows)


def total(counts: Counts) -> int:
    return counts.total()


def done(counts: Counts) -> int:
    """They have a result."""
    return sum(counts[state] for state in _DONE)


def left(counts: Counts) -> int:
    """They have not ended."""
    return sum(counts[state] for state in _LEFT)
