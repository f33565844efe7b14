"""`dagy up` as a person starts it: a process of its own, on a folder and port of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.signals import reap, with_signals

_COMMAND = [sys.executable, "-P", "-m", "dagy_gql.cli", "up"]
# A first start takes 5 s on a quiet machine, and 40 s where four others share its two cores.
_PATIENCE_SECONDS = 150.0


def until(condition: Callable[[], Any], *, what: str) -> Any:
    """Poll until the condition gives something true; returns it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {_PATIENCE_SECONDS:g} s")


def is_alive(pid: int) -> bool:
    """A zombie is dead: it only waits for somebody to read its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid: int) -> set[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return set()
    below = {int(child) for child in listed}
    return below.union(*(descendants(child) for child in below)) if below else below


class Up:
    """One folder; `start` may be called again after a stop or a kill."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        environment: dict[str, str] | None = None,
        launcher: Sequence[str] = (),
        ignored: Collection[signal.Signals] = (),
    ) -> None:
        self.folder = folder
        self.options = options
        self.output = folder.parent / f"{folder.name}.out"
        self._launcher = list(launcher)
        self._ignored = ignored
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Up":
        self.spawn()
        until(lambda: "Dagy is running" in self.text or not self.is_running, what="the summary")
        assert "Dagy is running" in self.text, self.text
        return self

    def spawn(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")}
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                with_signals([*self._launcher, *self.arguments], ignored=self._ignored),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environment, "COLUMNS": "160", **self._environment},
                cwd="/",
                start_new_session=True,
            )

    @property
    def arguments(self) -> list[str]:
        return [*_COMMAND, "--local-dir", str(self.folder), "--port", "0", *self.options]

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def text(self) -> str:
        return self.output.read_text()

    @property
    def facts(self) -> dict[str, Any]:
        """pid, url and the process ids by name, as `dagy up` keeps them in its lock file."""
        try:
            return dict(json.loads((self.folder / "up.lock").read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    def pid(self, name: str) -> int:
        return int(self.facts["processes"][name])

    def is_healthy(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/health", timeout=5)
        except httpx.HTTPError:
            return False
        return bool(answer.status_code == 200 and answer.json()["status"] == "healthy")

    def kill(self, name: str) -> int:
        """Kill one process; returns the id of the one that takes its place."""
        before = self.pid(name)
        os.kill(before, signal.SIGKILL)

        def replaced() -> int | None:
            now = self.facts.get("processes", {}).get(name, before)
            return None if now == before else now

        return int(until(replaced, what=f"the restart of {name}"))

    @contextmanager
    def away(self, name: str) -> Iterator[None]:
        """One process is dead inside of this, and nobody starts it again."""
        before = self.pid(name)
        self.process.send_signal(signal.SIGSTOP)
        try:
            os.kill(before, signal.SIGKILL)
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Whoever does not stop is killed, which takes everything below with it."""
        if self.is_running:
            self.process.send_signal(number)
        try:
            return self.process.wait(_PATIENCE_SECONDS)
        finally:
            reap(self.process)
