"""How runs end: failures, fail_fast, results, and what is told about them."""

from pathlib import Path
from typing import Any

import pytest

from dagy import State, flow, get_run_context, task
from dagy.errors import BadParameterError, DagyError, FlowFailedError
from dagy.runner.protocol import (
    RunFinished,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
)
from tests.sdk.memory_host import execute, value


@task
def echo(x: Any = None) -> Any:
    return x


@task
def add(a: int, b: int = 1) -> int:
    return a + b


@task
def boom(x: Any = None) -> Any:
    raise ValueError(f"no {x}")


@task(accepts_skipped=True)
def join(a: Any = None, b: Any = None) -> Any:
    return [a, b]


def test_fail_fast_ends_the_run_and_says_what_became_of_the_rest():
    @flow
    def main():
        failed = boom("x")
        lost = echo(failed)
        join(lost)
        late = echo.after(failed)(1)
        slow = echo.map([1])
        return [late, slow]

    finished, host = execute(main, max_workers=1)
    assert finished.state == "FAILED"
    assert finished.task_key == "boom"
    assert finished.error is not None
    assert finished.error.code == "TASK_FAILED"
    assert finished.error.type == "ValueError"
    assert finished.error.message == "no x"
    assert finished.error.where == f"{__file__}:{boom.function.__code__.co_firstlineno + 2}"
    assert finished.error.traceback is not None
    assert "raise ValueError" in finished.error.traceback
    assert "dagy/runner" not in finished.error.traceback
    assert host.names == [
        "task_mapped echo-3",
        "task_started boom",
        "task_failed boom",
        "task_skipped echo",
        "task_skipped join",
        "task_skipped echo-2",
        "task_cancelled echo-3[0]",
        "task_cancelled echo-3",
        "run_finished",
    ]


def test_without_fail_fast_everything_that_can_run_does():
    @flow(fail_fast=False)
    def main():
        bad = boom("x")
        lost = echo(bad)
        return [join(lost, echo(2)), join(bad)]

    finished, host = execute(main)
    assert finished.state == "FAILED"
    assert {each.key for each in host.of(TaskSucceeded)} == {"echo-2", "join"}
    assert host.of(TaskSucceeded, "join")[0].result.value == [None, 2]
    skipped = {each.key: each.reason for each in host.of(TaskSkipped)}
    assert skipped == {"echo": "upstream 'boom' failed", "join-2": "upstream 'boom' failed"}


def test_the_request_decides_over_fail_fast():
    @flow
    def main():
        boom()
        echo.map(echo([1, 2]))

    assert execute(main, fail_fast=False)[1].of(TaskSucceeded, "echo-2") != []


def test_sys_exit_and_unserialisable_results_fail_the_task():
    @task
    def leave() -> None:
        raise SystemExit(3)

    @task(retries=2)
    def odd() -> Any:
        return {"rows": [1, {"f": object()}]}

    finished, _ = execute(flow(lambda: leave()))
    assert finished.error is not None
    assert (finished.error.code, finished.error.type) == ("TASK_FAILED", "SystemExit")
    assert finished.error.message == "the task called sys.exit(3)"
    finished, host = execute(flow(lambda: odd()))
    assert finished.error is not None
    assert finished.error.code == "RESULT_NOT_SERIALISABLE"
    assert finished.error.message.startswith("result['rows'][1]['f'] is of type object")
    assert "save_artifact" in (finished.error.hint or "")
    assert len(host.of(TaskStarted)) == 1


@pytest.mark.parametrize("odd", ["\ud800", {(1, 2): 3}, print, iter([1])])
def test_more_that_json_cannot_hold(odd: Any):
    @task
    def give() -> Any:
        return odd

    finished, _ = execute(flow(lambda: give()))
    assert finished.error is not None
    assert finished.error.code == "RESULT_NOT_SERIALISABLE"


def test_large_results_go_by_reference_and_survive_the_host_moving_them(tmp_path: Path):
    @task
    def big() -> str:
        return "x" * 70_000

    @task
    def size(text: str) -> int:
        return len(text)

    @flow
    def main():
        out = big()
        return [size(out), size(out)]

    def move(_: Any, event: Any) -> None:
        if isinstance(event, TaskSucceeded) and event.key == "big":
            Path(event.result.ref.path).rename(tmp_path / "moved")

    from tests.sdk.memory_host import MemoryHost

    finished, host = execute(main, MemoryHost(move))
    assert value(finished.result) == [70_000, 70_000]
    ref = host.of(TaskSucceeded, "big")[0].result.ref
    assert ref.size_bytes == 70_002
    assert (tmp_path / "moved").read_bytes() == b'"' + b"x" * 70_000 + b'"'


def test_async_tasks_run():
    @task
    async def later(x: int) -> int:
        return x + 1

    assert value(execute(flow(lambda: later(1)))[0].result) == 2


def test_the_context_knows_run_task_and_parameters():
    seen = []

    @task(name="Look", retries=1)
    def look(x: int) -> None:
        context = get_run_context()
        seen.append(context)
        context.parameters["n"].append(5)
        if context.task is not None and context.task.attempt == 1:
            raise ValueError("again")

    @flow(name="main", version="7")
    def main(n: list[int]):
        look.map(n)

    execute(main, parameters={"n": [1]}, flow_version="7", deployment_name="d", environment="e")
    context = seen[1]
    assert (context.run_id, context.run_slug, context.flow) == ("run-1", "brave-otter-001", "main")
    assert (context.version, context.attempt) == ("7", 1)
    assert (context.deployment, context.environment) == ("d", "e")
    assert context.parameters == {"n": [1]}
    assert context.is_cancelled() is False
    assert (context.task.key, context.task.name) == ("Look[0]", "Look")
    assert (context.task.attempt, context.task.map_index) == (2, 0)
    with pytest.raises(DagyError, match="no run is active here"):
        get_run_context()


def test_run_local_gives_state_result_and_tasks(local_dir: Path):
    @flow
    def main(n: int, m: int = 2):
        return add(n, m)

    run = main.run_local(n=1)
    assert (run.status, run.state, run.result, run.error) == (
        "SUCCEEDED",
        State.SUCCEEDED,
        3,
        None,
    )
    assert run.tasks["add"].state is State.SUCCEEDED
    assert run.tasks["add"].result == 3
    assert run.tasks["add"].attempt == 1
    assert (local_dir / "runs" / run.run_id / "events.ndjson").read_text().count("\n") == 3
    assert main.run_local(parameters={"n": 5}, m=1).result == 6
    events: list[Any] = []
    main.run_local(n=1, on_event=events.append)
    assert isinstance(events[-1], RunFinished)
    with pytest.raises(BadParameterError, match="n: flow 'main' needs this parameter"):
        main.run_local()
    failed = flow(lambda: boom(1)).run_local()
    assert (failed.status, failed.error.message) == ("FAILED", "no 1")
    assert failed.tasks["boom"].error.type == "ValueError"


def test_calling_a_flow_runs_it():
    @flow
    def main(n: int):
        return add(n)

    assert main(2) == 3
    with pytest.raises(FlowFailedError, match="flow 'bad': no 1"):
        flow(name="bad")(lambda: boom(1))()


def test_a_long_chain_of_skips_does_not_recurse():
    @flow
    def main():
        with flow.when(False):
            out = echo(0)
        for _ in range(3000):
            out = echo(out)
        return out

    finished, host = execute(main)
    assert finished.state == "SUCCEEDED"
    assert len(host.of(TaskSkipped)) == 3001
