"""How an organization's runs go, for one look: worked out at most every few seconds, whoever and
however many look at it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import RunState
from dagy_gql.repositories import workers
from dagy_gql.repositories.dashboard import DashboardRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import attention, environments
from dagy_gql.services.attention import Attention
from dagy_gql.services.statistics import success_rate
from dagy_gql.services.windows import FLOW_BUCKETS, TimeRange, Window, window

TOP_FLOWS = 8
_FAILING = frozenset({RunState.FAILED, RunState.CRASHED, RunState.TIMED_OUT})
# The range before moves by so little in that time that nobody could see it.
_PREVIOUS_KEPT = 1 / 1000
_KEPT_SECONDS = {TimeRange.HOUR: 2, TimeRange.DAY: 2, TimeRange.WEEK: 30, TimeRange.MONTH: 30}


@dataclass(frozen=True, slots=True)
class RunTotals:
    runs: int
    succeeded: int
    failed: int
    cancelled: int
    p50_duration_ms: int | None
    p95_duration_ms: int | None
    p95_queue_ms: int | None
    sla_met: int
    sla_total: int

    @property
    def success_rate(self) -> float | None:
        return success_rate(self.succeeded, self.failed)


@dataclass(frozen=True, slots=True)
class RunBucket:
    start: datetime
    counts: tuple[tuple[RunState, int], ...]


@dataclass(frozen=True, slots=True)
class FlowLoad:
    flow_name: str
    runs: int
    failed: int
    total_duration_ms: int
    buckets: list[int]


@dataclass(frozen=True, slots=True)
class WorkerSummary:
    alive: int
    slots: int
    busy: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    window: Window
    running: int
    queued: int
    current: RunTotals
    previous: RunTotals
    buckets: list[RunBucket]
    top_flows: list[FlowLoad]
    attention: list[Attention]
    workers: WorkerSummary


async def look(
    rt: Runtime, actor: Actor, *, range_: TimeRange, environment: str | None
) -> Dashboard:
    """Raises NotFound for an environment that does not exist."""
    environment_id = None
    if environment is not None:
        environment_id = (await environments.by_name(rt, actor, environment))["id"]
    with_health = actor.can(Permission.HEALTH_READ)
    return await rt.recent.get(
        (actor.org_id, "dashboard", range_, environment_id, with_health),
        lambda: _look(rt, actor, range_, environment_id, with_health=with_health),
        seconds=_KEPT_SECONDS[range_],
    )


async def _look(
    rt: Runtime,
    actor: Actor,
    range_: TimeRange,
    environment_id: UUID | None,
    *,
    with_health: bool,
) -> Dashboard:
    """One question after the other: side by side they would take the connections that others
    wait for."""
    now = clock.now()
    span, rows = window(range_, now), DashboardRepository(actor.org_id, environment_id)
    present = await rows.now()
    capacity = await workers.capacity_all_orgs(alive_seconds=rt.settings.lease_seconds)
    load = await rows.load(
        span.start,
        span.end,
        slots=span.cut.slots,
        slot_seconds=span.cut.slot_seconds,
        flows=TOP_FLOWS,
    )
    return Dashboard(
        window=span,
        running=present["running"],
        queued=present["queued"],
        current=_totals(await rows.totals(span.start, span.end)),
        previous=await _previous(rt, rows, span),
        buckets=_buckets(span, load),
        top_flows=_top_flows(span, load),
        attention=await attention.found(
            rt,
            actor,
            rows,
            since=span.start,
            now=now,
            queued=present["queued"],
            workers=capacity["workers"],
            with_health=with_health,
        ),
        workers=WorkerSummary(
            capacity["workers"], int(capacity["capacity"]), int(capacity["running"])
        ),
    )


async def _previous(rt: Runtime, rows: DashboardRepository, span: Window) -> RunTotals:
    """Half of the work of a look, for what hardly changes: kept for a thousandth of the range."""
    key = (rows.org_id, "dashboard before", span.cut, rows.environment_id)
    seconds = span.cut.span.total_seconds() * _PREVIOUS_KEPT
    row = await rt.recent.get(key, lambda: rows.totals(*span.previous), seconds=seconds)
    return _totals(row)


def _totals(row: asyncpg.Record) -> RunTotals:
    p50, p95 = row["durations"] or (None, None)
    names = ("runs", "succeeded", "failed", "cancelled", "p95_queue_ms", "sla_met", "sla_total")
    values: dict[str, Any] = {name: row[name] for name in names}
    return RunTotals(p50_duration_ms=p50, p95_duration_ms=p95, **values)


def _buckets(span: Window, load: Sequence[asyncpg.Record]) -> list[RunBucket]:
    counts: dict[tuple[int, str], int] = defaultdict(int)
    for row in load:
        counts[row["slot"] // span.cut.per_bucket, row["state"]] += row["runs"]
    return [
        RunBucket(
            span.bucket_start(index),
            tuple((state, counts[index, state]) for state in RunState if (index, state) in counts),
        )
        for index in range(span.cut.buckets)
    ]


def _top_flows(span: Window, load: Sequence[asyncpg.Record]) -> list[FlowLoad]:
    """The flow that ran most comes first."""
    rows_of: dict[str, list[asyncpg.Record]] = defaultdict(list)
    for row in load:
        if row["flow_name"] is not None:
            rows_of[row["flow_name"]].append(row)
    loads = [_flow_load(span, name, rows) for name, rows in rows_of.items()]
    return sorted(loads, key=lambda each: (-each.runs, each.flow_name))


def _flow_load(span: Window, name: str, rows: Sequence[asyncpg.Record]) -> FlowLoad:
    buckets = [0] * FLOW_BUCKETS
    for row in rows:
        buckets[row["slot"] * FLOW_BUCKETS // span.cut.slots] += row["runs"]
    return FlowLoad(
        name,
        runs=sum(buckets),
        failed=sum(row["runs"] for row in rows if row["state"] in _FAILING),
        total_duration_ms=sum(row["total_ms"] for row in rows),
        buckets=buckets,
    )
