"""Tracing: what is wrong, where (file:line), and what to do."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from dagy import TaskOutput, TraceError, flow, task, unmapped
from dagy.errors import DagyError


@task
def one(x: Any = 1) -> Any:
    return x


@task
def named(a: int, b: int) -> int:
    return a + b


HERE = __file__
ODD = object()


def fault(body: Callable[..., Any], **options: Any) -> TraceError:
    with pytest.raises(TraceError) as caught:
        flow(body, **options).spec() if not options else flow(**options)(body).spec()
    return caught.value


def loop(p: int) -> None:
    for _ in one():
        pass


def test_the_error_names_the_line_of_the_user():
    first = inspect.getsourcelines(loop)[1]
    error = fault(loop)
    assert error.where == f"{HERE}:{first + 1}"
    assert str(error).startswith(f"{HERE}:{first + 1}: the output of task 'one' has no value yet")
    assert "hint: use `task.map(items)`" in str(error)


@pytest.mark.parametrize(
    ("use", "what", "hint"),
    [
        (lambda out: 1 if out else 2, "`if`", "flow.when"),
        (lambda out: not out, "`if`", "flow.when"),
        (lambda out: list(out), "a loop", ".map"),
        (lambda out: len(out), "len()", ".map"),
        (lambda out: out == 3, "`==`", "flow.when"),
        (lambda out: out > 3, "`>`", "flow.when"),
        (lambda out: out + 1, "`+`", "inside a task"),
        (lambda out: 1 - out, "`-`", "inside a task"),
        (lambda out: f"{out}", "an f-string", "inside a task"),
        (lambda out: str(out), "text", "inside a task"),
        (lambda out: int(out), "int()", "inside a task"),
        (lambda out: range(out), "number", "inside a task"),
        (lambda out: "x" in out, "`in`", "inside a task"),
        (lambda out: out.rows, ".rows", '["rows"]'),
        (lambda out: out[1:2], "[slice(1, 2, None)]", "text keys"),
        (lambda out: out(), "calling it", "inside a task"),
    ],
)
@pytest.mark.parametrize("source", ["task", "parameter"])
def test_symbols_refuse_what_needs_a_value(
    use: Callable[[Any], Any], what: str, hint: str, source: str
):
    def body(p: int) -> None:
        out = one()
        use(out if source == "task" else p)

    error = fault(body)
    assert what in error.message
    assert hint in (error.hint or "")
    assert (error.where or "").startswith(HERE)


def test_wrong_arguments_of_a_task():
    error = fault(lambda: named(1))
    assert error.message == (
        "task 'named' cannot be called like this: missing a required argument: 'b'"
    )
    assert error.hint == "its signature is named(a: int, b: int) -> int"
    error = fault(lambda: named(1, 2, c=3))
    assert "got an unexpected keyword argument 'c'" in error.message


def test_constants_must_be_json():
    error = fault(lambda: one({"rows": [object()]}))
    assert "argument 'x' of task 'one'['rows'][0] is of type object" in error.message
    assert error.where is not None
    with pytest.raises(TraceError, match="default of 'p' is of type object"):
        flow(lambda p=ODD: one()).spec()
    items: list[Any] = []
    items.append(items)
    assert "contains itself" in fault(lambda: one(items)).message


def test_outputs_in_sets_or_beside_odd_keys_are_refused():
    error = fault(lambda: one({one()}))
    assert "so a look-up by its value cannot work" in error.message
    assert "keep outputs in lists" in (error.hint or "")
    assert "has the key 1 beside a task output" in fault(lambda: one({1: one()})).message


def test_a_flow_without_tasks_and_one_that_raises():
    def empty() -> None: ...

    error = fault(empty)
    assert error.message == "flow 'empty' calls no task"
    assert error.where == f"{HERE}:{inspect.getsourcelines(empty)[1]}"

    def broken() -> None:
        one()
        raise KeyError("x")

    error = fault(broken)
    assert error.message == "the body of flow 'broken' raised KeyError: 'x'"
    assert error.where == f"{HERE}:{inspect.getsourcelines(broken)[1] + 2}"


def test_flows_do_not_nest():
    inner = flow(lambda: one())

    assert "is called inside another flow" in fault(lambda: inner()).message


def test_when_outside_of_a_flow_and_with_an_output_of_another_flow():
    with pytest.raises(TraceError, match=r"flow.when\(\) is used outside of a flow"), flow.when(1):
        pass
    kept: list[TaskOutput] = []
    flow(lambda: kept.append(one())).spec()
    error = fault(lambda: one(kept[0]))
    assert error.message == (
        "argument 'x' of task 'one' is the output of task 'one' of another flow"
    )


def test_map_needs_lists_of_one_length():
    assert "one.map() has no list to go over" in fault(lambda: one.map(5)).message
    assert "no list" in fault(lambda: one.map(unmapped([1]))).message
    error = fault(lambda: named.map([1, 2], [1, 2, 3]))
    assert "have 2 and 3 items" in error.message
    assert "is unmapped()" in fault(lambda: one(unmapped(1))).message

    @task
    def star(*xs: int) -> int:
        return sum(xs)

    assert "needs a task without *args" in fault(lambda: star.map([1])).message


def test_types_that_cannot_be_checked_are_found_before_a_run():
    class A: ...

    from dataclasses import dataclass

    @dataclass
    class P:
        x: int

    @dataclass
    class Q:
        y: int

    @task
    def odd(x: P | Q) -> None: ...

    error = fault(lambda: odd(1))
    assert error.message.startswith("the type of argument 'x' of task 'odd' cannot be checked")
    assert "validate_parameters=False" in (error.hint or "")
    flow(lambda: odd.with_options(validate_parameters=False)(1)).spec()

    @flow
    def main(a: A) -> None:
        one()

    with pytest.raises(TraceError, match="JSON Schema cannot say"):
        main.spec()


def test_flow_parameters_need_names():
    with pytest.raises(TraceError, match="parameter 'xs' of flow 'main' has no fixed name"):

        @flow
        def main(*xs: int) -> None: ...


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout_seconds": 0}, "timeout_seconds is 0, it must be above 0"),
        ({"memory_limit_mb": -1}, "memory_limit_mb is -1"),
        ({"concurrency_limit": 0}, "concurrency_limit is 0"),
        ({"retries": -1}, "retries is -1"),
        ({"retry_delay_seconds": -1, "retries": 1}, "cannot be negative"),
        ({"retry_jitter_factor": -0.1, "retries": 1}, "retry_jitter_factor is -0.1"),
        ({"checkpoint": "never"}, "not 'batched' or 'sync'"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str):
    with pytest.raises(DagyError) as caught:
        task(**options)(lambda: None)
    assert message in str(caught.value)


def test_unknown_options_are_refused_with_what_is_known():
    with pytest.raises(TypeError, match=r"@task\(retry=...\) is not known; it takes name, desc"):
        task(retry=3)(lambda: None)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"@flow\(retry=...\) is not known"):
        flow(retry=3)(lambda: None)  # type: ignore[call-overload]


def test_a_loop_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dagy.trace.MAX_TASKS", 10)

    def endless() -> None:
        while True:
            one()

    assert "calls more than 10 tasks" in fault(endless).message


def test_an_async_flow_is_refused_at_its_own_line() -> None:
    with pytest.raises(TraceError) as raised:

        @flow
        async def hello() -> None: ...

    error = raised.value
    assert error.message == "flow 'hello' is async: a flow cannot be async, its tasks can"
    assert error.where == f"{__file__}:{hello_line() + 3}"


def hello_line() -> int:
    return test_an_async_flow_is_refused_at_its_own_line.__code__.co_firstlineno


def test_a_generator_is_no_flow() -> None:
    with pytest.raises(TraceError, match="flow 'hello' is a generator: a flow cannot `yield`"):

        @flow
        def hello():
            yield 1
