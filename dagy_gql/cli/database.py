"""Waiting for the database, and bringing it up to date, before a process begins its work."""

import asyncio
import time

import asyncpg
import click
from tortoise.exceptions import OperationalError

from dagy_gql import connecting, db
from dagy_gql.keys import SealError
from dagy_gql.runtime import Runtime, sealer_of
from dagy_gql.services import secret_keys
from dagy_gql.settings import Settings

_RETRY_SECONDS = 0.02
_SLOWEST_RETRY_SECONDS = 0.5
_NOT_YET = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
)


def require_urls(settings: Settings) -> None:
    """`dagy up` sets both for the servers it embeds; elsewhere a person has to."""
    for name, value in (
        ("DAGY_DATABASE_URL", settings.database_url),
        ("DAGY_REDIS_URL", settings.redis_url),
    ):
        if not value:
            raise click.ClickException(f"{name} is not set. `dagy up` starts servers of its own.")


def require_key(settings: Settings) -> None:
    """`dagy up` makes one for the database it embeds; elsewhere a person has to."""
    try:
        sealer_of(settings)
    except SealError as error:
        raise click.ClickException(str(error)) from error


async def check_key(rt: Runtime) -> None:
    """That stored secrets can be read is found out before anybody needs one."""
    try:
        await secret_keys.check(rt.sealer)
    except SealError as error:
        raise click.ClickException(str(error)) from error


async def wait(settings: Settings, *, timeout_seconds: float = 20.0) -> None:
    """Until the database takes connections; raises ClickException when it never does."""
    deadline = time.monotonic() + timeout_seconds
    pause = _RETRY_SECONDS
    while True:
        try:
            connection = await asyncpg.connect(dsn=settings.database_url, timeout=5)
        except _NOT_YET as error:
            if time.monotonic() > deadline:
                raise click.ClickException(f"The database does not answer: {error}") from error
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, _SLOWEST_RETRY_SECONDS)
        except asyncpg.PostgresError as error:
            raise click.ClickException(f"The database refuses us: {error}") from error
        else:
            await connection.close()
            return


async def prepare(settings: Settings, *, migrate: bool) -> None:
    await wait(settings)
    if migrate:
        await _migrate(settings)
    if trouble := await _trouble(settings):
        raise click.ClickException(trouble)


async def _migrate(settings: Settings) -> None:
    try:
        await db.migrate(settings)
    except OperationalError as error:
        if not isinstance(error.__cause__, asyncpg.InsufficientPrivilegeError):
            raise
        raise click.ClickException(
            f"The database's user may not change its tables ({error}): set"
            " DAGY_DATABASE_OWNER_URL to the same database as the user who owns them."
        ) from error


async def _trouble(settings: Settings) -> str | None:
    connection = await asyncpg.connect(dsn=settings.database_url)
    try:
        await connecting.bind(connection)
        return await connecting.unguarded(connection)
    finally:
        await connection.close()
