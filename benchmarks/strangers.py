"""Case I: a signed-in user while strangers do their worst, against the same user left in peace.

The user is one client with one connection, the same in both, who asks at most 80 times a second.
Each kind of stranger is 64 connections without credentials (`strangers_load`).
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.cases import Outcome
from benchmarks.installation import Installation
from benchmarks.reading import PAGE, Target

KINDS = (
    "fragments",
    "directives",
    "aliases",
    "slow_headers",
    "slow_bodies",
    "idle_websockets",
    "big_bodies",
    "bad_tokens",
)
QUESTIONS = {"strangers_typename": "{ __typename }", "strangers_page": PAGE}

_SECONDS = 5.0
# 80 a second at most: `dagy up` lets everybody ask 100.
_PAUSE_SECONDS = 0.0125


class Strangers:
    """Every sample is the user's p99 among strangers of one kind, as a multiple of their p99 in
    all the quiet moments, one before each kind: what else the machine does touches both."""

    def __init__(self, installation: Installation, say: Callable[[str], None]) -> None:
        self._say = say
        self._url = installation.url
        self._api = Target(f"{installation.url}/graphql", installation.server.token)

    def measure(self) -> dict[str, Outcome]:
        outcomes = {key: Outcome() for key in QUESTIONS}
        quiet: dict[str, list[float]] = {key: [] for key in QUESTIONS}
        among: dict[str, list[float]] = {key: [] for key in QUESTIONS}
        for kind in KINDS:
            for key, outcome in outcomes.items():
                quiet[key] += self._ms(key, outcome)
            with self._attacked(kind):
                for key, outcome in outcomes.items():
                    among[key].append(_p99(self._ms(key, outcome)))
        for key, outcome in outcomes.items():
            outcome.samples = [each / _p99(quiet[key]) for each in among[key]]
            found = ", ".join(
                f"{kind} {ms:.1f}" for kind, ms in zip(KINDS, among[key], strict=True)
            )
            self._say(f"   {key}: quiet {_p99(quiet[key]):.1f} ms, {found}")
        return outcomes

    def _ms(self, key: str, outcome: Outcome) -> list[float]:
        body = json.dumps({"query": QUESTIONS[key]})
        answer = self._api.ask(body, connections=1, seconds=_SECONDS, pause_seconds=_PAUSE_SECONDS)
        outcome.load_cpu_seconds += answer["cpu_seconds"]
        return [float(ms) for ms in answer["ms"]]

    @contextmanager
    def _attacked(self, kind: str) -> Iterator[None]:
        job = json.dumps({"url": self._url, "kind": kind})
        command = [sys.executable, "-m", "benchmarks.strangers_load", job]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError(f"the strangers did not come: {kind}")
            try:
                yield
            finally:
                process.terminate()


def _p99(ms: list[float]) -> float:
    return sorted(ms)[int(0.99 * len(ms))]
