"""Running: values, order, conditions, skips."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dagy import flow, task, unmapped
from dagy.runner.protocol import (
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
    ) -> None:
        got.update(locals())

    @flow
    def main():
        m = make()
        take(m["point"], m["color"], m["id"], m["money"], m["set"], m["pair"], m["path"], m["raw"])
        return m

    finished, _ = execute(main)
    assert finished.error is None
    plain = value(finished.result)
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
        "echo-2.map() needs a list for 'x': Expected `array`, got `object`; "
        "wrap what is the same for every item in unmapped()"
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


def test_a_mapped_task_took_as_long_as_its_items() -> None:
    @task
    def nap(number: int) -> int:
        time.sleep(0.03)
        return number

    @flow
    def naps() -> Any:
        return nap.map([1, 2, 3])

    run = naps.run_local(max_workers=1)

    took_ms = run.tasks["nap"].duration_ms
    assert took_ms >= 90
    assert took_ms >= sum(run.tasks[f"nap[{n}]"].duration_ms for n in range(3))
