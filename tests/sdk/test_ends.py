"""How attempts end: the grace time for `finally`, what a failure says, what the log says of it."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dagy import Cancelled, flow, task
from dagy.errors import TraceError
from dagy.runner.protocol import Log, RunFinished, TaskFailed, TaskTimedOut
from tests.sdk.memory_host import MemoryHost, execute

THREAD, PROCESS = False, True


def stop_on(line: str) -> MemoryHost:
    def react(scheduler: Any, event: Any) -> None:
        if isinstance(event, Log) and event.message == line:
            scheduler.cancel("enough")

    return MemoryHost(react)


@pytest.mark.parametrize("isolated", [THREAD, PROCESS])
def test_a_cancelled_task_runs_its_finally_for_as_long_as_its_grace_time(
    isolated: bool, tmp_path: Path
):
    @task(isolate=isolated, grace_seconds=20)
    def work() -> None:
        try:
            print("running")
            while True:
                time.sleep(0.01)
        finally:
            time.sleep(1.5)
            (tmp_path / "clean").touch()

    finished, host = execute(flow(lambda: work()), stop_on("running"))
    assert finished.state == "CANCELLED"
    assert host.names[-2:] == ["task_cancelled work", "run_finished"]
    assert (tmp_path / "clean").exists()


@pytest.mark.parametrize("isolated", [THREAD, PROCESS])
def test_a_coroutine_is_cancelled_at_its_await(isolated: bool, tmp_path: Path):
    @task(isolate=isolated)
    async def work() -> None:
        try:
            print("running")
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)
            (tmp_path / "clean").touch()
            raise

    started = time.monotonic()
    finished, _ = execute(flow(lambda: work()), stop_on("running"))
    assert finished.state == "CANCELLED"
    assert (tmp_path / "clean").exists()
    assert time.monotonic() - started < 9


def test_a_task_over_its_time_runs_its_finally_and_has_timed_out_whatever_it_returns(
    tmp_path: Path,
):
    @task(timeout_seconds=0.3)
    def work(way: str) -> str:
        try:
            time.sleep(60)
        except BaseException:
            if way == "raises":
                raise
            return "late"
        finally:
            (tmp_path / way).touch()
        return "never"

    for way in ("raises", "returns"):
        finished, host = execute(flow(lambda way=way: work(way)))
        assert finished.state == "FAILED"
        assert [each.error.code for each in host.of(TaskTimedOut)] == ["TASK_TIMED_OUT"]
        assert (tmp_path / way).exists()


@pytest.mark.parametrize("grace_seconds", [0, 0.3])
def test_a_task_that_does_not_stop_is_killed_after_its_grace_time(grace_seconds: float):
    @task(timeout_seconds=0.2, grace_seconds=grace_seconds)
    def deaf() -> None:
        while True:
            try:
                time.sleep(60)
            except BaseException:
                continue

    started = time.monotonic()
    finished, _ = execute(flow(lambda: deaf()))
    assert finished.error is not None
    assert finished.error.code == "TASK_TIMED_OUT"
    assert 0.2 + grace_seconds <= time.monotonic() - started < 8


def test_a_cancel_while_a_task_that_timed_out_still_stops_does_not_hang():
    @task(timeout_seconds=0.1, grace_seconds=3)
    def deaf() -> None:
        while True:
            try:
                time.sleep(60)
            except BaseException:
                print("told")

    started = time.monotonic()
    finished, _ = execute(flow(lambda: deaf()), stop_on("told"))
    assert finished.state == "CANCELLED"
    assert time.monotonic() - started < 8


def test_a_failure_elsewhere_lets_isolated_tasks_clean_up(tmp_path: Path):
    @task(isolate=True)
    def busy() -> None:
        (tmp_path / "busy").touch()
        try:
            time.sleep(60)
        finally:
            (tmp_path / "clean").touch()

    @task
    def boom() -> None:
        deadline = time.monotonic() + 20
        while not (tmp_path / "busy").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        raise ValueError("boom")

    @flow
    def main():
        busy()
        boom()

    finished, _ = execute(main, max_workers=2)
    assert (finished.state, finished.task_key) == ("FAILED", "boom")
    assert (tmp_path / "clean").exists()


def test_a_task_that_prints_without_pause_is_stopped_between_two_lines():
    @task(isolate=True)
    def chatty() -> None:
        print("running")
        while True:
            print("x" * 5000)

    finished, host = execute(flow(lambda: chatty()), stop_on("running"))
    assert finished.state == "CANCELLED"
    assert set(host.lines[1:]) <= {"x" * 5000}


@pytest.mark.parametrize("value", [-1, "ten", float("inf")])
def test_a_grace_time_is_a_number_of_seconds(value: Any):
    with pytest.raises(TraceError, match="grace_seconds"):
        task(grace_seconds=value)(print)


def test_documents_of_flows_without_the_new_options_stay_what_they_were():
    plain = task(lambda: 1)
    spec = flow(lambda: plain()).spec()
    assert b"grace_seconds" not in spec.encode()
    assert b"crash_retries" not in spec.encode()
    assert (spec.stop_grace_seconds, spec.own_crash_retries) == (10.0, None)

    given = flow(lambda: plain.with_options(grace_seconds=30)(), crash_retries=2)  # type: ignore[call-overload]
    assert given.spec().stop_grace_seconds == 30
    assert given.spec().own_crash_retries == 2


@pytest.mark.parametrize("isolated", [THREAD, PROCESS])
def test_sys_exit_says_what_to_do_instead(isolated: bool):
    @task(isolate=isolated)
    def leaves() -> None:
        sys.exit(0)

    error = execute(flow(lambda: leaves()))[0].error
    assert error is not None
    assert error.message == "the task called sys.exit(0)"
    assert error.hint == "return from the task instead: sys.exit() fails it, whatever the exit code"


@pytest.mark.parametrize("isolated", [THREAD, PROCESS])
def test_a_group_of_errors_names_each_with_its_line(isolated: bool):
    async def bad(name: str) -> None:
        raise ValueError(name)

    @task(isolate=isolated)
    async def many() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(bad("a"))
            group.create_task(bad("b"))

    error = execute(flow(lambda: many()))[0].error
    assert error is not None
    line = bad.__code__.co_firstlineno + 1
    assert error.where == f"{__file__}:{line}"
    assert error.type == "ExceptionGroup"
    assert error.message == (
        "unhandled errors in a TaskGroup (2 sub-exceptions): "
        f"ValueError: a ({__file__}:{line}); ValueError: b ({__file__}:{line})"
    )
    assert "dagy/runner" not in (error.traceback or "")


def test_of_a_large_group_ten_errors_are_named():
    @task
    def many() -> None:
        raise ExceptionGroup("all", [ExceptionGroup("in", [KeyError(n) for n in range(12)])])

    error = execute(flow(lambda: many()))[0].error
    assert error is not None
    assert error.message.startswith("all (1 sub-exception): KeyError: 0; KeyError: 1; ")
    assert error.message.endswith("KeyError: 9; and 2 more")


@pytest.mark.parametrize("isolated", [THREAD, PROCESS])
def test_each_failed_attempt_is_in_the_log_of_its_task(isolated: bool):
    @task(isolate=isolated, retries=1)
    def broken() -> None:
        print("trying")
        raise KeyError("zz")

    finished, host = execute(flow(lambda: broken()))
    assert finished.state == "FAILED"
    lines = host.of(Log)
    place = f"{__file__}:{broken.function.__code__.co_firstlineno + 3}"
    heads = [each.message.splitlines()[0] for each in lines]
    assert heads == [
        "trying",
        f"attempt 1 failed: KeyError: 'zz' ({place})",
        "trying",
        f"attempt 2 failed: KeyError: 'zz' ({place})",
    ]
    assert [(each.key, each.attempt, each.level) for each in lines[1::2]] == [
        ("broken", 1, "ERROR"),
        ("broken", 2, "ERROR"),
    ]
    assert lines[1].message.splitlines()[1] == "Traceback (most recent call last):"
    assert lines[1].message.endswith("KeyError: 'zz'")


def test_a_failure_is_told_though_the_task_has_printed_too_much(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dagy.runner.notices.MAX_LINES", 5)

    @task
    def loud() -> None:
        for number in range(20):
            print(number)
        raise ValueError("boom")

    _, host = execute(flow(lambda: loud()))
    assert host.lines[-1].startswith("attempt 1 failed: ValueError: boom")


def test_a_secret_in_an_error_is_masked_in_the_log_too():
    host = MemoryHost()
    host.secrets["token"] = "geheim-12345"

    @task
    def leaks() -> None:
        raise ValueError("no access with geheim-12345")

    from dagy.masking import known
    from dagy.runner.masked import mask_event

    known.add("geheim-12345")
    execute(flow(lambda: leaks()), host)
    [log] = host.of(Log)
    assert "geheim" not in mask_event(log, known).message
    assert [each.error.message for each in host.of(TaskFailed)] == ["no access with geheim-12345"]


def test_a_run_that_is_handed_back_says_nothing_of_its_end():
    from dagy.runner.ending import HandedBackError

    def react(scheduler: Any, event: Any) -> None:
        if isinstance(event, Log) and event.message == "running":
            scheduler.cancel("its worker stops", hands_back=True)

    cleaned = []

    @task
    def work() -> None:
        try:
            print("running")
            while True:
                time.sleep(0.01)
        finally:
            cleaned.append(True)

    host = MemoryHost(react)
    with pytest.raises(HandedBackError):
        execute(flow(lambda: work()), host)
    assert cleaned == [True]
    assert host.names == ["task_started work"]
    assert host.of(RunFinished) == []


@pytest.mark.parametrize("isolated", [THREAD, PROCESS])
def test_a_task_that_stops_though_nobody_asked_has_failed(isolated: bool):
    @task(isolate=isolated)
    def work() -> None:
        raise Cancelled

    finished, host = execute(flow(lambda: work()))
    assert finished.state == "FAILED"
    assert [each.key for each in host.of(TaskFailed)] == ["work"]


def test_sigterm_from_elsewhere_fails_an_isolated_task():
    @task(isolate=True)
    def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    finished, _ = execute(flow(lambda: work()))
    assert finished.error is not None
    assert finished.error.message == "the process of the task was killed by SIGTERM"
