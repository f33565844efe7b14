"""Running: values, order, conditions, skips, failures."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dagy import State, flow, get_run_context, task, unmapped
from dagy.errors import BadParameterError, DagyError, FlowFailedError
from dagy.runner.protocol import (
    RunFinished,
    TaskFailed,
    TaskMapped,
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


def test_a_chain_runs_in_order_and_gives_its_result():
    @flow
    def main(n: int = 1):
        return add(add(n), 10)

    finished, host = execute(main, parameters={"n": 5})
    assert finished.state == "SUCCEEDED"
    assert value(finished.result) == 16
    assert host.names == [
        "task_started add",
        "task_succeeded add",
        "task_started add-2",
        "task_succeeded add-2",
        "run_finished",
    ]
    assert host.of(TaskSucceeded, "add")[0].result.value == 6


def test_what_the_flow_returns_may_be_a_structure_or_nothing():
    @flow
    def main(n: int = 1):
        out = echo({"rows": [1, 2]})
        return {"first": out["rows"][0], "last": out["rows"][-1], "n": n, "list": [out, 3]}

    finished, _ = execute(main)
    assert value(finished.result) == {
        "first": 1,
        "last": 2,
        "n": 1,
        "list": [{"rows": [1, 2]}, 3],
    }

    @flow
    def nothing():
        echo()

    assert value(execute(nothing)[0].result) is None


def test_values_never_alias():
    seen = []

    @task
    def change(rows: list[int]) -> list[int]:
        rows.append(9)
        seen.append(rows)
        return rows

    @flow
    def main(rows: list[int]):
        first = echo(rows)
        return [change(first), change(first), change(rows), first]

    finished, _ = execute(main, parameters={"rows": [1]})
    assert value(finished.result) == [[1, 9], [1, 9], [1, 9], [1]]
    assert len({id(each) for each in seen}) == 3


class Color(Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    at: datetime


def test_rich_values_travel_as_json_and_become_what_the_annotation_says():
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    got: dict[str, Any] = {}

    @task
    def make() -> dict[str, Any]:
        return {
            "point": Point(1, moment),
            "color": Color.RED,
            "id": UUID(int=5),
            "money": Decimal("1.10"),
            "set": {1},
            "pair": (1, "a"),
            "path": Path("a/b"),
            "raw": b"\x00\xff",
        }

    @task
    def take(
        point: Point,
        color: Color,
        id: UUID,
        money: Decimal,
        numbers: set[int],
        pair: tuple[int, str],
        path: Path,
        raw: bytes,
        plain,
    ) -> None:
        got.update(locals())

    @flow
    def main():
        m = make()
        take(
            m["point"], m["color"], m["id"], m["money"], m["set"], m["pair"], m["path"], m["raw"], m
        )

    finished, _ = execute(main)
    assert finished.error is None
    plain = got.pop("plain")
    assert plain["point"] == {"x": 1, "at": "2026-01-02T00:00:00Z"}
    assert plain["money"] == "1.10"
    assert {key: got[key] for key in list(got) if key != "got"} == {
        "point": Point(1, moment),
        "color": Color.RED,
        "id": UUID(int=5),
        "money": Decimal("1.10"),
        "numbers": {1},
        "pair": (1, "a"),
        "path": Path("a/b"),
        "raw": b"\x00\xff",
    }


def test_arguments_arrive_by_name_whatever_their_order():
    @task
    def order(z: int, a: int = 1, m: int = 2, *, k: int = 3) -> list[int]:
        return [z, a, m, k]

    @flow
    def main():
        return [order(9, 8), order(9, m=7), order(a=5, z=6, k=4)]

    assert value(execute(main)[0].result) == [[9, 8, 2, 3], [9, 1, 7, 3], [6, 5, 2, 4]]


def test_star_arguments_are_spread_again():
    @task
    def star(first: int, *rest: int, **named: int) -> Any:
        return [first, rest, named]

    @flow
    def main():
        return star(1, add(1), 3, x=add(3))

    assert value(execute(main)[0].result) == [1, [2, 3], {"x": 4}]


def test_an_argument_of_the_wrong_type_fails_without_a_retry():
    @flow
    def main():
        return add.with_options(retries=3)(echo({"a": "x"})["a"])

    finished, host = execute(main)
    assert finished.error is not None
    assert finished.error.code == "BAD_PARAMETER"
    assert finished.error.message == "argument a: Expected `int`, got `str`"
    assert len(host.of(TaskStarted, "add")) == 1
    unchecked = add.with_options(validate_parameters=False)
    assert value(execute(flow(lambda: unchecked(echo(1.5))))[0].result) == 2.5


def test_a_path_that_is_not_there_fails_the_task_that_reads_it():
    finished, _ = execute(flow(lambda: echo(echo({"a": 1})["b"])))
    assert finished.task_key == "echo-2"
    assert finished.error is not None
    assert finished.error.message == "the result of task 'echo' has no ['b']: ['b'] is not there"
    finished, _ = execute(flow(lambda: echo(echo([1])[3])))
    assert finished.error is not None
    assert finished.error.message == "the result of task 'echo' has no [3]: [3] is not there"
    finished, _ = execute(flow(lambda: echo(1)["x"]))
    assert finished.error is not None
    assert "['x'] needs a mapping" in finished.error.message


def test_independent_tasks_run_at_the_same_time():
    meet = threading.Barrier(3, timeout=5)

    @task
    def wait(n: int) -> int:
        meet.wait()
        return n

    @flow
    def main():
        return [wait(1), wait(2), wait(3)]

    finished, _ = execute(main, max_workers=3)
    assert value(finished.result) == [1, 2, 3]


def test_max_workers_and_concurrency_limit_bound_what_runs_at_once():
    lock, now, most = threading.Lock(), [0], [0]
    gate = threading.Event()

    @task
    def work(x: int) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        gate.wait(0.01)
        with lock:
            now[0] -= 1

    execute(flow(lambda: work.map(list(range(12)))), max_workers=3)
    assert most[0] == 3
    most[0] = 0
    limited = work.with_options(concurrency_limit=2)
    execute(flow(lambda: limited.map(list(range(12)))), max_workers=6)
    assert most[0] == 2
    most[0] = 0
    execute(flow(max_workers=1)(lambda: work.map(list(range(4)))), max_workers=6)
    assert most[0] == 1


def test_a_limited_task_lets_others_pass():
    free = threading.Event()

    @task(concurrency_limit=1)
    def narrow(x: int) -> None:
        assert free.wait(5)

    @task
    def opens() -> None:
        free.set()

    @flow
    def main():
        narrow.map([1, 2, 3])
        opens()

    assert execute(main, max_workers=2)[0].state == "SUCCEEDED"


def test_map_over_literals_parameters_and_results():
    @flow
    def main(items: list[int]):
        doubled = add.map(items, items)
        again = add.map(doubled, unmapped(100))
        return [doubled, again, again[1], echo.map([])]

    finished, host = execute(main, parameters={"items": [1, 2, 3]})
    assert value(finished.result) == [[2, 4, 6], [102, 104, 106], 104, []]
    assert [(each.key, each.count) for each in host.of(TaskMapped)] == [
        ("add", 3),
        ("echo", 0),
        ("add-2", 3),
    ]
    assert [each.map_index for each in host.of(TaskStarted) if each.key.startswith("add[")] == [
        0,
        1,
        2,
    ]
    assert host.of(TaskSucceeded, "add[1]")[0].result.value == 4
    assert host.of(TaskSucceeded, "add")[0].result.value == [2, 4, 6]


def test_map_over_something_else_than_a_list_fails_clearly():
    finished, _ = execute(flow(lambda: echo.map(echo({"a": 1}))))
    assert finished.error is not None
    assert finished.error.message == (
        "echo-2.map() needs a list for 'x': Expected `array`, got `object`"
    )
    finished, _ = execute(flow(lambda: add.map(echo([1]), [1, 2])))
    assert finished.error is not None
    assert finished.error.message == "the mapped lists of 'add' differ in length"


def test_children_of_a_map_fail_their_parent():
    @task
    def odd(x: int) -> int:
        if x % 2:
            raise ValueError(f"{x} is odd")
        return x

    @flow(fail_fast=False)
    def main():
        return echo(odd.map([0, 1, 2, 3]))

    finished, host = execute(main, max_workers=1)
    assert finished.state == "FAILED"
    assert finished.task_key == "odd[1]"
    assert {each.key for each in host.of(TaskFailed)} == {"odd[1]", "odd[3]", "odd"}
    assert {each.key for each in host.of(TaskSucceeded)} == {"odd[0]", "odd[2]"}
    assert host.of(TaskSkipped, "echo")[0].reason == "upstream 'odd' failed"


@pytest.mark.parametrize("taken", [True, False])
def test_a_branch_runs_or_is_skipped_and_branches_join(taken: bool):
    @flow
    def main(yes: bool, no: bool):
        with flow.when(yes):
            a = echo("a")
            deep = echo(a)
        with flow.when(no):
            b = echo("b")
        return join(deep, b)

    finished, host = execute(main, parameters={"yes": taken, "no": not taken})
    assert value(finished.result) == (["a", None] if taken else [None, "b"])
    skipped = {each.key: each.reason for each in host.of(TaskSkipped)}
    false = "its condition is false"
    assert skipped == ({"echo-3": false} if taken else {"echo": false, "echo-2": f"{UP} skipped"})


UP = "upstream 'echo' was"


def test_nested_conditions_must_all_hold_and_a_skipped_condition_skips():
    @flow
    def main(outer: bool, inner: bool):
        with flow.when(outer):
            condition = echo(inner)
            with flow.when(condition):
                join(1, 2)

    for outer, inner, states in [
        (True, True, {}),
        (True, False, {"join": "its condition is false"}),
        (False, True, {"echo": "its condition is false", "join": "its condition is false"}),
    ]:
        _, host = execute(main, parameters={"outer": outer, "inner": inner})
        skipped = {each.key: each.reason for each in host.of(TaskSkipped)}
        if not outer:
            assert skipped["join"] in ("its condition 'echo' was skipped", states["join"])
        else:
            assert skipped == states


def test_the_output_of_a_skipped_task_is_null_in_the_result():
    @flow
    def main():
        with flow.when(False):
            a = echo(1)
        return {"a": a}

    assert value(execute(main)[0].result) == {"a": None}


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
