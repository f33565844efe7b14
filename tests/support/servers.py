"""A real PostgreSQL and Redis for one test process, and how they are emptied between tests."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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
        servers.running_for_superuser(
            LocalFolder(Path(folder)), postgres_settings=_UNSAFE_BUT_FAST
        ) as both,
    ):
        yield both


async def empty_database(url: str) -> None:
    """DELETE of a few rows takes 2 ms where TRUNCATE of every table takes 60."""
    connection = await asyncpg.connect(dsn=url)
    try:
        await connection.execute(_EMPTY)
    finally:
        await connection.close()


class Sweeper:
    """Empties one database between tests, in a session that it keeps: a new one spends 25 ms on
    learning what tables there are, and 2 on emptying them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def empty(self) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(dsn=self._url)
        await self._connection.execute(_EMPTY)

    async def rest(self) -> None:
        """Without a session until it empties again."""
        if self._connection is not None:
            await self._connection.close()
        self._connection = None


async def empty_redis(url: str) -> None:
    async with Redis.from_url(url) as redis:
        await redis.flushdb()


@asynccontextmanager
async def silent_redis() -> AsyncIterator[str]:
    """The address of a Redis that takes connections and never answers, as a frozen one does."""
    is_over = asyncio.Event()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    with tempfile.TemporaryDirectory(prefix="dagy-test-") as folder:
        path = f"{folder}/redis.sock"
        async with await asyncio.start_unix_server(take, path):
            try:
                yield f"unix://{path}"
            finally:
                is_over.set()
