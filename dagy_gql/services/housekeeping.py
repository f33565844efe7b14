"""Finds every row that should be moving and is not. What Redis forgot is found here."""

import asyncio
import logging
import os
import shutil
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from dagy_gql import clock, db
from dagy_gql.bus import Job
from dagy_gql.repositories import bulk_operations, retention, run_states, workers
from dagy_gql.repositories.runs import first_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import bulk_work
from dagy_gql.services.transitions import moves

logger = logging.getLogger(__name__)

# A job that Redis still has picks a run up within milliseconds; after so long it is lost.
_OVERDUE_SECONDS = 2.0
_OVERDUE_LIMIT = 200
_HOUSEKEEPING_LOCK = 0x0DA6_1E12
_WEEKS_AHEAD = 2
_PRUNE_LIMIT = 1000
_ENDED_DAYS = 7


def host_identity() -> str:
    """This process table: two containers may share a host name but not a PID namespace."""
    namespace = Path("/proc/self/ns/pid")
    mark = os.readlink(namespace) if namespace.exists() else ""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()}:{boot.read_text().strip() if boot.exists() else ''}:{mark}"


async def tick(rt: Runtime) -> None:
    """One round, by one worker at a time; the others pass."""
    async with db.transaction():
        if not await db.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _HOUSEKEEPING_LOCK):
            return
        expired = await run_states.expired_all_orgs(grace_seconds=rt.settings.lease_seconds)
    for lease in expired:
        why = f"its worker {lease['worker_id']} stopped answering"
        state = await moves.crash(rt, lease["run_id"], fence=lease["fence"], why=why)
        logger.warning("lease expired", extra={"run": str(lease["run_id"]), "now": str(state)})
    await _enqueue_forgotten(rt)
    silent = await workers.silent_all_orgs(seconds=rt.settings.lease_seconds * 2)
    if silent:
        await workers.gone_all_orgs(silent)


async def _enqueue_forgotten(rt: Runtime) -> None:
    moment = clock.now() - timedelta(seconds=_OVERDUE_SECONDS)
    for run_id in await run_states.queued_since_all_orgs(moment, limit=_OVERDUE_LIMIT):
        await rt.bus.enqueue(Job.EXECUTE_RUN, run_id)
    for operation_id in await bulk_operations.idle_since_all_orgs(moment, limit=_OVERDUE_LIMIT):
        await rt.bus.enqueue(Job.BULK_OPERATION, bulk_work.job_key(operation_id, clock.now()))


async def bury_dead_neighbours(rt: Runtime, *, worker_id: str) -> None:
    """At start: workers of this process table whose process is gone need no lease to run out."""
    known = await workers.of_host_all_orgs(host_identity())
    dead = [row["id"] for row in known if row["id"] != worker_id and not _is_alive(row["pid"])]
    if dead:
        await workers.gone_all_orgs(dead)
        for identifier in dead:
            folder = rt.settings.run_dir / identifier
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def prune(rt: Runtime) -> None:
    """Partitions for the coming weeks; what is past its age goes."""
    this_week = retention.week_start(clock.now())
    oldest = retention.week_start(clock.now() - timedelta(days=rt.settings.retention_days))
    for table in retention.PARTITIONED:
        for week in range(_WEEKS_AHEAD + 1):
            await retention.add_partition_all_orgs(table, this_week + timedelta(weeks=week))
        for name in await retention.partitions_all_orgs(table):
            if name < f"{table}_{oldest:%Y%m%d}":
                await retention.drop_partition_all_orgs(name)
    await retention.expired_runs_all_orgs(days=rt.settings.retention_days, limit=_PRUNE_LIMIT)
    await _prune_bulk_operations(rt)
    await retention.expired_cache_all_orgs()
    await retention.retired_deployments_all_orgs()
    await _prune_sign_ins(rt)


async def _prune_bulk_operations(rt: Runtime) -> None:
    oldest = first_id(clock.now() - timedelta(days=rt.settings.retention_days))
    assert oldest is not None
    await _in_parts(lambda limit: retention.old_bulk_operations_all_orgs(oldest, limit=limit))


async def _prune_sign_ins(rt: Runtime) -> None:
    """The access log by its age; sessions and links some time after they ended, so that lists
    still show them for a while."""
    now = clock.now()
    oldest = first_id(now - timedelta(days=rt.settings.access_log_days))
    assert oldest is not None
    await _in_parts(lambda limit: retention.old_access_logs_all_orgs(oldest, limit=limit))
    ended = now - timedelta(days=_ENDED_DAYS)
    await _in_parts(lambda limit: retention.expired_sessions_all_orgs(ended, limit=limit))
    await retention.expired_links_all_orgs(ended, now)


async def _in_parts(delete: Callable[[int], Awaitable[int]]) -> None:
    """Many short transactions instead of one that others wait for."""
    deleted = _PRUNE_LIMIT
    while deleted == _PRUNE_LIMIT:
        deleted = await delete(_PRUNE_LIMIT)
