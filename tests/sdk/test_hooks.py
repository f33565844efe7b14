"""Hooks: when they are called, with what, and that they change nothing."""

from typing import Any

import pytest

from dagy import RunContext, State, flow, task
from tests.sdk.memory_host import MemoryHost, execute, value


class Recorder:
    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __call__(self, context: RunContext, state: State) -> None:
        task = context.task
        self.calls.append(
            (
                state.value,
                task and task.key,
                task and task.attempt,
                context.error and context.error.message,
            )
        )


def test_hooks_of_a_task_follow_its_states():
    seen, tries = Recorder(), []

    @task(retries=1, on_running=seen, on_retry=[seen], on_completion=(seen, seen), on_failure=seen)
    def flaky() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("first")
        return 1

    finished, _ = execute(flow(lambda: flaky()))
    assert value(finished.result) == 1
    assert sorted(seen.calls[:3], key=lambda call: call[0] == "RUNNING") == [
        ("RETRYING", "flaky", 1, "first"),
        ("RUNNING", "flaky", 1, None),
        ("RUNNING", "flaky", 2, None),
    ]
    assert seen.calls[3:] == [("SUCCEEDED", "flaky", 2, None)] * 2


def test_on_failure_gets_the_error_also_of_a_timeout():
    seen = Recorder()

    @task(on_failure=seen, timeout_seconds=0.1)
    def spin() -> None:
        while True:
            pass

    execute(flow(lambda: spin()))
    assert seen.calls == [("TIMED_OUT", "spin", 1, "the task ran longer than 0.1 s and was killed")]


@pytest.mark.parametrize("hook", ["on_running", "on_completion", "on_failure", "on_retry"])
def test_a_hook_that_raises_is_logged_and_changes_nothing(hook: str):
    def broken(context: RunContext, state: State) -> None:
        raise RuntimeError("hook is broken")

    tries = []

    @task(retries=1, **{hook: broken})
    def work() -> None:
        tries.append(1)
        if len(tries) == 1 or hook == "on_failure":
            raise ValueError

    finished, host = execute(flow(lambda: work()))
    assert finished.state == ("FAILED" if hook == "on_failure" else "SUCCEEDED")
    logged = [each for each in host.events if "hook broken failed" in getattr(each, "message", "")]
    assert {(each.key, each.level) for each in logged} == {("work", "ERROR")}
    assert "RuntimeError: hook is broken" in logged[0].message


def test_what_a_hook_prints_belongs_to_its_task():
    @task(on_completion=lambda context, state: print("done", end=""))
    def work() -> None: ...

    _, host = execute(flow(lambda: work()))
    assert [(each.key, each.message) for each in host.events if hasattr(each, "stream")] == [
        ("work", "done")
    ]


def test_hooks_of_the_flow():
    seen = Recorder()
    options: dict[str, Any] = dict.fromkeys(
        ["on_running", "on_completion", "on_failure", "on_cancellation"], seen
    )

    @task
    def work(fail: bool) -> None:
        if fail:
            raise ValueError("bad")

    main = flow(**options)(lambda fail=False: work(fail))
    execute(main)
    assert seen.calls == [("RUNNING", None, None, None), ("SUCCEEDED", None, None, None)]
    seen.calls.clear()
    execute(main, parameters={"fail": True})
    assert seen.calls[1:] == [("FAILED", None, None, "bad")]
    seen.calls.clear()
    host = MemoryHost(lambda scheduler, event: scheduler.cancel("stop"))
    execute(main, host)
    assert seen.calls[0] == ("RUNNING", None, None, None)
    assert seen.calls[1][0] in ("CANCELLED", "SUCCEEDED")
