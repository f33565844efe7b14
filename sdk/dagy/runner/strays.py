"""Kills processes that a finished run left behind; they have become children of the zygote."""

import contextlib
import os
import signal
import time

# SIGKILL is prompt unless a process hangs in the kernel; then it must not hold us.
_PATIENCE_SECONDS = 1.0


def kill_strays(known: set[int]) -> None:
    """Kills and reaps every child of this process that is not `known`, and their children,
    which come to us when their parents die."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while strays := children() - known:
        for pid in strays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _reap(strays)
        if time.monotonic() > until:
            return


def _reap(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                time.sleep(0.001)


def children() -> set[int]:
    """Empty where there is no /proc; there a run's group is all that is killed."""
    # Plain calls: pathlib costs the zygote 80 page faults after every run.
    try:
        fd = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)
    except OSError:
        return set()
    try:
        text = b"".join(iter(lambda: os.read(fd, 65536), b""))
    finally:
        os.close(fd)
    return {int(pid) for pid in text.split()}
