"""What the measurements say: one table for people, one document for programs."""

import os
import platform
from collections.abc import Mapping
from statistics import median
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.cases import CASES, Case, Outcome, p95

Outcomes = Mapping[str, Outcome]


def show(outcomes: Outcomes, *, load_before: float, seconds: float) -> None:
    table = Table(box=SIMPLE_HEAD, title="Dagy, measured", title_justify="left", pad_edge=False)
    table.add_column("", style="dim")
    table.add_column("case", no_wrap=True)
    for name in ("median", "p95", "n", "target", "best peer", "plain script", "× plain"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for case in CASES:
        if case.key in outcomes:
            table.add_row(*_cells(case, outcomes[case.key]))
    console = Console(width=None if os.isatty(1) else 150)
    console.print(table)
    console.print(_circumstances(outcomes, load_before, seconds), style="dim", highlight=False)


def document(outcomes: Outcomes, *, load_before: float) -> dict[str, Any]:
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "load_average": [load_before, os.getloadavg()[0]],
        "cases": {case.key: _entry(case, outcomes[case.key]) for case in _measured(outcomes)},
    }


def _measured(outcomes: Outcomes) -> list[Case]:
    return [case for case in CASES if case.key in outcomes]


def _cells(case: Case, outcome: Outcome) -> list[str]:
    samples, ratio = outcome.samples, outcome.ratio(case)
    bound = "≥" if case.is_rate else "≤"
    judged = "" if case.judged is median else f" {case.judged.__name__}"
    return [
        case.group,
        case.name,
        f"[bold]{_number(median(samples))}[/] {case.unit}",
        _number(p95(samples) if not case.is_rate else min(samples)),
        str(len(samples)),
        f"{bound} {case.target:g}{judged}",
        case.peer,
        f"{_number(median(outcome.plain))}  {case.plain}" if outcome.plain else "",
        "" if ratio is None else f"{ratio:.2g}" if ratio < 10 else f"{ratio:.0f}",
        "[green]ok[/]" if outcome.is_ok(case) else "[bold red]over[/]",
    ]


def _entry(case: Case, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": case.name,
        "unit": case.unit,
        "median": median(outcome.samples),
        "p95": p95(outcome.samples),
        "target": case.target,
        "is_ok": outcome.is_ok(case),
        "ratio_to_plain": outcome.ratio(case),
        "samples": outcome.samples,
        "plain_samples": outcome.plain,
        "load_cpu_seconds": outcome.load_cpu_seconds,
    }


def _circumstances(outcomes: Outcomes, load_before: float, seconds: float) -> str:
    used = sum(outcome.load_cpu_seconds for outcome in outcomes.values())
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}; load average "
        f"{load_before:.2f} before, {os.getloadavg()[0]:.2f} after; the load client used "
        f"{used:.1f} CPU seconds; all of it took {seconds:.0f} s.\n"
        "The p95 of a rate is its slowest sample. A run is a process of its own; the plain "
        "script of A and C is one process with no record of anything."
    )


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
