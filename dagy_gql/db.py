"""PostgreSQL: Tortoise's configuration, transactions with after-commit effects, and raw rows.

Tortoise serves migrations, writes of single objects and look-ups; lists and the hot path of a run
read rows (asyncpg Records) through `fetch`. Effects on the network wait for the outermost commit;
notes for the audit log are written just before it.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

import asyncpg
import msgspec
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.client import TransactionContextPooled
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection, get_connections
from tortoise.exceptions import DBConnectionError
from tortoise.migrations.api.migrate import migrate as apply_migrations
from tortoise.transactions import in_transaction

from dagy_gql import clock, connecting, tenancy
from dagy_gql.migrating import without_queries
from dagy_gql.settings import Settings

logger = logging.getLogger(__name__)

MODELS = [
    f"dagy_gql.models.{noun}"
    for noun in (
        "organizations",
        "accounts",
        "flows",
        "deployments",
        "runs",
        "schedules",
        "sensors",
        "drafts",
        "billing",
        "secrets",
        "notifications",
        "audit",
    )
]
# Any constant does: all processes that migrate the same database must agree on it.
_MIGRATION_LOCK = 0x0DA6_1E00

# An escaped NUL, but not the text backslash-u0000, whose own backslash is escaped.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

_LOOK_SECONDS = 30.0
_LOOKS = 3

_WRITE = re.compile(r"\b(INSERT INTO|DELETE FROM|MERGE INTO|UPDATE\s+\w+\s.*?\bSET)\b", re.DOTALL)

# What is raised while PostgreSQL is away. A connection that was cut in the middle of an answer is
# in no state for the next statement, which asyncpg calls an internal error of its own.
OUT_OF_REACH = (
    OSError,
    DBConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)

Effect = Callable[[], Awaitable[None]]
Write = Callable[[list[Any]], Awaitable[None]]


class Unguarded(RuntimeError):
    """Row-level security would not hold for the database user."""


class Unaudited(RuntimeError):
    """A mutation was about to change something without a word in the audit log."""


@dataclass(slots=True)
class _Unit:
    """What a transaction, or a savepoint in one, still has to do: `notes` just before the
    outermost commit, `effects` just after it."""

    notes: list[tuple[Write, Any]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)


_unit: ContextVar[_Unit | None] = ContextVar("unit", default=None)
_must_note: ContextVar[bool] = ContextVar("must_note", default=False)


def config(settings: Settings, *, is_bound: bool = True) -> dict[str, Any]:
    """Tortoise's configuration for the database that `settings` names. `is_bound` False is for
    migrations: it may change tables, and sees every row."""
    url = settings.database_url if is_bound else _owner_url(settings)
    connection = expand_db_url(f"asyncpg://{url.partition('://')[2]}")
    connection["credentials"] |= {
        "min_size": 1,
        "max_size": settings.database_pool_size,
        "server_settings": {
            # A process that is frozen in the middle of a transaction must not hold its locks for
            # longer than its leases last.
            "idle_in_transaction_session_timeout": f"{round(settings.lease_seconds * 1000)}ms",
            "dagy.everything": "" if is_bound else "on",
        },
        "connection_class": connecting.Connection,
        "init": connecting.prepare_bound if is_bound else connecting.prepare,
        "setup": connecting.settle_scope if is_bound else None,
        "reset": connecting.reset,
    }
    app = {"models": MODELS, "default_connection": "default", "migrations": "migrations"}
    return {
        "connections": {"default": connection},
        "apps": {"dagy": app},
        "use_tz": True,
        "timezone": "UTC",
    }


def _owner_url(settings: Settings) -> str:
    return settings.database_owner_url or settings.database_url


# What `tortoise -c dagy_gql.db.TORTOISE makemigrations` reads; it opens no connection.
TORTOISE = config(Settings(database_url="postgresql://localhost/dagy"))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[None]:
    """Hold the connection pool; one per process, since Tortoise's fallback context is global.

    Raises Unguarded where row-level security would not hold.
    """
    await Tortoise.init(config=config(settings), _enable_global_fallback=True)
    try:
        await _require_guard()
        await look_at_clock()
        looking = asyncio.create_task(_look_again_and_again())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
    finally:
        await Tortoise.close_connections()


async def look_at_clock() -> None:
    """Have `clock.now()` be the database's time; the answer that took least counts."""
    async with _acquired() as connection:
        looks = []
        for _ in range(_LOOKS):
            first = clock.steady_ns()
            at = await connection.fetchval("SELECT clock_timestamp()")
            looks.append((first, clock.steady_ns(), at))
    first, last, at = min(looks, key=lambda look: look[1] - look[0])
    clock.seen(at, between=(first, last))


async def _look_again_and_again() -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        try:
            await look_at_clock()
        except Exception as error:
            logger.warning("the database's clock cannot be read", extra={"why": str(error)})


async def migrate(settings: Settings) -> None:
    """Apply every migration that is missing; processes that start together take turns."""
    guard = await asyncpg.connect(_owner_url(settings))
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        try:
            with without_queries():
                await apply_migrations(config=config(settings, is_bound=False))
        finally:
            await Tortoise.close_connections()
        # Tables of new migrations are guarded too, whether or not somebody thought of it.
        await guard.execute("SELECT dagy_guard()")
    finally:
        await guard.close()


async def _require_guard() -> None:
    async with _acquired() as connection:
        if trouble := await connecting.unguarded(connection):
            raise Unguarded(trouble)


@contextmanager
def audited() -> Iterator[None]:
    """Within this, what changes the database is a transaction with a note, or is refused."""
    token = _must_note.set(True)
    try:
        yield
    finally:
        _must_note.reset(token)


@asynccontextmanager
async def transaction(*, audited: bool = True) -> AsyncIterator[None]:
    """One transaction; nested ones are savepoints. Effects run after the outermost commit only.

    Notes and effects of a nested block are dropped when that block rolls back. Raises Unaudited,
    having changed nothing, where a note is owed (`audited`) and there is none.
    """
    outer, mine = _unit.get(), _Unit()
    token = _unit.set(mine)
    try:
        async with _begun():
            yield
            if outer is None:
                await _write_notes(mine, owed=audited and _must_note.get())
    finally:
        _unit.reset(token)
    if outer is not None:
        outer.notes.extend(mine.notes)
        outer.effects.extend(mine.effects)
        return
    for effect in mine.effects:
        await _run_effect(effect)


async def _write_notes(unit: _Unit, *, owed: bool) -> None:
    if owed and not unit.notes:
        raise Unaudited("A mutation changed rows and noted nothing: call audit.note.")
    entries: dict[Write, list[Any]] = {}
    for write, entry in unit.notes:
        entries.setdefault(write, []).append(entry)
    for write, several in entries.items():
        await write(several)


def note(entry: Any, write: Write) -> None:
    """Have `write` store `entry` in this transaction, together with the others, right before it
    commits: what takes turns on a row then holds it as briefly as possible."""
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("A note belongs to a transaction, and there is none.")
    unit.notes.append((write, entry))


@asynccontextmanager
async def _begun() -> AsyncIterator[None]:
    """Tortoise loses a pooled connection for good when BEGIN is cancelled or fails: give it back.

    A client that disconnects at the wrong moment would otherwise shrink the pool by one.
    """
    context = in_transaction("default")
    try:
        await context.__aenter__()
    except BaseException:
        await _give_back(context)
        raise
    try:
        yield
    except BaseException as error:
        client: Any = _client()
        await context.__aexit__(type(error), error, error.__traceback__)
        if not isinstance(context, TransactionContextPooled):
            client._connection.forget()
        raise
    else:
        await context.__aexit__(None, None, None)


async def _give_back(context: Any) -> None:
    if not isinstance(context, TransactionContextPooled):
        return
    client: Any = context.client
    if hasattr(context, "token"):
        get_connections().reset(context.token)
    if client._connection is not None:
        await client._parent._pool.release(client._connection)


async def _run_effect(effect: Effect) -> None:
    try:
        await effect()
    except (OSError, ConnectionError) as error:
        # Redis is a hint: housekeeping finds from the rows whatever was not said here.
        logger.warning("effect after commit was lost", extra={"error": str(error)})


async def after_commit(effect: Effect) -> None:
    """Run `effect` once the outermost transaction has committed; at once where there is none."""
    unit = _unit.get()
    if unit is None:
        await _run_effect(effect)
    else:
        unit.effects.append(effect)


def _client() -> AsyncpgDBClient:
    return cast(AsyncpgDBClient, get_connection("default"))


def _acquired() -> AbstractAsyncContextManager[connecting.Connection]:
    return cast(
        "AbstractAsyncContextManager[connecting.Connection]", _client().acquire_connection()
    )


def _require_audit(sql: str) -> None:
    if _must_note.get() and _unit.get() is None and _WRITE.search(sql):
        raise Unaudited("A mutation wrote outside a transaction.")


async def fetch(sql: str, *values: Any) -> list[asyncpg.Record]:
    _require_audit(sql)
    scope = tenancy.required()
    async with _acquired() as connection:
        await connection.turn_to(scope)
        return await connection.fetch(sql, *values)


async def fetch_row(sql: str, *values: Any) -> asyncpg.Record | None:
    _require_audit(sql)
    scope = tenancy.required()
    async with _acquired() as connection:
        await connection.turn_to(scope)
        return await connection.fetchrow(sql, *values)


async def fetch_value(sql: str, *values: Any) -> Any:
    _require_audit(sql)
    scope = tenancy.required()
    async with _acquired() as connection:
        await connection.turn_to(scope)
        return await connection.fetchval(sql, *values)


async def execute(sql: str, *values: Any) -> int:
    """Run a statement; returns the number of rows it touched."""
    _require_audit(sql)
    scope = tenancy.required()
    async with _acquired() as connection:
        await connection.turn_to(scope)
        status = await connection.execute(sql, *values)
    return int(status.rpartition(" ")[2]) if status[-1].isdigit() else 0


def json_text(value: Any) -> str:
    """The text of a JSON column. NUL, which PostgreSQL cannot store, is shown as U+2400; NaN and
    infinities, which JSON does not have, are null; integers keep every digit."""
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return _NUL.sub("\\1\u2400", text) if "\\u0000" in text else text


def pool_sizes() -> tuple[int, int]:
    """How many connections this process has, and how many of them are idle."""
    pool = _client()._pool
    return (0, 0) if pool is None else (pool.get_size(), pool.get_idle_size())
