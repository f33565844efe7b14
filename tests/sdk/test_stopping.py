"""Ends before the end: cancel, flow timeout, and what running threads notice."""

import threading
import time
from typing import Any

import pytest

from dagy import Cancelled, flow, get_run_context, task
from dagy.runner import scheduler
from dagy.runner.protocol import Log, TaskCancelled, TaskStarted, TaskSucceeded
from tests.sdk.memory_host import MemoryHost, execute


@task
def echo(x: Any = None) -> Any:
    return x


def cancel_on(line: str) -> MemoryHost:
    def react(scheduler: Any, event: Any) -> None:
        if isinstance(event, Log) and event.message == line:
            scheduler.cancel("enough")

    return MemoryHost(react)


def test_a_running_thread_gets_cancelled_at_its_next_step(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(scheduler, "NOTICE_SECONDS", 30)
    cleaned = []

    @task
    def busy() -> None:
        try:
            print("running")
            while True:
                time.sleep(0.001)
        except Cancelled:
            cleaned.append(True)
            raise

    started = time.monotonic()
    finished, host = execute(flow(lambda: echo(busy())), cancel_on("running"))
    assert time.monotonic() - started < 20
    assert finished.state == "CANCELLED"
    assert cleaned == [True]
    assert [(each.key, each.reason) for each in host.of(TaskCancelled)] == [
        ("busy", "enough"),
        ("echo", "enough"),
    ]


def test_a_thread_that_cannot_notice_holds_the_end_for_a_second_only():
    gate = threading.Event()

    @task
    def stuck() -> None:
        print("running")
        gate.wait(20)

    started = time.monotonic()
    finished, _ = execute(flow(lambda: stuck()), cancel_on("running"))
    assert 0.9 < time.monotonic() - started < 15
    assert finished.state == "CANCELLED"
    gate.set()


def test_a_task_can_ask_whether_it_should_stop_and_finish_in_time():
    @task
    def polite() -> str:
        print("running")
        try:
            while not get_run_context().is_cancelled():
                time.sleep(0.001)
        except Cancelled:
            pass
        return "saved"

    _, host = execute(flow(lambda: echo(polite())), cancel_on("running"))
    assert host.of(TaskSucceeded, "polite")[0].result.value == "saved"
    assert [each.key for each in host.of(TaskCancelled)] == ["echo"]


def test_a_cancel_during_a_retry_delay_does_not_wait_for_it():
    @task(retries=1, retry_delay_seconds=60)
    def flaky() -> None:
        print("failing")
        raise ValueError

    def react(scheduler: Any, event: Any) -> None:
        if type(event).__name__ == "TaskRetrying":
            scheduler.cancel("enough")

    started = time.monotonic()
    finished, host = execute(flow(lambda: flaky()), MemoryHost(react))
    assert time.monotonic() - started < 30
    assert finished.state == "CANCELLED"
    assert host.names[-2:] == ["task_cancelled flaky", "run_finished"]


def test_a_flow_timeout_ends_the_run_timed_out():
    @task(isolate=True)
    def forever() -> None:
        time.sleep(60)

    @flow(timeout_seconds=0.2)
    def main():
        return echo(forever())

    finished, host = execute(main)
    assert finished.state == "TIMED_OUT"
    assert finished.error is not None
    assert finished.error.code == "RUN_TIMED_OUT"
    assert finished.error.message == "the run took longer than its 0.2 s"
    assert host.names[-3:] == ["task_cancelled forever", "task_cancelled echo", "run_finished"]
    assert execute(main, timeout_seconds=0.05)[0].error.message == (
        "the run took longer than its 0.05 s"
    )


def test_fail_fast_cancels_threads_in_flight():
    running = threading.Event()

    @task
    def busy() -> None:
        running.set()
        while True:
            time.sleep(0.001)

    @task
    def boom() -> None:
        assert running.wait(5)
        raise ValueError

    @flow
    def main():
        busy()
        boom()

    finished, host = execute(main, max_workers=2)
    assert (finished.state, finished.task_key) == ("FAILED", "boom")
    assert [(each.key, each.reason) for each in host.of(TaskCancelled)] == [
        ("busy", "task 'boom' failed")
    ]


def test_a_sync_checkpoint_waits_for_the_acknowledgement():
    order: list[str] = []
    timers: list[threading.Timer] = []

    def react(scheduler: Any, event: Any) -> None:
        if isinstance(event, TaskSucceeded) and event.sync_id is not None:
            order.append("told")

            def acknowledge() -> None:
                order.append("acknowledged")
                scheduler.acknowledge(event.sync_id)

            timers.append(threading.Timer(0.05, acknowledge))
            timers[0].start()
        if isinstance(event, TaskStarted) and event.key == "echo-2":
            order.append("went on")

    host = MemoryHost(react)
    host.acknowledges = False
    careful = echo.with_options(checkpoint="sync")
    finished, _ = execute(flow(lambda: echo(careful(1))), host)
    timers[0].join()
    assert finished.state == "SUCCEEDED"
    assert order == ["told", "acknowledged", "went on"]
    assert host.of(TaskSucceeded, "echo")[0].sync_id == 1
    assert host.of(TaskSucceeded, "echo-2")[0].sync_id is None
