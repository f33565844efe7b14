"""Hooks and retry conditions that are async, hang or leave: none of it touches the outcome."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from dagy import RunContext, State, flow, get_run_context, task
from dagy.errors import TraceError
from dagy.runner.protocol import Log, TaskRetrying, TaskStarted
from tests.sdk.memory_host import MemoryHost, execute, value

TASK_HOOKS = ["on_running", "on_completion", "on_failure", "on_retry"]
FLOW_HOOKS = ["on_running", "on_completion", "on_failure"]


def one_task(**options: Any) -> Any:
    """Fails once and is retried; with on_failure it fails for good."""
    tries: list[int] = []

    @task(**{"retries": 1} | options)
    def work() -> str:
        tries.append(1)
        if len(tries) == 1 or "on_failure" in options:
            raise ValueError("not yet")
        return "done"

    return flow(lambda: work())


def one_flow(hook: str, function: Any, **options: Any) -> Any:
    @task
    def work() -> str:
        if hook == "on_failure":
            raise ValueError("bad")
        return "done"

    return flow(**{hook: function} | options)(lambda: work())


def errors(host: MemoryHost) -> list[tuple[str | None, str]]:
    """What the log says of hooks; failed attempts are in it, too."""
    lines = [
        (each.key, each.message.splitlines()[0]) for each in host.of(Log) if each.level == "ERROR"
    ]
    return [(key, line) for key, line in lines if not line.startswith("attempt ")]


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("hook", TASK_HOOKS)
def test_async_hooks_of_tasks_are_awaited(hook: str, isolate: bool):
    async def tell(context: RunContext, state: State) -> None:
        await asyncio.sleep(0)
        print(f"{state} {get_run_context().task.key}")

    if isolate:
        main = one_task(**{hook: tell, "isolate": True, "retries": 0})
    else:
        main = one_task(**{hook: tell})
    _, host = execute(main)
    if not (isolate and hook in ("on_completion", "on_retry")):
        assert any(each.endswith(" work") for each in host.lines)
        assert {each.key for each in host.of(Log)} == {"work"}


@pytest.mark.parametrize("hook", FLOW_HOOKS)
def test_async_hooks_of_flows_are_awaited(hook: str):
    seen: list[State] = []

    async def tell(context: RunContext, state: State) -> None:
        await asyncio.sleep(0)
        seen.append(state)

    execute(one_flow(hook, tell))
    assert len(seen) == 1


def leave(context: RunContext, state: State) -> None:
    sys.exit(1)


async def leave_later(context: RunContext, state: State) -> None:
    await asyncio.sleep(0)
    sys.exit(1)


@pytest.mark.parametrize("hook_function", [leave, leave_later])
@pytest.mark.parametrize("hook", TASK_HOOKS)
def test_a_task_hook_that_calls_sys_exit_is_named_and_changes_nothing(
    hook: str, hook_function: Callable[..., Any]
):
    finished, host = execute(one_task(**{hook: [hook_function, lambda c, s: print("next")]}))
    assert finished.state == ("FAILED" if hook == "on_failure" else "SUCCEEDED")
    found = errors(host)
    assert found
    assert {key for key, _ in found} == {"work"}
    assert f"hook {hook_function.__name__} called sys.exit(1) on " in found[0][1]
    assert "next" in host.lines


@pytest.mark.parametrize("hook", FLOW_HOOKS)
def test_a_flow_hook_that_calls_sys_exit_is_named_and_changes_nothing(hook: str):
    finished, host = execute(one_flow(hook, leave))
    assert finished.state == ("FAILED" if hook == "on_failure" else "SUCCEEDED")
    assert finished.error is None or finished.error.message == "bad"
    assert "hook leave called sys.exit(1) on " in errors(host)[0][1]


@pytest.fixture
def hang():
    """A hook that never ends by itself."""
    free = threading.Event()

    def hang(context: RunContext, state: State) -> None:
        free.wait(60)

    yield hang
    free.set()


@pytest.mark.parametrize("hook", TASK_HOOKS)
def test_a_task_hook_that_hangs_is_left_behind(hook: str, hang: Any):
    began = time.monotonic()
    finished, host = execute(one_task(**{hook: hang, "hook_timeout_seconds": 0.2}))
    assert finished.state == ("FAILED" if hook == "on_failure" else "SUCCEEDED")
    assert {each for _, each in errors(host)} <= {
        f"hook hang did not end within 0.2 s on {state}: it is left behind"
        " (see hook_timeout_seconds)"
        for state in State
    }
    assert errors(host)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("hook", FLOW_HOOKS)
def test_a_flow_hook_that_hangs_does_not_hold_the_run(hook: str, hang: Any):
    began = time.monotonic()
    finished, host = execute(one_flow(hook, hang, hook_timeout_seconds=0.2))
    assert finished.state == ("FAILED" if hook == "on_failure" else "SUCCEEDED")
    assert "hook hang did not end within 0.2 s on " in errors(host)[0][1]
    assert time.monotonic() - began < 20


def test_an_async_hook_that_hangs_is_cancelled():
    ended = threading.Event()

    async def wait(context: RunContext, state: State) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    finished, host = execute(one_flow("on_completion", wait, hook_timeout_seconds=0.1))
    assert finished.state == "SUCCEEDED"
    assert "hook wait did not end within 0.1 s on SUCCEEDED" in errors(host)[0][1]
    assert ended.wait(10)


def test_a_hook_on_running_leaves_a_task_half_of_its_time(hang: Any):
    @task(timeout_seconds=4, on_running=hang)
    def work() -> str:
        return "done"

    finished, _ = execute(flow(lambda: work()))
    assert value(finished.result) == "done"


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("answer", [False, True])
def test_an_async_retry_condition_decides(answer: bool, isolate: bool):
    async def condition(error: BaseException, attempt: int) -> bool:
        await asyncio.sleep(0)
        return answer

    @task(retries=2, retry_condition_fn=condition, isolate=isolate)
    def work() -> None:
        raise ValueError("no")

    finished, host = execute(flow(lambda: work()))
    assert finished.state == "FAILED"
    assert len(host.of(TaskStarted)) == (3 if answer else 1)
    assert len(host.of(TaskRetrying)) == (2 if answer else 0)


def test_an_async_retry_condition_is_asked_about_timeouts_as_well():
    async def condition(error: BaseException, attempt: int) -> bool:
        return False

    @task(retries=2, retry_condition_fn=condition, timeout_seconds=0.1)
    def spin() -> None:
        while True:
            pass

    finished, host = execute(flow(lambda: spin()))
    assert finished.state == "FAILED"
    assert len(host.of(TaskStarted)) == 1


@pytest.mark.parametrize("kind", ["hangs", "leaves", "raises"])
def test_a_retry_condition_that_gives_no_answer_means_no(kind: str):
    free = threading.Event()

    def condition(error: BaseException, attempt: int) -> bool:
        if kind == "hangs":
            return free.wait(60)
        if kind == "leaves":
            sys.exit(3)
        raise RuntimeError("broken")

    @task(retries=2, retry_condition_fn=condition, hook_timeout_seconds=0.2)
    def work() -> None:
        raise ValueError("no")

    finished, host = execute(flow(lambda: work()))
    free.set()
    assert finished.error is not None
    assert finished.error.message == "no"
    assert len(host.of(TaskStarted)) == 1
    assert errors(host)[0][1].startswith("retry_condition_fn of work ")


@pytest.mark.parametrize("seconds", [0, -1, "x"])
def test_the_limit_must_be_a_number_above_zero(seconds: Any):
    with pytest.raises(TraceError, match="hook_timeout_seconds"):
        task(hook_timeout_seconds=seconds)(lambda: None)
    with pytest.raises(TraceError, match="hook_timeout_seconds"):
        flow(hook_timeout_seconds=seconds)(lambda: None)
