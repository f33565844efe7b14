"""Weekly partitions of the event and log tables, and what is old enough to go."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from dagy_gql import db, tenancy

PARTITIONED = ("run_events", "log_chunks")


def week_start(moment: datetime) -> datetime:
    """Monday 00:00 UTC of the week."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


@tenancy.across_organizations
async def add_partition_all_orgs(table: str, start: datetime) -> None:
    """The partition for the week from `start`; does nothing if it is there."""
    await db.execute("SELECT dagy_add_week($1, $2)", table, start)


@tenancy.across_organizations
async def partitions_all_orgs(table: str) -> list[str]:
    """Names of the dated partitions, oldest first."""
    rows = await db.fetch(
        """
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = $1::text::regclass AND c.relname ~ '_[0-9]{8}$' ORDER BY 1
        """,
        table,
    )
    return [row["relname"] for row in rows]


@tenancy.across_organizations
async def drop_partition_all_orgs(name: str) -> None:
    await db.execute("SELECT dagy_drop_week($1)", name)


@tenancy.across_organizations
async def expired_runs_all_orgs(*, days: int, limit: int) -> int:
    """Delete runs that ended so long ago, some at a time; answers how many."""
    return await db.execute(
        """
        DELETE FROM runs WHERE id IN (
            SELECT id FROM runs WHERE finished_at < now() - make_interval(days => $1)
            ORDER BY id LIMIT $2
        )
        """,
        days,
        limit,
    )


@tenancy.across_organizations
async def old_bulk_operations_all_orgs(before: UUID, *, limit: int) -> int:
    """Delete ended ones with smaller ids, some at a time; answers how many."""
    return await db.execute(
        "DELETE FROM bulk_operations WHERE id IN"
        " (SELECT id FROM bulk_operations WHERE id < $1 AND finished_at IS NOT NULL"
        " ORDER BY id LIMIT $2)",
        before,
        limit,
    )


@tenancy.across_organizations
async def retired_deployments_all_orgs() -> None:
    """Limits of deleted deployments whose last run has ended."""
    await db.execute(
        """
        DELETE FROM retired_deployments t WHERE NOT EXISTS (
            SELECT FROM runs r WHERE r.retired_deployment_id = t.id
              AND r.state IN ('QUEUED', 'RUNNING', 'CANCELLING')
        )
        """
    )


@tenancy.across_organizations
async def expired_cache_all_orgs() -> int:
    return await db.execute("DELETE FROM result_cache WHERE expires_at < now()")


@tenancy.across_organizations
async def old_access_logs_all_orgs(before: UUID, *, limit: int) -> int:
    """Delete entries with smaller ids, some at a time; answers how many."""
    return await db.execute(
        "DELETE FROM access_logs WHERE id IN"
        " (SELECT id FROM access_logs WHERE id < $1 ORDER BY id LIMIT $2)",
        before,
        limit,
    )


@tenancy.across_organizations
async def expired_sessions_all_orgs(before: datetime, *, limit: int) -> int:
    """Delete sessions that ended before then, some at a time; answers how many."""
    return await db.execute(
        "DELETE FROM access_tokens WHERE id IN"
        " (SELECT id FROM access_tokens WHERE expires_at < $1 LIMIT $2)",
        before,
        limit,
    )


@tenancy.across_organizations
async def expired_links_all_orgs(before: datetime, now: datetime) -> None:
    """Invitations and resets that ended before then, and sign-ins that never came back."""
    await db.execute("DELETE FROM invitations WHERE expires_at < $1", before)
    await db.execute("DELETE FROM password_resets WHERE expires_at < $1", before)
    await db.execute("DELETE FROM oidc_attempts WHERE expires_at < $1", now)
