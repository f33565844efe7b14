"""Cases A, B, C and E: runs on one warm installation, and its memory meanwhile."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import scripts
from benchmarks.cases import Outcome
from benchmarks.deploying import Deployer
from benchmarks.installation import Installation, pss_megabytes
from benchmarks.load import BURST
from benchmarks.wire import Server

_WARM_RUNS = 30
_NEW_VERSIONS = 8
_BURSTS = 7
_MEMORY_BURSTS = 3
_PICK_UPS = 100
_SCRIPTS = 10
_SAMPLE_SECONDS = 0.1


class RunCases:
    def __init__(self, installation: Installation, deployer: Deployer) -> None:
        self._installation = installation
        self._server: Server = installation.server
        self._deployer = deployer

    def warm(self) -> Outcome:
        return self._warm("forty")

    def fan_out(self) -> Outcome:
        return self._warm("fan_out")

    def new(self) -> Outcome:
        names = [self._deployer.deploy("forty") for _ in range(_NEW_VERSIONS)]
        outcome = self._load("latency", deployments=names)
        outcome.plain = scripts.plain("forty", count=_SCRIPTS)
        return outcome

    def burst(self) -> Outcome:
        outcome = self._bursts(_BURSTS)
        outcome.plain = [1000 * BURST / took for took in scripts.plain("burst", count=3)]
        return outcome

    def pick_up(self) -> Outcome:
        name = self._deployer.deploy("single")
        self._load("latency", deployments=[name])
        outcome = self._load("pick_ups", deployment=name, count=_PICK_UPS, pause_seconds=0.05)
        outcome.plain = scripts.pipe_hops(count=_PICK_UPS)
        return outcome

    def idle(self) -> Outcome:
        return Outcome([pss_megabytes(self._installation.pid)])

    def peak(self) -> Outcome:
        """Bursts that are not timed, since looking at memory costs time."""
        with _watching_memory(self._installation.pid) as samples:
            outcome = self._bursts(_MEMORY_BURSTS)
        outcome.samples = samples
        return outcome

    def _warm(self, flow: str) -> Outcome:
        name = self._deployer.deploy(flow)
        self._load("latency", deployments=[name] * 3)
        outcome = self._load("latency", deployments=[name] * _WARM_RUNS)
        outcome.plain = scripts.plain(flow, count=_SCRIPTS)
        return outcome

    def _bursts(self, count: int) -> Outcome:
        return self._load("bursts", deployment=self._deployer.deploy("single"), count=count)

    def _load(self, scenario: str, **arguments: Any) -> Outcome:
        job = {
            "url": self._server.url,
            "token": self._server.token,
            "scenario": scenario,
            "arguments": arguments,
        }
        command = [sys.executable, "-m", "benchmarks.load", json.dumps(job)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        answer = json.loads(printed)
        return Outcome(answer["samples"], load_cpu_seconds=answer["cpu_seconds"])


@contextmanager
def _watching_memory(pid: int) -> Iterator[list[float]]:
    samples: list[float] = []
    done = threading.Event()

    def sample() -> None:
        while not done.is_set():
            samples.append(pss_megabytes(pid))
            done.wait(_SAMPLE_SECONDS)

    watching = threading.Thread(target=sample)
    watching.start()
    try:
        yield samples
    finally:
        done.set()
        watching.join()
