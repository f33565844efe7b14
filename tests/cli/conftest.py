"""Fixtures: a fake server, a profile folder of its own, and `dagy` in this process."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dagy.api.sync import runs, streams, transport
from dagy.api.sync.concurrency import THREAD_NAME
from dagy.cli.main import cli
from tests.cli import samples
from tests.cli.fake import Fake, FakeServer
from tests.support.signals import reap, with_signals

TOKEN = "dagy_sk_test"


@pytest.fixture(scope="session")
def fake_server() -> Iterator[FakeServer]:
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    server = FakeServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def fake(fake_server: FakeServer) -> Iterator[Fake]:
    fake_server.fake = Fake()
    yield fake_server.fake
    fake_server.fake.is_over = True
    # A follower that gave up may still be on its way to the server: not into the next test.
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join(timeout=10)


@pytest.fixture
def server_url(fake_server: FakeServer, fake: Fake) -> str:
    return fake_server.url


@pytest.fixture
def refused_url() -> Iterator[str]:
    """An address where nothing listens: the port is taken, and never accepts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def local_dir(tmp_path: Path) -> Path:
    return tmp_path / "dagy-home"


@pytest.fixture(autouse=True)
def surroundings(local_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests is seen; times are UTC."""
    for name in [name for name in os.environ if name.startswith("DAGY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DAGY_LOCAL_DIR", str(local_dir))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the client would have slept between tries; it does not."""
    slept: list[float] = []
    for module in (transport, streams, runs):
        monkeypatch.setattr(module, "sleep", slept.append)
    return slept


@pytest.fixture
def signed_in(server_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DAGY_API_URL", server_url)
    monkeypatch.setenv("DAGY_API_KEY", TOKEN)
    return server_url


@pytest.fixture
def dagy() -> Callable[..., Result]:
    """`dagy("runs", "list")` in this process: exit_code, stdout, stderr."""

    def invoke(*args: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(cli, args, input=stdin, prog_name="dagy")

    return invoke


@pytest.fixture
def dagy_process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`dagy` as a process of its own, its streams as pipes; Ctrl-C reaches it unless `ignored`."""
    started: list[subprocess.Popen[str]] = []

    def start(
        *args: str, cwd: Path | None = None, ignored: Collection[signal.Signals] = ()
    ) -> subprocess.Popen[str]:
        command = [str(Path(sys.executable).with_name("dagy")), *args]
        process = subprocess.Popen(
            with_signals(command, ignored=ignored),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        reap(process)


@pytest.fixture
def triggered(fake: Fake, signed_in: str) -> Fake:
    fake.answers["TriggerRun"] = {"triggerRun": {"created": True, "run": samples.run_details()}}
    return fake
