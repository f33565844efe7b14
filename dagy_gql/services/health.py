"""Is everything there that Dagy needs? Each part with its latency; overall the worst.

No check waits longer than its time, whatever the other side does: a server that is frozen takes
connections and answers nothing, and a driver may even wait for it while it gives up.
"""

import asyncio
import logging
import platform
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from typing import Any

from dagy_gql.errors import Unavailable
from dagy_gql.repositories import health as rows
from dagy_gql.runtime import Runtime

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 2.0


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


@dataclass(frozen=True, slots=True)
class Details:
    """`workers` and `queue` are rows (see `repositories.health`); None where nobody answered."""

    health: Health
    versions: dict[str, str | None]
    workers: Sequence[Any] | None
    queue: Any


class _Impaired(Exception):
    """The part answers, and says that something is missing."""


async def check(rt: Runtime) -> Health:
    """Without the database nothing works; without Redis, workers or the store, less does."""
    components = await asyncio.gather(
        _database(),
        _timed("redis", rt.bus.ping, worst=HealthStatus.DEGRADED),
        _timed("artifacts", rt.artifacts.check, worst=HealthStatus.DEGRADED),
        _timed("workers", lambda: _workers(rt), worst=HealthStatus.DEGRADED),
    )
    ranks = list(HealthStatus)
    worst = max((part.status for part in components), key=ranks.index)
    return Health(status=worst, components=tuple(components))


async def ready() -> Component:
    """What a request cannot do without."""
    return await _database()


async def details(rt: Runtime) -> Details:
    health, database, redis, workers, queue = await asyncio.gather(
        check(rt),
        _or_none(rows.database_version_all_orgs()),
        _or_none(rt.bus.version()),
        _or_none(rows.workers_all_orgs(alive_seconds=rt.settings.lease_seconds)),
        _or_none(rows.queue_all_orgs()),
    )
    versions = {
        "dagy": metadata.version("dagy-server"),
        "python": platform.python_version(),
        "postgresql": database,
        "redis": redis,
    }
    return Details(health, versions, workers, queue)


async def load(rt: Runtime) -> tuple[Any, Sequence[Any]] | None:
    """(queue, workers) as in Details; None where the database does not answer in time."""
    queue, workers = await asyncio.gather(
        _or_none(rows.queue_all_orgs()),
        _or_none(rows.workers_all_orgs(alive_seconds=rt.settings.lease_seconds)),
    )
    return None if queue is None or workers is None else (queue, workers)


async def _bounded(asked: Awaitable[Any]) -> Any:
    """Raises TimeoutError. Not wait_for, which waits until the cancelled question has ended."""
    task = asyncio.ensure_future(asked)
    done, _ = await asyncio.wait({task}, timeout=_TIMEOUT_SECONDS)
    if not done:
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        task.cancel()
        raise TimeoutError
    return task.result()


async def _or_none(asked: Awaitable[Any]) -> Any:
    try:
        return await _bounded(asked)
    except Exception as error:
        logger.warning("a detail of health is missing", extra={"why": repr(error)})
        return None


async def _timed(
    name: str, probe: Callable[[], Awaitable[object]], *, worst: HealthStatus
) -> Component:
    start, status, message = time.perf_counter(), HealthStatus.HEALTHY, None
    try:
        await _bounded(probe())
    except _Impaired as error:
        status, message = HealthStatus.DEGRADED, str(error)
    except TimeoutError:
        status, message = worst, f"no answer within {_TIMEOUT_SECONDS:g} s"
    except Unavailable as error:
        status, message = worst, error.message
    except Exception as error:
        # The kind of the error only: its text may hold an address.
        status, message = worst, type(error).__name__
        logger.warning("%s is not healthy", name, extra={"why": repr(error)})
    return Component(name, status, round((time.perf_counter() - start) * 1000, 3), message)


async def _database() -> Component:
    probe = rows.database_version_all_orgs
    return await _timed("database", probe, worst=HealthStatus.UNHEALTHY)


async def _workers(rt: Runtime) -> None:
    if not await rows.workers_all_orgs(alive_seconds=rt.settings.lease_seconds):
        raise _Impaired("no worker is alive")
