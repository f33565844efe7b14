"""`python -m benchmarks`: measure everything (2 to 3 minutes) or only some groups."""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from benchmarks import report, starts
from benchmarks.cases import CASES, GROUPS, Outcome
from benchmarks.deploying import Deployer
from benchmarks.installation import UP_LIMITS, running
from benchmarks.live import crowds
from benchmarks.reading_servers import prepared
from benchmarks.runs import RunCases
from benchmarks.strangers import Strangers

# What is easier to remember than its letter.
_NAMED = {"STRANGERS": "I"}
_console = Console(stderr=True, highlight=False)


def _groups(_context: click.Context, _option: click.Parameter, text: str) -> set[str]:
    wanted = {_NAMED.get(name, name) for name in text.upper().replace(" ", "").split(",")}
    if unknown := wanted - set(GROUPS):
        raise click.BadParameter(f"{', '.join(sorted(unknown))}: there are {', '.join(GROUPS)}")
    return wanted


@click.command()
@click.option("--only", default=",".join(GROUPS), callback=_groups, help="Groups, such as A,B.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all samples.")
def main(*, only: set[str], json_path: Path | None) -> None:
    """Start Dagy in a folder of its own, measure it, and print one table.

    Exits 1 if a number is over its target.
    """
    # Without this a killed benchmark would leave its `dagy up` behind.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    load_before, began = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dagy-bench-") as folder:
        outcomes = _measure(only, Path(folder))
    report.show(outcomes, load_before=load_before, seconds=time.monotonic() - began)
    if json_path is not None:
        content = report.document(outcomes, load_before=load_before)
        json_path.write_text(json.dumps(content, indent=2) + "\n")
    wanted = [case for case in CASES if case.key in outcomes]
    sys.exit(0 if all(outcomes[case.key].is_ok(case) for case in wanted) else 1)


def _measure(groups: set[str], folder: Path) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    if "F" in groups:
        _console.print("F: commands …", style="dim")
        outcomes |= starts.commands()
    if "D" in groups:
        _console.print("D: starts …", style="dim")
        outcomes |= starts.starts(folder)
    if "H" in groups:
        _console.print("H: reading pages of a million runs …", style="dim")
        with prepared(folder / "reading") as reading:
            outcomes |= reading.measure()
    if "I" in groups:
        outcomes |= _measure_among_strangers(folder)
    if groups & set("ABCDEG"):
        outcomes |= _measure_runs(groups, folder)
    return outcomes


def _measure_among_strangers(folder: Path) -> dict[str, Outcome]:
    """With the limits that `dagy up` has; the user stays within them."""
    _console.print("I: a user among strangers …", style="dim")
    with running(folder / "strangers", environment=UP_LIMITS) as installation:
        say = partial(_console.print, style="dim")
        return Strangers(installation, say).measure()


def _measure_runs(groups: set[str], folder: Path) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    with running(folder / "runs", "--no-examples") as installation:
        deployer = Deployer(installation.server, folder / "flows")
        cases = RunCases(installation, deployer)
        # Memory first: every flow version that ran keeps a process that has imported it.
        for key in ("idle", "peak", "warm", "new", "burst", "fan_out", "pick_up"):
            case = next(case for case in CASES if case.key == key)
            if case.group in groups:
                _console.print(f"{case.group}: {case.name} …", style="dim")
                measure: Callable[[], Outcome] = getattr(cases, key)
                outcomes[key] = measure()
        if "G" in groups:
            _console.print("G: a thousand subscribers …", style="dim")
            outcomes |= crowds(installation, deployer)
        deployer.close()
    if "D" in groups:
        outcomes["idle"].plain = starts.servers_megabytes(folder / "servers")
        outcomes["peak"].plain = list(outcomes["idle"].plain)
    return outcomes


if __name__ == "__main__":
    main()
