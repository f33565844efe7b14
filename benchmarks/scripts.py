"""The plain Python side, and other whole processes: how long they take in the same minute."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_PLAIN = Path(__file__).with_name("plain.py")
_ECHO = "import sys\nfor line in sys.stdin:\n    print(line, end='', flush=True)"


def milliseconds(command: Sequence[str], *, count: int) -> list[float]:
    """From the start of the process to its end."""
    return [_once(command) for _ in range(count)]


def plain(work: str, *, count: int) -> list[float]:
    return milliseconds([sys.executable, str(_PLAIN), work], count=count)


def interleaved(commands: Sequence[Sequence[str]], *, count: int) -> list[list[float]]:
    """One of each in turn, so that noise meets all of them."""
    rounds = [[_once(command) for command in commands] for _ in range(count)]
    return [list(column) for column in zip(*rounds, strict=True)]


def pipe_hops(*, count: int) -> list[float]:
    """Milliseconds until a waiting script has a line: half of there and back."""
    with subprocess.Popen(
        [sys.executable, "-c", _ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as script:
        assert script.stdin is not None
        assert script.stdout is not None
        hops = []
        for _ in range(count):
            began = time.perf_counter()
            script.stdin.write(b"run\n")
            script.stdout.readline()
            hops.append((time.perf_counter() - began) * 500)
        script.stdin.close()
    return hops


def _once(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000
