"""What health and metrics ask the database, of no organization or of all."""

import asyncpg

from dagy_gql import db, tenancy

# Counting stops here: more than that is "many".
MAX_COUNTED = 10_000


@tenancy.across_organizations
async def database_version_all_orgs() -> str:
    """Such as "18.6". Whoever gets it has had an answer from the database."""
    version: str = await db.fetch_value(
        "SELECT split_part(current_setting('server_version'), ' ', 1)"
    )
    return version


@tenancy.across_organizations
async def queue_all_orgs() -> asyncpg.Record:
    """`queued` runs, counted up to 10,000, and `oldest_seconds`: how long the first has waited."""
    row = await db.fetch_row(
        """
        SELECT count(*) AS queued,
               coalesce(extract(epoch FROM now() - min(queued_at)), 0)::float8 AS oldest_seconds
        FROM (
            SELECT queued_at FROM runs WHERE state = 'QUEUED' ORDER BY queued_at, id LIMIT $1
        ) AS waiting
        """,
        MAX_COUNTED,
    )
    assert row is not None
    return row


@tenancy.across_organizations
async def workers_all_orgs(*, alive_seconds: float) -> list[asyncpg.Record]:
    """Those that were heard of lately, the oldest first."""
    return await db.fetch(
        """
        SELECT id, hostname, pid, capacity, running, started_at, heartbeat_at FROM workers
        WHERE heartbeat_at > now() - make_interval(secs => $1) ORDER BY started_at, id
        """,
        alive_seconds,
    )
