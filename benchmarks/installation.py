"""`dagy up` in a folder of its own, as a person starts it, and the memory of all its processes."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.wire import Server
from dagy.profiles import ProfileStore

_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.01
# Requests are counted, as always, against a limit that the load does not reach.
_NO_LIMIT = "1000000000"
_LIMITS = {
    "DAGY_RATE_LIMIT_PER_MINUTE": _NO_LIMIT,
    "DAGY_RATE_LIMIT_BURST": _NO_LIMIT,
    "DAGY_RATE_LIMIT_ANONYMOUS_PER_MINUTE": _NO_LIMIT,
    "DAGY_RATE_LIMIT_ANONYMOUS_BURST": _NO_LIMIT,
}
# What there is without any setting.
UP_LIMITS = {
    "DAGY_RATE_LIMIT_PER_MINUTE": "6000",
    "DAGY_RATE_LIMIT_BURST": "6000",
    "DAGY_RATE_LIMIT_ANONYMOUS_PER_MINUTE": "120",
    "DAGY_RATE_LIMIT_ANONYMOUS_BURST": "60",
}


class Installation:
    """`start` answers how many seconds it took until /health said healthy."""

    def __init__(
        self, folder: Path, *options: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder.with_suffix(".out")
        self._options = options
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def server(self) -> Server:
        store = ProfileStore(self.folder)
        token = store.token(store.current() or "")
        if token is None:
            raise RuntimeError(f"`dagy up` has stored no profile:\n{self.output.read_text()}")
        return Server(self.url, token)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")}
        environment |= _LIMITS | self._environment
        command = [str(Path(sys.executable).parent / "dagy"), "up", "--port", str(self.port)]
        began = time.perf_counter()
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--local-dir", str(self.folder), *self._options],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        while not self._is_healthy():
            if self._process.poll() is not None or time.perf_counter() - began > _PATIENCE_SECONDS:
                raise RuntimeError(f"`dagy up` did not start:\n{self.output.read_text()}")
            time.sleep(_POLL_SECONDS)
        return time.perf_counter() - began

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while text not in self.output.read_text():
            if time.monotonic() > deadline:
                raise RuntimeError(f"`dagy up` never said {text!r}:\n{self.output.read_text()}")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_PATIENCE_SECONDS)

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        try:
            connection.request("GET", "/health")
            response = connection.getresponse()
            return response.status == 200 and json.load(response)["status"] == "healthy"
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def running(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[Installation]:
    installation = Installation(folder, *options, environment=environment)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


def pss_megabytes(pid: int, *, without_root: bool = False) -> float:
    """Of the process and everything below it; shared pages are counted once."""
    found = 0
    root = psutil.Process(pid)
    below = root.children(recursive=True)
    for process in below if without_root else (root, *below):
        try:
            found += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found / 1_000_000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
