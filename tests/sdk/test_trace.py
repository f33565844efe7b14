"""Tracing: what calls in a flow body become."""

from typing import Any

from dagy import Flow, Task, flow, task, unmapped
from dagy.spec import ConstBinding, ParamBinding, RetryPolicy, TaskBinding


@task
def load(day: str = "today", *, limit: int = 10) -> dict[str, Any]:
    """Reads the rows."""
    return {"rows": [day] * limit}


@task
def count(rows: Any) -> int:
    return len(rows)


@task
def both(left: Any, right: Any = None) -> Any:
    return [left, right]


def test_a_task_outside_of_a_flow_is_a_plain_call():
    assert load("x", limit=2) == {"rows": ["x", "x"]}
    assert count.map([[1], [1, 2]]) == [1, 2]
    assert both.map([1, 2], unmapped([3])) == [[1, [3]], [2, [3]]]
    assert load.name == "load"
    assert load.__doc__ == "Reads the rows."
    assert isinstance(load, Task)


def test_calls_become_tasks_with_bindings_and_edges():
    @flow
    def main(day: str):
        loaded = load(day, limit=3)
        return count(loaded["rows"])

    spec = main.spec()
    assert isinstance(main, Flow)
    assert [each.key for each in spec.tasks] == ["load", "count"]
    assert spec.tasks[0].inputs == {"day": ParamBinding(name="day"), "limit": ConstBinding(value=3)}
    assert spec.tasks[0].description == "Reads the rows."
    assert spec.tasks[1].inputs == {"rows": TaskBinding(key="load", path=["rows"])}
    assert spec.tasks[1].depends_on == ["load"]
    assert spec.output == TaskBinding(key="count")
    assert spec.entrypoint == "test_trace.py:main"


def test_outputs_are_found_inside_lists_and_mappings():
    @flow
    def main(n: int):
        a, b = load(), count([1])
        both({"x": [a[0], n], "y": 1}, [b, "const"])

    inputs = main.spec().to_dict()["tasks"][2]["inputs"]
    assert inputs["left"] == {
        "kind": "dict",
        "items": {
            "x": {
                "kind": "list",
                "items": [
                    {"kind": "task", "key": "load", "path": [0]},
                    {"kind": "param", "name": "n", "path": []},
                ],
            },
            "y": {"kind": "const", "value": 1},
        },
    }
    assert inputs["right"]["items"][1] == {"kind": "const", "value": "const"}
    assert main.spec().tasks[2].depends_on == ["load", "count"]
    assert main.spec().output is None


def test_repeated_calls_get_numbered_keys():
    other = count.with_options(name="count")

    @flow
    def main():
        count([1])
        count([2])
        other([3])
        count.with_options(name="my nice / task")([4])

    keys = [each.key for each in main.spec().tasks]
    assert keys == ["count", "count-2", "count-3", "my-nice-task"]


def test_map_marks_lists_outputs_and_parameters():
    @flow
    def main(items: list[int]):
        rows = load()["rows"]
        both.map(items, rows)
        both.map([1, 2], unmapped(rows))
        both.map(items, 5)

    tasks = main.spec().tasks
    assert tasks[1].map_inputs == ["left", "right"]
    assert tasks[2].map_inputs == ["left"]
    assert tasks[2].inputs["right"] == TaskBinding(key="load", path=["rows"])
    assert tasks[3].map_inputs == ["left"]


def test_when_adds_conditions_also_nested():
    @flow
    def main(dry: bool):
        big = count([1])
        with flow.when(big):
            load()
            with main.when(dry):
                load()
        load()

    tasks = main.spec().tasks
    assert tasks[1].when == [TaskBinding(key="count")]
    assert tasks[1].depends_on == ["count"]
    assert tasks[2].when == [TaskBinding(key="count"), ParamBinding(name="dry")]
    assert tasks[3].when == []


def test_after_makes_an_edge_without_data():
    @flow
    def main():
        first = load()
        count.after(first)([1])

    assert main.spec().tasks[1].depends_on == ["load"]
    assert main.spec().tasks[1].inputs == {"rows": ConstBinding(value=[1])}


def test_the_retry_policy_of_the_flow_is_the_default_of_its_tasks():
    @task(retries=0)
    def never() -> None: ...

    @task(retry_delay_seconds=5)
    def slow() -> None: ...

    @task(retries=3, retry_delay_seconds=lambda n: [2.0**i for i in range(n)])
    def own() -> None: ...

    @flow(retries=2, retry_delay_seconds=1, retry_jitter_factor=0.5)
    def main():
        load(), never(), slow(), own()

    retry = [each.retry for each in main.spec().tasks]
    assert retry[0] == RetryPolicy(retries=2, delays_seconds=[1.0], jitter_factor=0.5)
    assert retry[1] == RetryPolicy()
    assert retry[2] == RetryPolicy(retries=2, delays_seconds=[5.0])
    assert retry[3] == RetryPolicy(retries=3, delays_seconds=[1.0, 2.0, 4.0])


def test_every_option_reaches_the_document():
    @task(
        name="fetch",
        description="gets it",
        executor="ecs",
        timeout_seconds=1.5,
        concurrency_limit=3,
        memory_limit_mb=100,
        isolate=True,
        accepts_skipped=True,
        cache_key="{x}",
        cache_ttl=60,
        checkpoint="sync",
        tags={"team": "a"},
    )
    def fetch(x: int) -> int:
        return x

    @flow(
        name="everything",
        description="all",
        namespace="data/x",
        tags={"a": "b"},
        timeout_seconds=9,
        fail_fast=False,
        fork_safe=False,
        max_workers=3,
        default_executor="local",
        version="1.2",
    )
    def main():
        fetch(1)

    spec = main.spec().to_dict()
    assert main.version == "1.2"
    assert {key: spec[key] for key in spec if key not in ("tasks", "parameters", "retry")} == {
        "spec_version": 1,
        "name": "everything",
        "description": "all",
        "entrypoint": "test_trace.py:main",
        "output": None,
        "fail_fast": False,
        "fork_safe": False,
        "timeout_seconds": 9,
        "max_workers": 3,
        "namespace": "data/x",
        "tags": {"a": "b"},
        "default_executor": "local",
    }
    wanted = {
        "key": "fetch",
        "name": "fetch",
        "description": "gets it",
        "executor": "ecs",
        "timeout_seconds": 1.5,
        "concurrency_limit": 3,
        "memory_limit_mb": 100,
        "isolate": True,
        "accepts_skipped": True,
        "cache_key": "{x}",
        "cache_ttl_seconds": 60,
        "checkpoint": "sync",
        "tags": {"team": "a"},
    }
    assert {key: spec["tasks"][0][key] for key in wanted} == wanted


def test_the_trace_is_made_once_and_is_deterministic():
    calls = []

    def body():
        calls.append(1)
        return load()

    one, two = flow(body), flow(body)
    assert one.spec() == one.spec()
    assert len(calls) == 1
    assert one.spec().sha256 == two.spec().sha256
    assert one.spec(entrypoint="x/y.py:z").entrypoint == "x/y.py:z"
