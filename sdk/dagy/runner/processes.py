"""Forks, their rights and their ends: what the zygote, the forker and their children share."""

import contextlib
import ctypes
import faulthandler
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Protocol

from dagy.runner import capture

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_MEGABYTE = 1024 * 1024
_ROOM_BYTES = 64 * _MEGABYTE


class Closable(Protocol):
    def close(self) -> object: ...


# What only this process may use; every forked child, ours or the user's, closes it first.
_private: set[Closable] = set()


def keep_private(owned: Closable) -> None:
    _private.add(owned)


def close_private(owned: Closable) -> None:
    _private.discard(owned)
    owned.close()


def _after_fork() -> None:
    if faulthandler.is_enabled():
        # A crash of this process is not one of its parent: its stack is a matter of stderr.
        faulthandler.enable(2)
    for owned in list(_private):
        owned.close()
    _private.clear()
    capture.after_user_fork()


os.register_at_fork(after_in_child=_after_fork)


def die_with_parent() -> None:
    """Linux only: elsewhere the end of the sockets ends the process."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def hide_memory() -> None:
    """No core file of this process, and no look into it for other processes of the same user."""
    _prctl(_PR_SET_DUMPABLE, 0)


def forbid_core_files() -> None:
    """For this process and all that it forks: what they hold is not for the disk."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        _libc.prctl(option, value, 0, 0, 0)


_libc = ctypes.CDLL(None)


def begin_child() -> None:
    """First words of each child we fork: signals as Python likes them. (`random` reseeds
    itself after a fork.)"""
    capture.after_own_fork()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Unlike `random`, numpy's global generator would go on alike in every run.
    seed = getattr(sys.modules.get("numpy.random"), "seed", None)
    if seed is not None:
        seed()


def limit_memory(limit_mb: int) -> Callable[[], None]:
    """Lets this process allocate `limit_mb` more than it has; returns what gives it a little more,
    for telling that this was too little.

    RLIMIT_DATA, not RLIMIT_AS: libraries reserve address space that they never touch."""
    _allow(data_bytes() + limit_mb * _MEGABYTE)
    return lambda: _allow(resource.getrlimit(resource.RLIMIT_DATA)[0] + _ROOM_BYTES)


def _allow(soft: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    within = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (within, hard))


def data_bytes() -> int:
    """What RLIMIT_DATA counts; 0 where the system does not tell."""
    # Plain calls: pathlib here costs 60 page faults in every run.
    try:
        fd = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        return 0
    try:
        return int(os.read(fd, 256).split()[5]) * resource.getpagesize()
    finally:
        os.close(fd)


class ChildSignals:
    """Makes the end of a child readable: `fileno()` for select, `drain()` after it."""

    def __init__(self) -> None:
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        keep_private(self)

    def fileno(self) -> int:
        return self._read.fileno()

    def drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._read.recv(4096):
                pass

    def close(self) -> None:
        self._read.close()
        self._write.close()


def wait_readable(*sources: socket.socket | ChildSignals) -> set[int]:
    """Descriptors with something to read, or whose other end is closed."""
    poll = select.poll()
    for source in sources:
        poll.register(source.fileno(), select.POLLIN)
    return {fd for fd, _ in poll.poll()}


def ended_children() -> list[int]:
    """Pids of children that have ended and still hold their pid."""
    ended = []
    with contextlib.suppress(ChildProcessError):
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is not None:
            ended.append(found.si_pid)
    return ended


def reap(pid: int) -> tuple[int | None, int | None]:
    """(exit code, None) or (None, signal)."""
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return (status, None) if status >= 0 else (None, -status)


def kill_group(pid: int, number: int = signal.SIGKILL) -> None:
    """The group of a child, or the child alone before it has made its group."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    except PermissionError:  # macOS, for a group of zombies
        return


class Fds:
    """Receives lines and file descriptors from one socket; descriptors keep their order."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self.waiting: list[int] = []

    def receive(self) -> bytes:
        """b"" at the end of the stream."""
        data, fds, _, _ = socket.recv_fds(self._source, 65536, 16)
        for fd in fds:
            os.set_inheritable(fd, False)
        self.waiting.extend(fds)
        return data

    def take(self) -> int:
        return self.waiting.pop(0)
