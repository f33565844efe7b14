"""The state of runs in rows: locks, claims, moves, leases. Only `services.transitions` calls this.

Workers serve every organization, so these functions are bound to none; each says so in its name.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.enums import RunState

# Claims take turns, which makes concurrency limits exact; one takes about 3 ms for 16 runs.
_CLAIM_LOCK = 0x0DA6_1E11
# The oldest so many startable runs are looked at in one claim.
_CLAIM_WINDOW = 1000

_LOCKED = (
    "id, org_id, slug, state, fence, attempt, crashes, event_seq, log_seq, created_at, "
    "started_at, deployment_id, executor"
)


async def lock_all_orgs(run_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The rows, locked in the order of their ids so that two batches never deadlock."""
    return await db.fetch(
        f"SELECT {_LOCKED} FROM runs WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",
        list(run_ids),
    )


async def has_queued_all_orgs(executor: str) -> bool:
    """The cheap question that most looks at the queue end with."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM runs WHERE state = 'QUEUED' AND executor = $1)", executor
        )
    )


async def startable_all_orgs(
    *, executor: str, limit: int, organization_limit: int
) -> list[asyncpg.Record]:
    """Queued runs, oldest first, that no concurrency limit holds back. Holds the claim lock."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", _CLAIM_LOCK)
    return await db.fetch(
        """
        WITH active AS (
            SELECT org_id, coalesce(deployment_id, retired_deployment_id) AS slots,
                   count(*) AS running
            FROM runs WHERE state IN ('RUNNING', 'CANCELLING') GROUP BY 1, 2
        ), active_org AS (
            SELECT org_id, sum(running) AS running FROM active GROUP BY 1
        ), waiting AS (
            SELECT r.id, r.org_id, r.queued_at,
                   coalesce(r.deployment_id, r.retired_deployment_id) AS slots,
                   coalesce(d.concurrency_limit, t.concurrency_limit) AS concurrency_limit,
                   coalesce(a.running, 0) AS running,
                   coalesce(o.max_running_runs, $3) AS org_limit,
                   coalesce(ao.running, 0) AS org_running
            FROM runs r
            JOIN organizations o ON o.id = r.org_id
            LEFT JOIN deployments d ON d.id = r.deployment_id
            LEFT JOIN retired_deployments t ON t.id = r.retired_deployment_id
            LEFT JOIN active a ON a.org_id = r.org_id
                AND a.slots = coalesce(r.deployment_id, r.retired_deployment_id)
            LEFT JOIN active_org ao ON ao.org_id = r.org_id
            WHERE r.state = 'QUEUED' AND r.executor = $1
              AND (coalesce(d.concurrency_limit, t.concurrency_limit) IS NULL
                OR coalesce(a.running, 0) < coalesce(d.concurrency_limit, t.concurrency_limit))
              AND coalesce(ao.running, 0) < coalesce(o.max_running_runs, $3)
            ORDER BY r.queued_at, r.id LIMIT $4
        ), turns AS (
            SELECT *,
                   row_number() OVER (PARTITION BY org_id ORDER BY queued_at, id) AS org_turn,
                   row_number() OVER (PARTITION BY slots ORDER BY queued_at, id) AS turn
            FROM waiting
        ), chosen AS (
            SELECT id, queued_at FROM turns
            WHERE (concurrency_limit IS NULL OR running + turn <= concurrency_limit)
              AND org_running + org_turn <= org_limit
            ORDER BY queued_at, id LIMIT $2
        )
        SELECT r.* FROM runs r JOIN chosen USING (id)
        WHERE r.state = 'QUEUED' ORDER BY r.id FOR UPDATE OF r SKIP LOCKED
        """,
        executor,
        limit,
        organization_limit,
        _CLAIM_WINDOW,
    )


async def start_all_orgs(
    run_ids: Sequence[UUID], *, worker_id: str, lease_seconds: float
) -> list[asyncpg.Record]:
    """QUEUED -> RUNNING with a new fence, a new attempt and a lease. Rows also carry the names
    of deployment and environment, and `protected_environment`: its id where it is protected."""
    return await db.fetch(
        """
        WITH started AS (
            UPDATE runs SET state = 'RUNNING', attempt = attempt + 1, fence = fence + 1,
                lease_owner = $2, started_at = coalesce(started_at, now()),
                event_seq = event_seq + 1
            WHERE id = ANY($1::uuid[]) AND state = 'QUEUED'
            RETURNING *
        ), leased AS (
            INSERT INTO run_leases (run_id, fence, worker_id, expires_at)
            SELECT id, fence, $2, now() + make_interval(secs => $3) FROM started
            ON CONFLICT (run_id) DO UPDATE SET fence = excluded.fence,
                worker_id = excluded.worker_id, expires_at = excluded.expires_at
        )
        SELECT s.*, d.name AS deployment_name, e.name AS environment_name,
               CASE WHEN e.is_protected THEN e.id END AS protected_environment
        FROM started s LEFT JOIN deployments d ON d.id = s.deployment_id
        LEFT JOIN environments e ON e.id = s.environment_id ORDER BY s.id
        """,
        list(run_ids),
        worker_id,
        lease_seconds,
    )


async def advance_all_orgs(rows: Sequence[tuple[UUID, str, int, int]]) -> None:
    """Write (id, state, event_seq, log_seq) of locked runs; a number below the stored one stays."""
    await db.execute(
        """
        UPDATE runs r SET state = d.state, event_seq = d.event_seq,
            log_seq = greatest(r.log_seq, d.log_seq)
        FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[])
            AS d(id, state, event_seq, log_seq)
        WHERE r.id = d.id
        """,
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def finish_all_orgs(rows: Sequence[tuple[UUID, str | None, str | None, str | None]]) -> None:
    """Write (id, error, result, reason) as JSON text, the end time, and free lease and tasks."""
    await db.execute(
        """
        WITH ended AS (
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
                AS d(id, error, result, reason)
        ), freed AS (
            DELETE FROM run_leases l USING ended WHERE l.run_id = ended.id
        ), stopped AS (
            UPDATE task_runs t SET state = 'CANCELLED', reason = 'the run ended',
                finished_at = now()
            FROM ended WHERE t.run_id = ended.id AND t.state IN ('PENDING', 'RUNNING', 'RETRYING')
        )
        UPDATE runs r SET error = ended.error::jsonb, result = ended.result::jsonb,
            reason = coalesce(ended.reason::jsonb, r.reason), finished_at = now(),
            lease_owner = NULL
        FROM ended WHERE r.id = ended.id
        """,
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def move_all_orgs(run_id: UUID, to: RunState, *, events: int, **columns: Any) -> None:
    """Move one locked run; `events` more events are about to be written."""
    names = list(columns)
    sets = "".join(f", {name} = ${place}" for place, name in enumerate(names, 4))
    await db.execute(
        f"UPDATE runs SET state = $2, event_seq = event_seq + $3{sets} WHERE id = $1",
        run_id,
        str(to),
        events,
        *columns.values(),
    )


async def cancel_queued_all_orgs(run_ids: Sequence[UUID]) -> None:
    """Locked runs that are QUEUED: one more event of each is about to be written."""
    await db.execute(
        """
        UPDATE runs SET state = 'CANCELLED', event_seq = event_seq + 1, fence = fence + 1
        WHERE id = ANY($1::uuid[]) AND state = 'QUEUED'
        """,
        list(run_ids),
    )


async def release_all_orgs(run_id: UUID) -> None:
    """After a crash: no lease, and the tasks that were under way are to be done again, also the
    one that was put down as the cause by a worker that could not say any more."""
    await db.execute("DELETE FROM run_leases WHERE run_id = $1", run_id)
    await db.execute(
        """
        UPDATE task_runs SET state = 'PENDING', started_at = NULL, finished_at = NULL
        WHERE run_id = $1 AND (state IN ('RUNNING', 'RETRYING')
            OR state = 'FAILED' AND error->>'code' = 'CRASHED')
        """,
        run_id,
    )


async def own_crash_retries_all_orgs(run_id: UUID) -> int | None:
    """What the flow of the run says about crashes, if it does."""
    found: int | None = await db.fetch_value(
        """
        SELECT (f.spec->>'crash_retries')::int FROM runs r JOIN flows f ON f.id = r.flow_id
        WHERE r.id = $1
        """,
        run_id,
    )
    return found


async def expired_all_orgs(*, grace_seconds: float) -> list[asyncpg.Record]:
    """Leases that ran out. After a restart of PostgreSQL nobody could renew: wait a lease more."""
    return await db.fetch(
        """
        SELECT run_id, fence, worker_id FROM run_leases
        WHERE expires_at < now()
          AND pg_postmaster_start_time() < now() - make_interval(secs => $1)
        ORDER BY expires_at LIMIT 100
        """,
        grace_seconds,
    )


async def queued_since_all_orgs(moment: datetime, *, limit: int) -> list[UUID]:
    """Queued runs that should have been picked up by `moment`."""
    rows = await db.fetch(
        """
        SELECT id FROM runs WHERE state = 'QUEUED' AND queued_at < $1
        ORDER BY queued_at, id LIMIT $2
        """,
        moment,
        limit,
    )
    return [row["id"] for row in rows]
