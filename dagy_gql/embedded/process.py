"""One child process: what to run, as whom, and where its output goes. Linux ties it to our life."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LAUNCHER = str(Path(__file__).with_name("launch.py"))


class EmbeddedError(Exception):
    """Something the person at the terminal can mend: the message says what and how."""


@dataclass(frozen=True, slots=True)
class Identity:
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Command:
    """`death_signal` is what the process gets if we are killed ourselves and cannot stop it.

    Of our own DAGY_* variables, which may hold keys and passwords, it gets those alone that are in
    `environment`, unless it `inherits_settings`.
    """

    argv: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    death_signal: signal.Signals = signal.SIGKILL
    pass_fds: Sequence[int] = ()
    input: bytes = b""
    inherits_settings: bool = False


def unprivileged_owner(folder: Path) -> Identity | None:
    """Who runs PostgreSQL: ourselves (None), or when we are root the folder's owner or a user.

    initdb looks its user up by uid, so it has to be one that the system knows.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Identity(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL does not run as root and this system has no user 'postgres' or 'nobody'. "
        "Start Dagy as a normal user, or set DAGY_DATABASE_URL."
    )


def launch(command: Command) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, so that Ctrl-C in the terminal reaches only us."""
    identity = command.identity or Identity(os.geteuid(), os.getegid())
    numbers = (os.getpid(), command.death_signal, identity.uid, identity.gid)
    prefix = [sys.executable, "-I", "-S", _LAUNCHER, *(str(int(number)) for number in numbers)]
    opened = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(opened, "wb") as log:
        process = subprocess.Popen(
            [*prefix, *command.argv],
            stdin=subprocess.PIPE if command.input else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment_of(command),
            pass_fds=command.pass_fds,
            start_new_session=True,
        )
    if process.stdin is not None:
        process.stdin.write(command.input)
        process.stdin.close()
    return process


def environment_of(command: Command) -> dict[str, str]:
    ours = dict(os.environ)
    if not command.inherits_settings:
        ours = {name: value for name, value in ours.items() if not name.startswith("DAGY_")}
    return {**ours, **command.environment}


def run(command: Command) -> None:
    """Run a short command to its end; EmbeddedError carries the end of its log."""
    code = launch(command).wait()
    if code != 0:
        raise EmbeddedError(
            f"{Path(command.argv[0]).name} failed with exit code {code}:\n{tail(command.log)}"
        )


def tail(log: Path, lines: int = 12) -> str:
    try:
        text = log.read_bytes()[-8192:].decode(errors="replace")
    except FileNotFoundError:
        return "(no log)"
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])
