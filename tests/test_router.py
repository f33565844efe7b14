"""Which engine a run gets, and why the others were not chosen."""

from typing import Any

import pytest

from dagy_gql.backends.router import EngineMissingError, Wishes, choose, considered
from dagy_gql.enums import Executor

ALL = frozenset(Executor)
LOCAL = frozenset({Executor.LOCAL})


def wishes(**changes: Any) -> Wishes:
    return Wishes(**({"run": None, "deployment": None, "flow": None, "task_count": 2} | changes))


def reasons(wanted: Wishes, engines: frozenset[Executor]) -> dict[Executor, str]:
    return {each.executor: each.reason for each in considered(wanted, engines)}


@pytest.mark.parametrize("engines", [ALL, LOCAL])
@pytest.mark.parametrize(
    "wanted",
    [
        wishes(),
        wishes(run=Executor.LOCAL),
        wishes(deployment=Executor.LOCAL, flow=Executor.ECS),
        wishes(flow=Executor.LOCAL, memory_mb=8192),
        wishes(memory_mb=8192),
        wishes(expected_seconds=1000, task_count=60),
        wishes(expected_seconds=4000),
    ],
)
def test_the_engine_that_is_chosen_is_the_one_that_is_explained(
    wanted: Wishes, engines: frozenset[Executor]
) -> None:
    routing = choose(wanted, engines)
    found = considered(wanted, engines)
    assert [each.executor for each in found] == list(Executor)
    assert [each.executor for each in found if each.is_chosen] == [routing.executor]
    assert {each.executor for each in found if each.is_configured} == engines
    assert reasons(wanted, engines)[routing.executor] == routing.reason


def test_an_engine_that_comes_second_says_what_came_first() -> None:
    found = reasons(wishes(deployment=Executor.LOCAL, flow=Executor.ECS), ALL)
    assert found[Executor.ECS] == (
        "the flow's default executor, but something before it decides:"
        " the deployment's default executor"
    )
    assert found[Executor.LAMBDA] == "nothing asks for it"


def test_a_rule_whose_engine_is_missing_says_so() -> None:
    found = reasons(wishes(memory_mb=8192), LOCAL)
    assert found[Executor.ECS] == "memory 8192 MB > 3072 MB, but it is not configured here"
    assert found[Executor.STEP_FUNCTIONS] == "it is not configured here"


def test_a_wish_that_cannot_be_met_chooses_nothing() -> None:
    wanted = wishes(run=Executor.ECS, flow=Executor.LOCAL)
    with pytest.raises(EngineMissingError):
        choose(wanted, LOCAL)
    assert not any(each.is_chosen for each in considered(wanted, LOCAL))
    found = reasons(wanted, LOCAL)
    assert found[Executor.ECS] == "the run asks for it, but it is not configured here"
    assert found[Executor.LOCAL] == ("the flow's default executor, but something before it decides")
