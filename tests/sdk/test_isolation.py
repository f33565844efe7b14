"""Isolated attempts: timeouts that kill, memory limits, crashes, forks."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from dagy import flow, get_run_context, save_artifact, task
from dagy.errors import ProcessExitedError, TaskTimedOutError
from dagy.runner import forker
from dagy.runner.protocol import (
    ArtifactSaved,
    Log,
    TaskCancelled,
    TaskRetrying,
    TaskStarted,
    TaskSucceeded,
    TaskTimedOut,
)
from tests.sdk.memory_host import MemoryHost, execute, value
from tests.support.up import is_alive, until

STATE = {"changed": False}


def test_a_busy_loop_is_killed_at_its_timeout():
    @task(timeout_seconds=0.2)
    def spin() -> None:
        while True:
            pass

    started = time.monotonic()
    finished, host = execute(flow(lambda: spin()))
    assert 0.2 <= time.monotonic() - started < 8
    assert finished.error is not None
    assert finished.error.code == "TASK_TIMED_OUT"
    assert finished.error.message == "the task ran longer than 0.2 s and was killed"
    assert [each.key for each in host.of(TaskTimedOut)] == ["spin"]


def test_a_timeout_kills_what_the_task_started(tmp_path: Path):
    @task(timeout_seconds=0.5)
    def spawn() -> None:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        (tmp_path / "pid").write_text(str(child.pid))
        child.wait()

    execute(flow(lambda: spawn()))
    child = int((tmp_path / "pid").read_text())
    until(lambda: not is_alive(child), what="the end of what the task started")


def test_a_timeout_counts_as_a_failure_for_retries(tmp_path: Path):
    asked = []

    def condition(error: BaseException, attempt: int) -> bool:
        asked.append(type(error))
        return True

    @task(timeout_seconds=0.2, retries=1, retry_condition_fn=condition)
    def slow_once() -> str:
        flag = tmp_path / "been"
        if not flag.exists():
            flag.touch()
            time.sleep(60)
        return "fast"

    finished, host = execute(flow(lambda: slow_once()))
    assert value(finished.result) == "fast"
    assert [each.error.code for each in host.of(TaskRetrying)] == ["TASK_TIMED_OUT"]
    assert asked == [TaskTimedOutError]


def test_a_memory_limit_ends_the_attempt_only():
    @task(memory_limit_mb=64)
    def fat(mb: int) -> int:
        return len(bytearray(mb * 1024 * 1024))

    @flow(fail_fast=False)
    def main():
        return [fat(300), fat(20)]

    finished, host = execute(main)
    assert finished.error is not None
    assert finished.error.code == "MEMORY_EXCEEDED"
    assert "memory_limit_mb" in (finished.error.hint or "")
    assert host.of(TaskSucceeded, "fat-2")[0].result.value == 20 * 1024 * 1024


@pytest.mark.parametrize(
    ("leave", "message"),
    [
        (lambda: os._exit(3), "the process of the task ended with exit code 3"),
        (
            lambda: os.kill(os.getpid(), signal.SIGKILL),
            "the process of the task was killed by SIGKILL",
        ),
    ],
)
def test_a_process_that_vanishes_is_an_error(leave: Any, message: str):
    asked = []

    @task(isolate=True, retries=1, retry_condition_fn=lambda e, n: asked.append(type(e)))
    def gone() -> None:
        leave()

    finished, _ = execute(flow(lambda: gone()))
    assert finished.error is not None
    assert (finished.error.code, finished.error.message) == ("PROCESS_EXITED", message)
    assert asked == [ProcessExitedError]


def test_an_isolated_task_changes_nothing_outside():
    @task(isolate=True)
    def change() -> int:
        STATE["changed"] = True
        os.environ["CHANGED"] = "1"
        os.chdir("/")
        print("from inside")
        return os.getpid()

    here = os.getcwd()
    finished, host = execute(flow(lambda: [change(), change()]))
    one, two = value(finished.result)
    assert len({one, two, os.getpid()}) == 3
    assert STATE == {"changed": False}
    assert "CHANGED" not in os.environ
    assert os.getcwd() == here
    logged = {(each.key, each.message, each.stream) for each in host.of(Log)}
    assert logged == {("change", "from inside", "stdout"), ("change-2", "from inside", "stdout")}


def test_arguments_and_results_of_any_size_pass():
    @task(isolate=True)
    def double(text: str) -> str:
        return text + text

    finished, host = execute(flow(lambda: double(double("x" * 200_000))))
    assert value(finished.result) == "x" * 800_000
    assert host.of(TaskSucceeded, "double")[0].result.ref.size_bytes == 400_002


def test_hooks_context_artifacts_and_errors_work_inside(tmp_path: Path):
    @task(isolate=True, on_running=lambda context, state: print(f"hook {context.task.key} {state}"))
    def report() -> Any:
        print(get_run_context().run_id)
        return save_artifact("report.html", "<p>hi</p>")

    finished, host = execute(flow(lambda: report()))
    assert host.lines == ["hook report RUNNING", "run-1"]
    saved = host.of(ArtifactSaved)[0]
    assert (saved.name, saved.content_type, saved.size_bytes, saved.key) == (
        "report.html",
        "text/html",
        9,
        "report",
    )
    assert Path(saved.path).read_text() == "<p>hi</p>"
    assert value(finished.result)["sha256"] == saved.sha256


def test_isolated_children_of_a_map_run_in_parallel_processes():
    @task(isolate=True)
    def pid(x: int) -> int:
        return os.getpid()

    finished, _ = execute(flow(lambda: pid.map(list(range(8)))), max_workers=4)
    assert len(set(value(finished.result))) == 8


def test_a_failure_elsewhere_kills_what_is_in_flight():
    @task(isolate=True)
    def forever() -> None:
        time.sleep(60)

    @task
    def boom() -> None:
        raise ValueError

    @flow
    def main():
        forever()
        boom()

    started = time.monotonic()
    finished, host = execute(main)
    assert time.monotonic() - started < 8  # the grace time is 10
    assert finished.task_key == "boom"
    assert [(each.key, each.reason) for each in host.of(TaskCancelled)] == [
        ("forever", "task 'boom' failed")
    ]


def test_an_attempt_that_is_stopped_before_it_can_hear_stops_when_it_can(
    monkeypatch: pytest.MonkeyPatch,
):
    read_line = forker._read_line

    def late(channel: Any) -> bytearray:
        time.sleep(1)
        return read_line(channel)

    monkeypatch.setattr(forker, "_read_line", late)

    @task(isolate=True)
    def forever() -> None:
        time.sleep(60)

    @task
    def boom() -> None:
        raise ValueError

    started = time.monotonic()
    finished, host = execute(flow(lambda: [forever(), boom()]))
    assert time.monotonic() - started < 8  # the grace time is 10
    assert finished.task_key == "boom"
    assert [each.key for each in host.of(TaskCancelled)] == ["forever"]


def test_a_cancel_kills_and_ends_the_run():
    def react(scheduler: Any, event: Any) -> None:
        if isinstance(event, TaskStarted):
            scheduler.cancel("somebody asked")

    @task(isolate=True)
    def forever() -> None:
        time.sleep(60)

    @task
    def after(x: Any) -> None: ...

    finished, host = execute(flow(lambda: after(forever())), MemoryHost(react))
    assert finished.state == "CANCELLED"
    assert finished.error is not None
    assert (finished.error.code, finished.error.message) == ("CANCELLED", "somebody asked")
    assert host.names[-3:] == ["task_cancelled forever", "task_cancelled after", "run_finished"]


def test_a_fork_in_a_task_does_not_speak_for_it():
    @task(isolate=True)
    def forks() -> int:
        pid = os.fork()
        if pid == 0:
            print("lost")
            return -1
        os.waitpid(pid, 0)
        return 5

    finished, host = execute(flow(lambda: forks()))
    assert value(finished.result) == 5
    assert len(host.of(TaskSucceeded)) == 1


def test_a_dead_forker_fails_its_attempts_and_does_not_hang_the_run():
    @task(isolate=True, retries=1)
    def kills() -> None:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)

    finished, host = execute(flow(lambda: kills()))
    assert finished.error is not None
    assert finished.error.message == "the process of the task was killed by SIGKILL"
    assert len(host.of(TaskRetrying)) == 1


def alive_forks() -> set[int]:
    """Children of this process that run what it runs: not the servers and browsers of other tests,
    which start processes as they like. Dead ones may be left that nobody has waited for."""
    me, found = psutil.Process(), set()
    for child in me.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.cmdline() == me.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                found.add(child.pid)
    return found


def test_nothing_is_left_open(tmp_path: Path):
    @task(isolate=True)
    def work(x: int) -> int:
        return x

    main = flow(lambda: work.map([1, 2, 3]))
    execute(main)
    before = len(os.listdir("/proc/self/fd"))
    before_processes = alive_forks()
    for _ in range(5):
        execute(main)
    assert len(os.listdir("/proc/self/fd")) == before
    assert alive_forks() <= before_processes
