"""One of two installations that `benchmarks.compare` measures in turn.

Run by the Python of that side, in its checkout, whose own benchmarks bring the load. Reads a key of
a case and how many samples from each line of stdin; answers with the samples as JSON.
"""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

_GROUPS_OF_READING = ("page", "nested")


class Side:
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._names: dict[str, str] = {}
        self._cases: Any = None
        self._reading: Any = None

    def measure(self, key: str, count: int) -> list[float]:
        if key in _GROUPS_OF_READING:
            return self._read(key)
        cases = self._runs()
        measures: dict[str, Callable[[int], Any]] = {
            "warm": lambda n: cases._load("latency", deployments=[self._name("forty")] * n),
            "fan_out": lambda n: cases._load("latency", deployments=[self._name("fan_out")] * n),
            "new": lambda n: cases._load("latency", deployments=self._new(n)),
            "burst": lambda n: cases._load("bursts", deployment=self._name("single"), count=n),
            "pick_up": lambda n: cases._load(
                "pick_ups", deployment=self._name("single"), count=n, pause_seconds=0.05
            ),
        }
        samples: list[float] = measures[key](count).samples
        return samples

    def _runs(self) -> Any:
        if self._cases is None:
            running = _of("installation").running
            settings = _settings()
            options = {"environment": settings} if settings else {}
            installation = self._stack.enter_context(
                running(self._folder / "runs", "--no-examples", **options)
            )
            deployer = _of("deploying").Deployer(installation.server, self._folder / "flows")
            self._stack.callback(deployer.close)
            self._cases = _of("runs").RunCases(installation, deployer)
        return self._cases

    def _new(self, count: int) -> list[str]:
        return [self._runs()._deployer.deploy("forty") for _ in range(count)]

    def _name(self, flow: str) -> str:
        """A deployment whose process has been started by a first few runs."""
        if flow not in self._names:
            name = self._names[flow] = self._runs()._deployer.deploy(flow)
            self._runs()._load("latency", deployments=[name] * 5)
        return self._names[flow]

    def _read(self, key: str) -> list[float]:
        """The part of the floor's rate that the API reaches, which another load hardly changes."""
        if self._reading is None:
            prepared = _of("reading_servers").prepared
            self._reading = self._stack.enter_context(prepared(self._folder / "reading"))
        reading = _of("reading")
        query, name = {"page": (reading.PAGE, "q1"), "nested": (reading.NESTED, "q2")}[key]
        samples: list[float] = self._reading._ratio(query, name).samples
        return samples


def _of(module: str) -> Any:
    """Of the side's own benchmarks."""
    return importlib.import_module(f"benchmarks.{module}")


def _settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("DAGY_")}


@contextmanager
def _side() -> Iterator[Side]:
    with tempfile.TemporaryDirectory(prefix="dagy-side-") as folder, ExitStack() as stack:
        (Path(folder) / "flows").mkdir()
        yield Side(Path(folder), stack)


def main() -> None:
    sys.path.insert(0, str(Path.cwd()))
    with _side() as side:
        for line in sys.stdin:
            key, count = json.loads(line)
            print(json.dumps(side.measure(key, count)), flush=True)


if __name__ == "__main__":
    main()
