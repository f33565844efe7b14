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
    """Without an address, that server is embedded."""

    folder: LocalFolder
    host: str
    port: int
    workers: int
    database_url: str = ""
    redis_url: str = ""
    redis_url_file: str = ""
    owner_email: str = "owner@dagy.local"
    # None where DAGY_SECRETS_KEY holds the keys.
    secrets_key_file: Path | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What server and workers read. Two malloc arenas save 10 MB a process.

        Keys and the passwords of embedded servers are in files that these variables name.
        """
        key = self.secrets_key_file
        return (
            self._of_ours_alone()
            | ({} if key is None else {"DAGY_SECRETS_KEY_FILE": str(key)})
            | self._servers()
            | {
                "DAGY_LOCAL_DIR": str(self.folder.root),
                "DAGY_HOST": self.host,
                "DAGY_PORT": str(self.port),
                "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
            }
        )

    def _servers(self) -> dict[str, str]:
        found = {}
        if self.database_url:
            found["DAGY_DATABASE_URL"] = self.database_url
        else:
            found["DAGY_DATABASE_URL"] = postgres.url(self.folder)
            found["DAGY_DATABASE_OWNER_URL"] = postgres.owner_url(self.folder)
        if self.redis_url:
            found["DAGY_REDIS_URL"] = self.redis_url
        else:
            file = self.redis_url_file or redis.url_file(self.folder)
            found["DAGY_REDIS_URL_FILE"] = str(file)
        return found

    @property
    def embeds_redis(self) -> bool:
        return not (self.redis_url or self.redis_url_file)

    def _of_ours_alone(self) -> dict[str, str]:
        """What is otherwise where only this machine can ask."""
        if self.host not in _LOOPBACK or os.environ.get("DAGY_ENV") == "production":
            return {}
        limit = {} if _OWN_LIMIT.keys() & os.environ.keys() else _OWN_LIMIT
        return limit | {"DAGY_ORGANIZATIONS": os.environ.get("DAGY_ORGANIZATIONS") or "anybody"}

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
    if installation.embeds_redis:
        found.append(
            Service("redis", stage=1, command=lambda _: redis.command(folder), stop_seconds=5.0)
        )
    if not installation.database_url:
        found.append(
            Service(
                "postgres",
                stage=0,
                prepare=lambda: postgres.prepare(folder),
                command=lambda _: postgres.command(folder),
                stop_signal=signal.SIGINT,
                stop_seconds=20.0,
            )
        )
    return found


def dagy_command(*arguments: str) -> list[str]:
    """A server-side command in a process of its own; -P keeps the current folder off the path."""
    return [sys.executable, "-P", "-m", "dagy_gql.cli", *arguments]


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
        inherits_settings=True,
    )


def _worker(installation: Installation, name: str) -> Service:
    command = Command(
        dagy_command("worker", "--migrate"),
        installation.folder.log(name),
        environment=installation.environment,
        inherits_settings=True,
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
