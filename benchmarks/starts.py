"""Cases D and F: how fast `dagy up` and the commands start."""

import os
import sys
import time
from pathlib import Path

from benchmarks import scripts
from benchmarks.cases import Outcome
from benchmarks.installation import Installation, pss_megabytes
from dagy_gql.embedded import servers
from dagy_gql.embedded.folder import LocalFolder

_FOLDERS = 3
_COMMANDS = 15


def starts(folder: Path) -> dict[str, Outcome]:
    """`dagy up` in an empty folder and again in the same one, beside its two servers alone."""
    first, later = Outcome(), Outcome()
    for number in range(_FOLDERS):
        installation = Installation(folder / f"up-{number}")
        try:
            first.samples.append(installation.start())
            installation.wait_for("Examples deployed")
            installation.stop()
            later.samples.append(installation.start())
        finally:
            installation.stop()
        plain = LocalFolder(folder / f"servers-{number}")
        first.plain.append(_seconds(plain))
        later.plain.append(_seconds(plain))
    return {"first_start": first, "start": later}


def _seconds(folder: LocalFolder) -> float:
    began = time.perf_counter()
    with servers.running(folder):
        return time.perf_counter() - began


def servers_megabytes(folder: Path) -> list[float]:
    """PostgreSQL and Redis alone: children of this process while the block lasts."""
    with servers.running(LocalFolder(folder)):
        return [pss_megabytes(os.getpid(), without_root=True)]


def commands() -> dict[str, Outcome]:
    nothing, imported, helped = scripts.interleaved(
        [
            [sys.executable, "-c", "pass"],
            [sys.executable, "-c", "import dagy"],
            [str(Path(sys.executable).parent / "dagy"), "--help"],
        ],
        count=_COMMANDS,
    )
    return {"import": Outcome(imported, nothing), "help": Outcome(helped, nothing)}
