"""compareRuns."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import comparisons, value_changes
from schema.arguments import optional_id
from schema.context import Info
from schema.enums import ChangeKind, TaskState
from schema.fields import field, object_type
from schema.runs.types import Run
from schema.scalars import JSON


@object_type(description="What is different at one place of a JSON value.")
class ValueChange:
    path: str = field(description="Such as $.city.parts[2].")
    kind: ChangeKind
    before: JSON | None
    after: JSON | None


@object_type(description="A task in both runs; what a run does not have is null.")
class TaskComparison:
    key: str
    state: TaskState | None
    base_state: TaskState | None
    duration_ms: int | None
    base_duration_ms: int | None


@object_type()
class RunComparison:
    run: Run = field(requires=Permission.RUNS_READ)
    base: Run | None = field(
        requires=Permission.RUNS_READ, description="Null where no run before it has succeeded."
    )
    parameters: list[ValueChange] = field(
        read=lambda found: found.parameters.found,
        requires=Permission.PAYLOADS_READ,
        at_most=value_changes.MOST,
        description="From the base to the run; empty without a base.",
    )
    result: list[ValueChange] = field(
        read=lambda found: found.result.found,
        requires=Permission.PAYLOADS_READ,
        at_most=value_changes.MOST,
    )
    tasks: list[TaskComparison] = field(
        at_most=comparisons.MOST_TASKS, description="In the flow's order."
    )
    is_truncated: bool = field(
        description="There are more than 500 changes of a value, or 5,000 tasks."
    )


async def _compare(info: Info, run_id: strawberry.ID, base_id: strawberry.ID | None = None) -> Any:
    context = info.context
    return await comparisons.compare(
        context.rt,
        context.actor,
        run_id=decode_id_of("Run", run_id, field="runId"),
        base_id=optional_id("Run", base_id, field="baseId"),
    )


@strawberry.type
class RunComparisonQueries:
    compare_runs: RunComparison = field(
        _compare,
        requires=Permission.RUNS_READ,
        description="Without baseId: with the last run before it that succeeded, of the same"
        " deployment or, where that is gone, of the same flow.",
    )
