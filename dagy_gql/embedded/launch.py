"""Becomes another program that dies with its parent, and without root's identity where asked.

Run as a file by `process.py`: `launch.py PARENT SIGNAL UID GID COMMAND...` (standard library only).
PostgreSQL refuses to run as uid 0; it keeps the one capability that lets it reach a folder below
/root, and nothing else of root.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, second: int, third: int = 0) -> bool:
    return sys.platform == "linux" and bool(_libc.prctl(option, second, third, 0, 0) == 0)


def hide_memory() -> None:
    """Close /proc/PID/{environ,fd,mem} of this process, and tracing it, to others of its user, and
    leave no core file: it holds keys and passwords. Another program begins without this."""
    _prctl(_PR_SET_DUMPABLE, 0)


def _keep_only_dac_override() -> None:
    """Best effort: without the capability PostgreSQL works wherever its folders are reachable."""
    bits = 1 << _CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # Two sets of 32 bits, each: effective, permitted, inheritable.
    sets = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
    if sys.platform == "linux" and _libc.capset(header, sets) == 0:
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE)


def _become(uid: int, gid: int) -> None:
    _prctl(_PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    _keep_only_dac_override()


def main(command: list[str], *, parent: int, death_signal: int, uid: int, gid: int) -> None:
    if uid != os.geteuid():
        _become(uid, gid)
    # After the identity: changing it clears the signal.
    _prctl(_PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    _parent, _signal, _uid, _gid = (int(number) for number in sys.argv[1:5])
    main(sys.argv[5:], parent=_parent, death_signal=_signal, uid=_uid, gid=_gid)
