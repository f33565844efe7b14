"""What `dagy up` runs: which services, with which addresses, in which order they stop."""

import errno
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dagy_gql.embedded import postgres, redis
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import Command, EmbeddedError
from dagy_gql.embedded.supervisor import Service

_BACKLOG = 2048
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Where only this machine can ask, the limit is for scripts that have run away: 100 a second.
_OWN_LIMIT = {"DAGY_RATE_LIMIT_PER_MINUTE": "6000", "DAGY_RATE_LIMIT_BURST": "6000"}


@dataclass(frozen=True, slots=True)
class Installation:
    """An empty URL means: embed that server."""

    folder: LocalFolder
    host: str
    port: int
    workers: int
    database_url: str = ""
    redis_url: str = ""
    owner_email: str = "owner@dagy.local"
    # None where DAGY_SECRETS_KEY holds the keys.
    secrets_key_file: Path | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What server, workers and the CLI read. Two malloc arenas save 10 MB a process."""
        key = self.secrets_key_file
        return (
            self._limits()
            | ({} if key is None else {"DAGY_SECRETS_KEY_FILE": str(key)})
            | {
                "DAGY_LOCAL_DIR": str(self.folder.root),
                "DAGY_HOST": self.host,
                "DAGY_PORT": str(self.port),
                "DAGY_DATABASE_URL": self.database_url or postgres.url(self.folder),
                "DAGY_REDIS_URL": self.redis_url or redis.url(self.folder),
                "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
            }
        )

    def _limits(self) -> dict[str, str]:
        is_ours_alone = self.host in _LOOPBACK and os.environ.get("DAGY_ENV") != "production"
        return _OWN_LIMIT if is_ours_alone and not _OWN_LIMIT.keys() & os.environ.keys() else {}

    @property
    def url(self) -> str:
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{shown}:{self.port}"


def services(installation: Installation, listening: socket.socket) -> list[Service]:
    """In the order of starting: what takes longest to import first, it waits for the database."""
    folder = installation.folder
    server = Service(
        "server",
        stage=2,
        command=lambda announce: _server(installation, listening, announce),
        announces=True,
    )
    workers = [_worker(installation, f"worker-{n}") for n in range(1, installation.workers + 1)]
    found = [server, *workers]
    if not installation.redis_url:
        found.append(
            Service("redis", stage=1, command=lambda _: redis.command(folder), stop_seconds=5.0)
        )
    if not installation.database_url:
        found.append(
            Service(
                "postgres",
                stage=0,
                prepare=lambda: _prepare_postgres(folder),
                command=lambda _: postgres.command(folder),
                stop_signal=signal.SIGINT,
                stop_seconds=20.0,
            )
        )
    return found


def dagy_command(*arguments: str) -> list[str]:
    """A server-side command in a process of its own; -P keeps the current folder off the path."""
    return [sys.executable, "-P", "-m", "dagy_gql.cli", *arguments]


def _prepare_postgres(folder: LocalFolder) -> None:
    postgres.ensure_initialised(folder)
    postgres.clear_leftovers(folder)


def _server(installation: Installation, listening: socket.socket, announce: int | None) -> Command:
    descriptors = [listening.fileno()]
    argv = dagy_command("server", "--fd", str(listening.fileno()), "--migrate")
    if announce is not None:
        descriptors.append(announce)
        argv += ["--announce-fd", str(announce), "--owner", installation.owner_email]
    return Command(
        argv,
        installation.folder.log("server"),
        environment=installation.environment,
        pass_fds=descriptors,
    )


def _worker(installation: Installation, name: str) -> Service:
    command = Command(
        dagy_command("worker", "--migrate"),
        installation.folder.log(name),
        environment=installation.environment,
    )
    return Service(name, stage=3, command=lambda _: command, stop_seconds=15.0)


def listen(host: str, port: int) -> socket.socket:
    """The API's socket, ours for as long as we live: while the API restarts, callers wait.

    Port 0 takes a free one.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except socket.gaierror as error:
        raise EmbeddedError(f"The host {host!r} is unknown: {error.strerror}.") from error
    except OSError as error:
        reason = (
            "is in use by another program"
            if error.errno == errno.EADDRINUSE
            else f"cannot be used ({os.strerror(error.errno or 0)})"
        )
        raise EmbeddedError(
            f"Port {port} on {host} {reason}. Choose another with --port or DAGY_PORT."
        ) from error
