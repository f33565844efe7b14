"""Literals in a flow's body, parameters and defaults: what arrives is what was written."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dagy import Flow, flow, task, unmapped
from dagy.errors import BadParameterError, TraceError
from tests.sdk.memory_host import execute, value


@task
def anything(x: Any) -> Any:
    return x


@task
def typed(x: tuple[int, str], y: set[int] | None = None) -> Any:
    return [type(x).__name__, type(y).__name__]


def traced(body: Callable[[], Any]) -> Flow[..., Any]:
    main = flow(name="main")(body)
    main.trace()
    return main


@pytest.mark.parametrize(
    ("literal", "message"),
    [
        ((1, 2), "argument 'x' of task 'anything' is a tuple, which the task would get as a list"),
        ({"a": {1}}, "argument 'x' of task 'anything'['a'] is a set, which the task would get as"),
        (Decimal(1), "argument 'x' of task 'anything' is a decimal.Decimal, which the task would"),
        ({1: 2}, "argument 'x' of task 'anything' has the key 1, which the task would get as text"),
        ([math.nan], "argument 'x' of task 'anything'[0] is NaN or infinite"),
    ],
)
def test_a_literal_that_would_arrive_changed_is_refused_when_the_flow_is_traced(
    literal: Any, message: str
):
    with pytest.raises(TraceError) as caught:
        traced(lambda: anything(literal))
    assert message in caught.value.message
    assert caught.value.where is not None
    assert "test_literals.py" in caught.value.where


def test_a_tuple_of_outputs_is_a_literal_as_well():
    with pytest.raises(TraceError, match="is a tuple, which the task would get as a list"):
        traced(lambda: anything((anything(1), 2)))
    main = traced(lambda: typed((anything(1), "a")))
    assert value(execute(main)[0].result) == ["tuple", "NoneType"]
    assert value(execute(traced(lambda: (anything(1), anything(2))))[0].result) == [1, 2]


def test_annotated_arguments_take_literals_of_their_type():
    finished, _ = execute(traced(lambda: typed((1, "a"), {3})))
    assert value(finished.result) == ["tuple", "set"]
    finished, _ = execute(traced(lambda: typed.map([(1, "a"), (2, "b")], unmapped({3}))))
    assert value(finished.result) == [["tuple", "set"]] * 2
    finished, _ = execute(traced(lambda: anything.map((1, 2))))
    assert value(finished.result) == [1, 2]
    finished, _ = execute(traced(lambda: anything.map(range(2))))
    assert value(finished.result) == [0, 1]


def test_parameters_and_their_defaults_follow_the_same_rule():
    with pytest.raises(TraceError, match="default of 'pair' is a tuple, which a run would get as"):
        traced_with_default()
    main = flow(name="main")(lambda x: anything(x))
    with pytest.raises(BadParameterError, match="x is a set, which the flow would get as a list"):
        main.run_local(x={1})
    with pytest.raises(BadParameterError, match="x is NaN or infinite"):
        main.run_local(x=math.nan)


def traced_with_default() -> None:
    @flow
    def main(pair=(1, 2)):
        return anything(pair)

    main.trace()
