"""Workers and their leases. Heartbeats touch narrow tables only, all of a worker's runs at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """`hostname` names the process table that `pid` belongs to, not just the machine."""

    id: str
    hostname: str
    pid: int
    capacity: int
    running: int


@tenancy.across_organizations
async def beat_all_orgs(worker: WorkerRow) -> None:
    await db.execute(
        """
        INSERT INTO workers (id, hostname, pid, capacity, running, started_at, heartbeat_at)
        VALUES ($1, $2, $3, $4, $5, now(), now())
        ON CONFLICT (id) DO UPDATE SET capacity = excluded.capacity, running = excluded.running,
            heartbeat_at = excluded.heartbeat_at
        """,
        worker.id,
        worker.hostname,
        worker.pid,
        worker.capacity,
        worker.running,
    )


@tenancy.across_organizations
async def renew_all_orgs(
    held: Sequence[tuple[UUID, int]], *, worker_id: str, lease_seconds: float
) -> dict[UUID, bool]:
    """Renew leases by (run, fence); answers those still held, each with "is it cancelling?"."""
    rows = await db.fetch(
        """
        WITH renewed AS (
            UPDATE run_leases l SET expires_at = now() + make_interval(secs => $4)
            FROM unnest($1::uuid[], $2::bigint[]) AS h(run_id, fence)
            WHERE l.run_id = h.run_id AND l.fence = h.fence AND l.worker_id = $3
            RETURNING l.run_id
        )
        SELECT run_id, r.state = 'CANCELLING' AS is_cancelling
        FROM renewed JOIN runs r ON r.id = renewed.run_id
        """,
        [run_id for run_id, _ in held],
        [fence for _, fence in held],
        worker_id,
        lease_seconds,
    )
    return {row["run_id"]: row["is_cancelling"] for row in rows}


@tenancy.across_organizations
async def leases_all_orgs(worker_id: str) -> list[asyncpg.Record]:
    """`run_id` and `fence` of what the worker has claimed and not brought to an end."""
    return await db.fetch("SELECT run_id, fence FROM run_leases WHERE worker_id = $1", worker_id)


@tenancy.across_organizations
async def of_host_all_orgs(hostname: str) -> list[asyncpg.Record]:
    return await db.fetch("SELECT id, pid FROM workers WHERE hostname = $1", hostname)


@tenancy.across_organizations
async def gone_all_orgs(worker_ids: Sequence[str]) -> None:
    """Forget workers that are known to be dead; their leases are over now."""
    await db.execute("DELETE FROM workers WHERE id = ANY($1::text[])", list(worker_ids))
    await db.execute(
        "UPDATE run_leases SET expires_at = '-infinity' WHERE worker_id = ANY($1::text[])",
        list(worker_ids),
    )


@tenancy.across_organizations
async def silent_all_orgs(*, seconds: float) -> list[str]:
    """Workers without a heartbeat for so long."""
    rows = await db.fetch(
        "SELECT id FROM workers WHERE heartbeat_at < now() - make_interval(secs => $1)", seconds
    )
    return [row["id"] for row in rows]


async def capacity_all_orgs(*, alive_seconds: float) -> asyncpg.Record:
    """`workers`, `capacity` and `running` of those that were heard of lately."""
    row = await db.fetch_row(
        """
        SELECT count(*) AS workers, coalesce(sum(capacity), 0) AS capacity,
               coalesce(sum(running), 0) AS running
        FROM workers WHERE heartbeat_at > now() - make_interval(secs => $1)
        """,
        alive_seconds,
    )
    assert row is not None
    return row
