"""What is measured, how fast it has to be, and what the best of the peers needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median


def p95(samples: Sequence[float]) -> float:
    return sorted(samples)[ceil(0.95 * len(samples)) - 1]


@dataclass(frozen=True, slots=True)
class Case:
    """`judged` picks the number that is held against the target."""

    key: str
    group: str
    name: str
    unit: str
    target: float
    peer: str = ""
    plain: str = ""
    judged: Callable[[Sequence[float]], float] = median
    is_rate: bool = False


@dataclass(slots=True)
class Outcome:
    """Samples of one case in its unit, and of the plain script in the same unit."""

    samples: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    load_cpu_seconds: float = 0.0

    def is_ok(self, case: Case) -> bool:
        value = case.judged(self.samples)
        return value >= case.target if case.is_rate else value <= case.target

    def ratio(self, case: Case) -> float | None:
        """How many times as much as the plain script: 2 is half as fast, or twice as big."""
        if not self.plain:
            return None
        mine, plain = median(self.samples), median(self.plain)
        return plain / mine if case.is_rate else mine / plain


# Peers: medians on a machine like ours (2 cores, 24 GiB, Python 3.11), November 2026: Airflow 3.3,
# Dagster 1.13, Prefect 3.9, DBOS. The best of them is named. DBOS is a library without a server,
# so it stands in no row about starting or memory.
CASES = [
    Case("warm", "A", "40 light tasks, warm", "ms", 150, "990 DBOS", "40 calls"),
    Case("new", "A", "40 light tasks, new version", "ms", 600, "990 DBOS", "40 calls"),
    Case(
        "burst", "B", "50 runs at once", "runs/s", 100, "84 DBOS", "50 scripts at once",
        is_rate=True,
    ),
    Case("fan_out", "C", "fan-out 100 + join, warm", "ms", 300, "970 DBOS", "101 calls"),
    Case("first_start", "D", "start to healthy, first", "s", 6, "6.0 Dagster", "its servers"),
    Case("start", "D", "start to healthy, later", "s", 3, "3.3 Prefect", "its servers"),
    Case("idle", "D", "memory (PSS), idle", "MB", 400, "276 Prefect", "its servers", max),
    Case("peak", "D", "memory (PSS), peak in B", "MB", 400, "955 Dagster", "its servers", max),
    Case("pick_up", "E", "queued to picked up", "ms", 30, "890 DBOS", "line through a pipe", p95),
    Case("page", "H", "page of 50 runs: part of the floor's rate", "x", 0.5, is_rate=True),
    Case("nested", "H", "… with flow and 10 task runs each", "x", 0.6, is_rate=True),
    Case("page_tail", "H", "page of 50 runs: p99 / p50", "x", 4),
    Case("nested_tail", "H", "… with flow and 10 task runs each", "x", 4),
    Case("deep", "H", "page 1,000 / page 1, each filter and pair", "x", 1.2),
    Case("import", "F", "import dagy", "ms", 150, "", "python -c pass"),
    Case("help", "F", "dagy --help", "ms", 200, "", "python -c pass"),
    Case("crowd", "G", "event to the last of 1,000", "ms", 60),
    Case("subscriber", "G", "memory of a subscriber", "KB", 45),
    Case("strangers_typename", "I", "__typename among strangers: p99 / quiet", "x", 3, judged=max),
    Case("strangers_page", "I", "page of runs among strangers: …", "x", 3, judged=max),
]  # fmt: skip
GROUPS = "".join(sorted({case.group for case in CASES}))
