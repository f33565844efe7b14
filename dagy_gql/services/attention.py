"""What somebody should look at now: the newest first, each with when it began."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.enums import RunState
from dagy_gql.repositories.dashboard import DashboardRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import health, runs
from dagy_gql.services.health import HealthStatus

MOST = 10
_PATIENCE = timedelta(seconds=60)
_WORKERS = "workers"


class AttentionKind(StrEnum):
    LATEST_RUN_FAILED = "LATEST_RUN_FAILED"
    RUN_CRASHED = "RUN_CRASHED"
    LONG_WAIT = "LONG_WAIT"
    SLA_RISK = "SLA_RISK"
    WORKER_MISSING = "WORKER_MISSING"
    COMPONENT_UNHEALTHY = "COMPONENT_UNHEALTHY"


@dataclass(frozen=True, slots=True)
class Attention:
    """`count` is how many runs it is about."""

    kind: AttentionKind
    message: str
    at: datetime
    run_id: UUID | None = None
    deployment_id: UUID | None = None
    count: int = 1


async def found(
    rt: Runtime,
    actor: Actor,
    rows: DashboardRepository,
    *,
    since: datetime,
    now: datetime,
    queued: int,
    workers: int,
    with_health: bool,
) -> list[Attention]:
    """`queued` runs and living `workers` are known already."""
    missing = bool(queued and not workers)
    items = [_broken(row) for row in await rows.broken(since, limit=MOST)]
    items += [_late(row) for row in await rows.late(now, limit=MOST)]
    if missing:
        items.append(_no_worker(queued, now))
    elif queued:
        items += await _long_waits(rt, actor, rows, now)
    if with_health:
        items += await _unhealthy(rt, now, without_workers=missing)
    items.sort(key=lambda item: item.at, reverse=True)
    return items[:MOST]


def _broken(row: asyncpg.Record) -> Attention:
    crashed = row["state"] == RunState.CRASHED
    how = {"FAILED": "failed", "CRASHED": "crashed", "TIMED_OUT": "timed out"}[row["state"]]
    return Attention(
        AttentionKind.RUN_CRASHED if crashed else AttentionKind.LATEST_RUN_FAILED,
        f"The last run of {row['deployment_name']}, {row['slug']}, {how}.",
        row["finished_at"],
        row["id"],
        row["deployment_id"],
    )


def _late(row: asyncpg.Record) -> Attention:
    return Attention(
        AttentionKind.SLA_RISK,
        f"{row['slug']} of {row['deployment_name']} should have ended within"
        f" {row['sla_seconds']} s, and is still running.",
        row["due"],
        row["id"],
        row["deployment_id"],
    )


def _no_worker(queued: int, now: datetime) -> Attention:
    are = "1 run is" if queued == 1 else f"{queued} runs are"
    message = f"{are} queued and no worker is alive: start one with `dagy worker`."
    return Attention(AttentionKind.WORKER_MISSING, message, now, count=queued)


async def _long_waits(
    rt: Runtime, actor: Actor, rows: DashboardRepository, now: datetime
) -> list[Attention]:
    waits = await rows.long_waits(now - _PATIENCE, limit=MOST)
    reasons = await runs.waiting(rt, actor, [row["id"] for row in waits]) if waits else {}
    # One that has started since has no reason any more.
    return [_long_wait(row, reasons[row["id"]]["message"]) for row in waits if row["id"] in reasons]


def _long_wait(row: asyncpg.Record, why: str) -> Attention:
    count = row["count"]
    have = "1 run of {} has" if count == 1 else f"{count} runs of {{}} have"
    message = f"{have.format(row['flow_name'])} waited for over a minute: {why}."
    return Attention(
        AttentionKind.LONG_WAIT,
        message,
        row["since"] + _PATIENCE,
        row["id"],
        row["deployment_id"],
        count,
    )


async def _unhealthy(rt: Runtime, now: datetime, *, without_workers: bool) -> list[Attention]:
    parts = (await health.check(rt)).components
    return [
        Attention(
            AttentionKind.COMPONENT_UNHEALTHY,
            f"{part.name} is {part.status}" + (f": {part.message}." if part.message else "."),
            now,
            count=0,
        )
        for part in parts
        if part.status is not HealthStatus.HEALTHY
        and not (without_workers and part.name == _WORKERS)
    ]
