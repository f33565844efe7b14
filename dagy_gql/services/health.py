"""Is everything there that Dagy needs? Each part with its latency; overall the worst."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import asyncpg
from redis.exceptions import RedisError
from tortoise.exceptions import BaseORMException

from dagy_gql import db, tenancy
from dagy_gql.repositories import workers
from dagy_gql.runtime import Runtime

_TIMEOUT_SECONDS = 2.0
_FAILURES = (RedisError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, BaseORMException)


class HealthStatus(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Component:
    name: str
    status: HealthStatus
    latency_ms: float
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    status: HealthStatus
    components: tuple[Component, ...]


class _Impaired(Exception):
    """The part answers, and says that something is missing."""


@tenancy.across_organizations
async def check(rt: Runtime) -> Health:
    """Without the database nothing works; without Redis, workers or the store, less does."""
    components = await asyncio.gather(
        _timed("database", _database, worst=HealthStatus.UNHEALTHY),
        _timed("redis", rt.bus.ping, worst=HealthStatus.DEGRADED),
        _timed("artifacts", rt.artifacts.check, worst=HealthStatus.DEGRADED),
        _timed("workers", lambda: _workers(rt), worst=HealthStatus.DEGRADED),
    )
    ranks = list(HealthStatus)
    worst = max((part.status for part in components), key=ranks.index)
    return Health(status=worst, components=tuple(components))


async def _timed(
    name: str, probe: Callable[[], Awaitable[object]], *, worst: HealthStatus
) -> Component:
    start, status, message = time.perf_counter(), HealthStatus.HEALTHY, None
    try:
        await asyncio.wait_for(probe(), _TIMEOUT_SECONDS)
    except _Impaired as error:
        status, message = HealthStatus.DEGRADED, str(error)
    except TimeoutError:
        status, message = worst, f"no answer within {_TIMEOUT_SECONDS:g} s"
    except _FAILURES as error:
        # The kind of the error only: its text may hold an address, and /health is public.
        status, message = worst, type(error).__name__
    return Component(name, status, round((time.perf_counter() - start) * 1000, 3), message)


async def _database() -> None:
    await db.fetch_value("SELECT 1")


async def _workers(rt: Runtime) -> None:
    found = await workers.capacity_all_orgs(alive_seconds=rt.settings.lease_seconds)
    if not found["workers"]:
        raise _Impaired("no worker is alive")
