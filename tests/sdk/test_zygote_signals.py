"""Signals that reach a zygote and its children from outside."""

import os
import signal
from pathlib import Path

import pytest

from dagy.runner.protocol import Exited, Log, RunFinished, Started, TaskCancelled
from tests.sdk.zygote_host import Open


@pytest.mark.parametrize("isolated", [False, True])
def test_a_run_that_gets_sigterm_lets_its_tasks_clean_up(
    zygote: Open, tmp_path: Path, isolated: bool
):
    clean = tmp_path / "clean"
    host = zygote(f"""
@task(isolate={isolated})
def work() -> None:
    try:
        print("running")
        while True:
            time.sleep(0.01)
    finally:
        open({str(clean)!r}, "w").close()
@flow
def main(): work()
""")
    run = host.start()
    pid = host.report(Started).pid
    run.until(Log)

    os.kill(host.process.pid, signal.SIGTERM)
    os.kill(pid, signal.SIGTERM)

    exited = host.report(Exited)
    assert (exited.exit_code, exited.signal) == (None, signal.SIGTERM)
    assert clean.exists()
    assert not any(isinstance(each, RunFinished | TaskCancelled) for each in run.stream())
