"""`python -m benchmarks.compare`: this checkout against another, or against other settings.

Both run at the same time on the same machine and are measured in turn, a few samples each, so that
whatever else the machine does touches both. Exits 1 if a ratio is over the bound.
"""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.cases import CASES, Case

# How many samples a turn takes: about two seconds.
_TURNS = {"warm": 20, "new": 4, "burst": 2, "fan_out": 12, "pick_up": 40, "page": 1, "nested": 1}
_SIDE = Path(__file__).with_name("side.py")


class _Side:
    def __init__(self, checkout: Path, settings: dict[str, str], stack: ExitStack) -> None:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("DAGY_") and name != "PYTHONDONTWRITEBYTECODE"
        }
        self._process = subprocess.Popen(
            [str(checkout / ".venv/bin/python"), str(_SIDE)],
            cwd=checkout,
            env=environment | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(self._process.wait)
        assert self._process.stdin is not None
        stack.callback(self._process.stdin.close)
        # By case, the samples of each turn.
        self.turns: dict[str, list[list[float]]] = {}

    def take(self, key: str, *, warm_up: bool) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([key, _TURNS[key]]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise click.ClickException("one side has ended: its output is above")
        if not warm_up:
            self.turns.setdefault(key, []).append(json.loads(answer))

    def samples(self, key: str) -> list[float]:
        return [sample for turn in self.turns[key] for sample in turn]


def _setting(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> object:
    if bad := [each for each in given if not each.startswith("DAGY_") or "=" not in each]:
        raise click.BadParameter(f"{bad[0]}: write DAGY_NAME=value")
    return dict(each.split("=", 1) for each in given)


@click.command()
@click.option("--other", type=click.Path(exists=True, path_type=Path), help="Another checkout.")
@click.option("--with", "settings", multiple=True, callback=_setting, help="Its DAGY_NAME=value.")
@click.option("--only", default="A,B,C,E,H", show_default=True, help="Groups of cases.")
@click.option("--rounds", default=12, show_default=True, help="Turns of each side, for H one.")
@click.option("--bound", default=1.05, show_default=True, help="The ratio that is allowed.")
def main(
    *, other: Path | None, settings: dict[str, str], only: str, rounds: int, bound: float
) -> None:
    """Measure this checkout and another side in turn, and print the ratios.

    The other side is a checkout that is set up, other settings, or both.
    """
    here = Path.cwd()
    cases = [case for case in CASES if case.key in _TURNS and case.group in only.upper()]
    with ExitStack() as stack:
        mine = _Side(here, {}, stack)
        theirs = _Side((other or here).resolve(), settings, stack)
        for case in cases:
            _take_turns(case, [mine, theirs], 1 if case.group == "H" else rounds)
    sys.exit(0 if _shown(cases, mine, theirs, bound) else 1)


def _take_turns(case: Case, sides: list[_Side], rounds: int) -> None:
    for turn in range(-1 if case.group != "H" else 0, rounds):
        for side in sides if turn % 2 else reversed(sides):
            side.take(case.key, warm_up=turn < 0)


def _shown(cases: list[Case], mine: _Side, theirs: _Side, bound: float) -> bool:
    table = Table(box=SIMPLE_HEAD, title="Measured in turn", title_justify="left", pad_edge=False)
    for name in ("", "case", "n", "here", "other", "ratio", ""):
        table.add_column(name, no_wrap=True, justify="left" if name == "case" else "right")
    ratios = []
    for case in cases:
        here, there = (median(side.samples(case.key)) for side in (mine, theirs))
        ratio = _ratio(case, mine.turns[case.key], theirs.turns[case.key])
        ratios.append(ratio)
        numbers = (f"{here:.3g} {case.unit}", f"{there:.3g} {case.unit}", f"{ratio:.3f}")
        verdict = "[green]ok[/]" if ratio <= bound else "[bold red]over[/]"
        count = str(len(mine.samples(case.key)))
        table.add_row(case.group, case.name, count, *numbers, verdict)
    Console(width=None if os.isatty(1) else 120).print(table)
    return all(ratio <= bound for ratio in ratios)


def _ratio(case: Case, mine: list[list[float]], theirs: list[list[float]]) -> float:
    """The median of the turns' ratios: what changes from turn to turn stays out of it."""
    pairs = [(median(here), median(there)) for here, there in zip(mine, theirs, strict=True)]
    return median(there / here if case.is_rate else here / there for here, there in pairs)


if __name__ == "__main__":
    main()
