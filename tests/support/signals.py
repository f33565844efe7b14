"""Commands that begin with the signals that a test means, whatever `make test` was started with:
what is ignored (`nohup make test &`) stays ignored in every process below."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Sequence

_OF_TERMINALS = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_EXECUTE = """
import os, signal, sys
numbers, ignored = sys.argv[1].split(","), sys.argv[2].split(",")
for number in numbers:
    signal.signal(int(number), signal.SIG_IGN if number in ignored else signal.SIG_DFL)
os.execv(sys.argv[3], sys.argv[3:])
"""


def with_signals(command: Sequence[str], *, ignored: Collection[signal.Signals] = ()) -> list[str]:
    """The same command, in the same process, with a terminal's signals as a shell has them."""
    numbers, some = (
        ",".join(str(int(each)) for each in every) for every in (_OF_TERMINALS, ignored)
    )
    return [sys.executable, "-I", "-S", "-c", _EXECUTE, numbers, some, *command]


def reap(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """End a process that leads a session, and all that is left of its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
