"""Weekly partitions of the event and log tables, and what is old enough to go."""

from datetime import UTC, datetime, timedelta

from dagy_gql import db

PARTITIONED = ("run_events", "log_chunks")


def week_start(moment: datetime) -> datetime:
    """Monday 00:00 UTC of the week."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


async def add_partition_all_orgs(table: str, start: datetime) -> None:
    """The partition for the week from `start`; does nothing if it is there."""
    name = f"{table}_{start:%Y%m%d}"
    if await db.fetch_value("SELECT to_regclass($1) IS NOT NULL", name):
        return
    end = start + timedelta(days=7)
    await db.execute(
        f"CREATE TABLE {name} PARTITION OF {table} "
        f"FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
    )


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


async def drop_partition_all_orgs(name: str) -> None:
    await db.execute(f"DROP TABLE IF EXISTS {name}")


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


async def expired_cache_all_orgs() -> int:
    return await db.execute("DELETE FROM result_cache WHERE expires_at < now()")
