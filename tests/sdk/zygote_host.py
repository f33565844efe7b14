"""A tiny host: starts a zygote on a real socket pair and reads what its runs say."""

import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dagy.runner.protocol import (
    Event,
    Lines,
    Result,
    RunFinished,
    RunRequest,
    Shutdown,
    Start,
    event_decoder,
    line,
    zygote_report_decoder,
)

SIMPLE = """
@task
def add(n: int, m: int = 1) -> int:
    print("adding", n)
    return n + m

@flow
def main(n: int = 1):
    return add(n)
"""

LONG = """
@task
def wait(x=None):
    print("running")
    while True:
        time.sleep(0.01)
@flow
def main():
    return wait(wait())
"""


class HostedRun:
    """One run as the host sees it: events, raw output, and the way to speak to it."""

    def __init__(self, request: RunRequest, events: socket.socket, output: int) -> None:
        self.request = request
        self.socket = events
        self.output_fd = output
        self.events: list[Event] = []
        self._lines = Lines()
        self._fresh: list[Event] = []
        self._output = bytearray()
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()

    def _read_output(self) -> None:
        while data := os.read(self.output_fd, 65536):
            self._output += data
        os.close(self.output_fd)

    def send(self, message: Any) -> None:
        self.socket.sendall(line(message))

    def stream(self) -> Iterator[Event]:
        """Every event until the child closes its end; a later call goes on where one stopped."""
        while self._fresh or (data := self.socket.recv(65536)):
            if not self._fresh:
                self._fresh += map(event_decoder.decode, self._lines.feed(data))
                self.events += self._fresh
            while self._fresh:
                yield self._fresh.pop(0)

    def until(self, kind: type[Any], **wanted: Any) -> Any:
        for event in self.stream():
            if isinstance(event, kind) and all(
                getattr(event, name) == value for name, value in wanted.items()
            ):
                return event
        raise AssertionError(f"no {kind.__name__} {wanted} in {self.events}")

    def finish(self) -> RunFinished:
        for _ in self.stream():
            pass
        assert isinstance(self.events[-1], RunFinished), self.events
        return self.events[-1]

    @property
    def output(self) -> bytes:
        self._reader.join(10)
        return bytes(self._output)


class ZygoteHost:
    def __init__(self, source: Path, entrypoint: str, *arguments: str, **env: str) -> None:
        ours, theirs = socket.socketpair()
        self.control = ours
        self.source = source
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "dagy.runner.zygote", "--control-fd", str(theirs.fileno())),
                *("--source", str(source), "--entrypoint", entrypoint, *arguments),
            ],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **env},
        )
        theirs.close()
        self._lines = Lines()
        self._reports: list[Any] = []
        self._runs: list[HostedRun] = []

    def report(self, kind: type[Any] | None = None) -> Any:
        """The next report, or the next of a kind (others are dropped)."""
        while True:
            while not self._reports:
                data = self.control.recv(65536)
                assert data, "the zygote is gone"
                self._reports += map(zygote_report_decoder.decode, self._lines.feed(data))
            report = self._reports.pop(0)
            if kind is None or isinstance(report, kind):
                return report

    def request(self, **changes: Any) -> RunRequest:
        run_id = str(uuid.uuid4())
        folder = self.source.parent / f"run-{run_id}"
        (folder / "spool").mkdir(parents=True)
        (folder / "work").mkdir()
        given: dict[str, Any] = {
            "run_id": run_id,
            "run_slug": "brave-otter-1",
            "flow_name": "main",
            "work_dir": str(folder / "work"),
            "spool_dir": str(folder / "spool"),
        }
        return RunRequest(**(given | changes))

    def start(self, **changes: Any) -> HostedRun:
        request = self.request(**changes)
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        socket.send_fds(self.control, [line(Start(request))], [theirs.fileno(), write, write])
        theirs.close()
        os.close(write)
        self._runs.append(HostedRun(request, ours, read))
        return self._runs[-1]

    def close(self) -> None:
        if self.process.poll() is None and self.control.fileno() >= 0:
            self.control.sendall(line(Shutdown()))
        self.process.wait(10)
        self.control.close()
        for run in self._runs:
            run.socket.close()


def value(result: Result | None) -> Any:
    assert result is not None
    return result.value


Open = Callable[..., ZygoteHost]
