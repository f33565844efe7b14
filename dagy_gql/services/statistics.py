"""How runs went, in numbers that mean the same wherever they are shown.

A rate is of runs that ended and were not cancelled; durations are of those that succeeded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.repositories import run_statistics
from dagy_gql.runtime import Runtime

K = TypeVar("K", str, UUID)


@dataclass(frozen=True, slots=True)
class RunMark:
    id: UUID
    slug: str
    state: str
    duration_ms: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FlowStatistics:
    """`latest` are the newest first."""

    runs: int = 0
    succeeded: int = 0
    failed: int = 0
    p50_duration_ms: int | None = None
    p95_duration_ms: int | None = None
    latest: tuple[RunMark, ...] = ()

    @property
    def success_rate(self) -> float | None:
        return success_rate(self.succeeded, self.failed)


def success_rate(succeeded: int, failed: int) -> float | None:
    """From 0 to 1; None where nothing has ended."""
    ended = succeeded + failed
    return succeeded / ended if ended else None


async def of_flows(rt: Runtime, actor: Actor, names: Sequence[str]) -> dict[str, FlowStatistics]:
    """Of all versions of each name."""
    return await _of(actor, "flow_name", names)


async def of_deployments(
    rt: Runtime, actor: Actor, ids: Sequence[UUID]
) -> dict[UUID, FlowStatistics]:
    return await _of(actor, "deployment_id", ids)


async def _of(actor: Actor, parent: str, keys: Sequence[K]) -> dict[K, FlowStatistics]:
    found = await run_statistics.of_last_runs(actor.org_id, parent, keys)
    return {key: _statistics(found[key]) if key in found else FlowStatistics() for key in keys}


def _statistics(row: asyncpg.Record) -> FlowStatistics:
    p50, p95 = row["durations"] or (None, None)
    columns: list[Any] = [
        row[name] for name in ("ids", "slugs", "states", "latest_durations", "created")
    ]
    return FlowStatistics(
        runs=row["runs"],
        succeeded=row["succeeded"],
        failed=row["failed"],
        p50_duration_ms=p50,
        p95_duration_ms=p95,
        latest=tuple(RunMark(*values) for values in zip(*columns, strict=True)),
    )
