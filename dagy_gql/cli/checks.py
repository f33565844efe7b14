"""What `dagy doctor` looks at. Each check answers with a Finding and never raises."""

import pkgutil
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

import migrations
from dagy_gql import connecting
from dagy_gql.embedded import postgres, redis
from dagy_gql.embedded.folder import LocalFolder, current_holder
from dagy_gql.embedded.process import EmbeddedError
from dagy_gql.settings import Settings

_OUR_PACKAGES = ("dagy_gql", "schema", "workers", "migrations")
_OUR_DISTRIBUTION = "dagy-server"
_PRIVATE = ("credentials", "secrets.key", "postgres.passwords", "redis.url", "redis.users")
_LITTLE_DISK_BYTES = 1024**3


class Outcome(StrEnum):
    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    outcome: Outcome
    text: str


def python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if (3, 11) <= sys.version_info < (3, 14):
        return Finding("Python", Outcome.OK, found)
    return Finding("Python", Outcome.WRONG, f"{found}: Dagy needs 3.11, 3.12 or 3.13")


def packages() -> Finding:
    """`schema` is also the name of a library: installed beside us, one hides the other."""
    foreign = {
        f"{name} (from {owner})"
        for name, owners in metadata.packages_distributions().items()
        for owner in owners
        if name in _OUR_PACKAGES and owner != _OUR_DISTRIBUTION
    }
    if not foreign:
        return Finding("Packages", Outcome.OK, "nobody else owns " + ", ".join(_OUR_PACKAGES))
    return Finding(
        "Packages",
        Outcome.WRONG,
        f"{', '.join(sorted(foreign))} has the name of one of ours. Uninstall it here, "
        "or give Dagy an environment of its own (pipx, uv tool).",
    )


def servers(settings: Settings) -> Iterator[Finding]:
    for subject, url, find in (
        ("PostgreSQL", settings.database_url, postgres.binaries),
        ("Redis", settings.redis_url, redis.binary),
    ):
        if url:
            yield Finding(subject, Outcome.OK, "a server of your own")
            continue
        try:
            yield Finding(subject, Outcome.OK, f"embedded, {find()}")
        except EmbeddedError as error:
            yield Finding(subject, Outcome.WRONG, str(error))


def folder(settings: Settings) -> Iterator[Finding]:
    place = LocalFolder(settings.local_dir)
    try:
        place.create()
        (place.root / ".writable").touch()
        (place.root / ".writable").unlink()
    except (OSError, EmbeddedError) as error:
        yield Finding("Folder", Outcome.WRONG, f"{place.root} cannot be written: {error}")
        return
    yield Finding("Folder", Outcome.OK, str(place.root))
    for path in (place.root / name for name in _PRIVATE):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("Folder", Outcome.WRONG, f"others can read it: chmod 600 {path}")
    free = shutil.disk_usage(place.root).free
    outcome = Outcome.OK if free > _LITTLE_DISK_BYTES else Outcome.WRONG
    yield Finding("Disk", outcome, f"{free / 1024**3:.1f} GB free")


def api(settings: Settings) -> Finding:
    """Is Dagy running here, or is at least its port free?"""
    holder = current_holder(LocalFolder(settings.local_dir))
    url = (holder or {}).get("url") or f"http://{settings.host}:{settings.port}"
    try:
        with urlopen(f"{url}/health", timeout=3):  # noqa: S310 - always http
            return Finding("API", Outcome.OK, f"answers at {url}")
    except (URLError, OSError, ValueError) as error:
        if holder is not None:
            return Finding("API", Outcome.WRONG, f"{url} does not answer: {error}")
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        text = f"port {settings.port} is taken: {error}. Choose another with DAGY_PORT."
        return Finding("API", Outcome.WRONG, text)
    return Finding("API", Outcome.NOTE, f"not running; port {settings.port} is free")


async def database(url: str) -> Finding:
    try:
        connection = await asyncpg.connect(dsn=url, timeout=5)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return Finding("Database", Outcome.WRONG, f"does not answer: {error}")
    try:
        rows = await connection.fetch("SELECT name FROM tortoise_migrations")
        await connecting.bind(connection)
        trouble = await connecting.unguarded(connection)
    except asyncpg.UndefinedTableError:
        rows, trouble = [], None
    finally:
        await connection.close()
    missing = sorted(
        {module.name for module in pkgutil.iter_modules(migrations.__path__)}
        - {row["name"] for row in rows}
    )
    if missing:
        return Finding("Database", Outcome.WRONG, f"run `dagy migrate` ({', '.join(missing)})")
    if trouble is not None:
        return Finding("Database", Outcome.WRONG, trouble)
    text = "answers, every migration is applied, row-level security holds"
    return Finding("Database", Outcome.OK, text)


async def queue(url: str) -> Finding:
    try:
        async with Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5) as connection:
            await connection.ping()
    except (RedisError, OSError, ValueError) as error:
        return Finding("Queue", Outcome.WRONG, f"does not answer: {error}")
    return Finding("Queue", Outcome.OK, "answers")


def web_ui(directory: Path) -> Finding:
    if (directory / "index.html").exists() or (directory / "graphiql.html").exists():
        return Finding("Web UI", Outcome.OK, "built")
    return Finding("Web UI", Outcome.NOTE, f"not built: `make ui` makes {directory}")
