"""FlowStatistics: how the last runs of a flow or a deployment went."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.repositories.pagination import encode_id
from dagy_gql.repositories.run_statistics import MARKS
from dagy_gql.services import statistics
from schema.context import Context
from schema.enums import RunState
from schema.fields import field, object_type
from schema.scalars import DateTime


@object_type(description="A run in a row of marks.")
class RunMark:
    id: strawberry.ID = field(read=lambda mark: encode_id("Run", mark.id))
    slug: str
    state: RunState
    duration_ms: int | None = field(description="Null until the run has ended.")
    created_at: DateTime


@object_type(description="How the last 100 runs went.")
class FlowStatistics:
    runs: int = field(description="How many there are, up to 100.")
    succeeded: int
    failed: int = field(description="FAILED, CRASHED and TIMED_OUT ones.")
    success_rate: float | None = field(
        description="From 0 to 1, cancelled runs aside; null where none has ended."
    )
    p50_duration_ms: int | None = field(description="Of the runs that succeeded.")
    p95_duration_ms: int | None = field(description="Of the runs that succeeded.")
    latest: list[RunMark] = field(at_most=MARKS, description="The last 20, newest first.")


async def statistics_of_flows(context: Context, keys: Sequence[str]) -> dict[str, Any]:
    return dict(await statistics.of_flows(context.rt, context.actor, keys))


async def statistics_of_deployments(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return dict(await statistics.of_deployments(context.rt, context.actor, keys))
