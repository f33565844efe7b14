"""A real PostgreSQL and Redis for one test process, and how they are emptied between tests."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from redis.asyncio import Redis

from dagy_gql.embedded import servers
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.servers import Servers

# The data of a test need not survive a power cut.
_UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Without triggers: foreign keys in any order, and append-only tables may be emptied.
_EMPTY = """
DO $$
DECLARE one regclass;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN
    SELECT oid FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition
      AND relnamespace = 'public'::regnamespace AND relname NOT LIKE '%migration%'
  LOOP
    EXECUTE format('DELETE FROM %s', one);
  END LOOP;
END $$
"""


@contextmanager
def running() -> Iterator[Servers]:
    with (
        tempfile.TemporaryDirectory(prefix="dagy-tests-") as folder,
        servers.running(LocalFolder(Path(folder)), postgres_settings=_UNSAFE_BUT_FAST) as both,
    ):
        yield both


async def empty_database(url: str) -> None:
    """DELETE of a few rows takes 2 ms where TRUNCATE of every table takes 60."""
    connection = await asyncpg.connect(dsn=url)
    try:
        await connection.execute(_EMPTY)
    finally:
        await connection.close()


async def empty_redis(url: str) -> None:
    async with Redis.from_url(url) as redis:
        await redis.flushdb()
