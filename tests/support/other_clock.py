"""A database whose clock is not the machine's: its own `now()` and `clock_timestamp()` are found
before PostgreSQL's, by its functions and by everybody who asks it."""

import asyncpg

_CLOCKS = {
    "now": "STABLE",
    "transaction_timestamp": "STABLE",
    "statement_timestamp": "STABLE",
    "clock_timestamp": "VOLATILE",
    "pg_postmaster_start_time": "STABLE",
}


async def make(server_url: str, name: str, *, seconds: float) -> str:
    """The address of a copy of the (migrated) database whose clock is `seconds` ahead."""
    server = await asyncpg.connect(dsn=server_url)
    try:
        await server.execute(f"DROP DATABASE IF EXISTS {name}")
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {_name(server_url)}")
        await server.execute(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
    finally:
        await server.close()
    head, _, options = server_url.partition("?")
    url = f"{head.rpartition('/')[0]}/{name}?{options}"
    connection = await asyncpg.connect(dsn=url)
    try:
        for clock, kind in _CLOCKS.items():
            await connection.execute(
                f"CREATE FUNCTION public.{clock}() RETURNS timestamptz LANGUAGE sql {kind} AS"
                f" 'SELECT pg_catalog.{clock}() + make_interval(secs => {seconds})'"
            )
    finally:
        await connection.close()
    return url


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
