"""Retries: the formulas, and what the runner does with them."""

import random
from typing import Any

import pytest

from dagy import flow, task
from dagy.retries import base_delay_seconds, delay_seconds, policy
from dagy.runner.protocol import TaskFailed, TaskRetrying, TaskStarted
from dagy.spec import RetryPolicy
from tests.sdk.memory_host import execute, value


@pytest.mark.parametrize(
    ("delay", "wanted"),
    [
        (None, [0, 0, 0, 0]),
        (2, [2, 2, 2, 2]),
        (0.5, [0.5, 0.5, 0.5, 0.5]),
        ([1, 5], [1, 5, 5, 5]),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4]),
        ([], [0, 0, 0, 0]),
        (lambda n: [10.0 * i for i in range(n)], [0, 10, 20, 30]),
    ],
)
def test_the_base_delay_of_each_attempt(delay: Any, wanted: list[float]):
    retry = policy(4, delay, None)
    assert [base_delay_seconds(retry, attempt) for attempt in (1, 2, 3, 4)] == wanted


def test_a_callable_gets_the_retry_count():
    asked = []
    policy(7, lambda n: asked.append(n) or [1.0], None)
    assert asked == [7]


def test_jitter_is_base_plus_base_times_factor_times_uniform():
    retry = policy(3, [2.0, 4.0], 0.5)
    assert delay_seconds(retry, 1, lambda: 0.0) == 2.0
    assert delay_seconds(retry, 1, lambda: 0.5) == 2.5
    assert delay_seconds(retry, 2, lambda: 0.25) == 4.5
    assert delay_seconds(policy(1, None, 9.0), 1, lambda: 0.9) == 0.0
    assert delay_seconds(policy(1, 3.0, None), 1, lambda: 0.9) == 3.0


def test_jitter_stays_in_its_bounds_for_any_random_source():
    rng = random.Random(7)
    for _ in range(500):
        base, factor = rng.uniform(0, 100), rng.uniform(0, 3)
        retry = RetryPolicy(retries=1, delays_seconds=[base], jitter_factor=factor)
        assert base <= delay_seconds(retry, 1, rng.random) <= base * (1 + factor)


class Flaky:
    """Fails the first `times` calls."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise ConnectionError(f"{self.left} left")
        return "ok"


def test_a_task_is_tried_again_until_it_succeeds():
    flaky = Flaky(2)

    @task(retries=3, retry_delay_seconds=[0.001, 0.002], retry_jitter_factor=1.0)
    def work() -> str:
        return flaky()

    finished, host = execute(flow(lambda: work()), uniform=lambda: 0.5)
    assert value(finished.result) == "ok"
    assert host.names == [
        "task_started work",
        "task_retrying work",
        "task_started work",
        "task_retrying work",
        "task_started work",
        "task_succeeded work",
        "run_finished",
    ]
    assert [each.attempt for each in host.of(TaskStarted)] == [1, 2, 3]
    assert [each.delay_ms for each in host.of(TaskRetrying)] == [1.5, 3.0]
    assert host.of(TaskRetrying)[0].error.message == "1 left"


def test_the_last_attempt_fails_the_task():
    @task(retries=2)
    def work() -> None:
        raise ConnectionError("down")

    finished, host = execute(flow(lambda: work()))
    assert finished.state == "FAILED"
    assert [each.attempt for each in host.of(TaskRetrying)] == [1, 2]
    assert [(each.key, each.attempt) for each in host.of(TaskFailed)] == [("work", 3)]


def test_the_condition_decides_and_sees_error_and_attempt():
    asked = []

    def condition(error: BaseException, attempt: int) -> bool:
        asked.append((type(error), attempt))
        return attempt < 2

    @task(retries=5, retry_condition_fn=condition)
    def work() -> None:
        raise ValueError

    _, host = execute(flow(lambda: work()))
    assert asked == [(ValueError, 1), (ValueError, 2)]
    assert len(host.of(TaskStarted)) == 2

    @task(retries=5, retry_condition_fn=lambda error, attempt: 1 / 0)
    def broken() -> None:
        raise ValueError

    _, host = execute(flow(lambda: broken()))
    assert len(host.of(TaskStarted)) == 1
    assert any("retry_condition_fn of broken failed" in each for each in host.lines)


def test_children_of_a_map_are_retried_alone():
    tries: dict[int, int] = {}

    @task(retries=1)
    def work(x: int) -> int:
        tries[x] = tries.get(x, 0) + 1
        if x == 2 and tries[x] == 1:
            raise ValueError
        return x

    finished, host = execute(flow(lambda: work.map([1, 2, 3])))
    assert value(finished.result) == [1, 2, 3]
    assert tries == {1: 1, 2: 2, 3: 1}
    assert [each.key for each in host.of(TaskRetrying)] == ["work[1]"]


def test_what_is_due_for_another_attempt_goes_before_all_first_attempts():
    failed = []

    @task(retries=1)
    def step(number: int) -> int:
        if number == 1 and not failed:
            failed.append(number)
            raise ValueError
        return number

    _, host = execute(flow(lambda: step.map(list(range(6)))), max_workers=1)
    assert [(each.key, each.attempt) for each in host.of(TaskStarted)] == [
        ("step[0]", 1),
        ("step[1]", 1),
        ("step[1]", 2),
        ("step[2]", 1),
        ("step[3]", 1),
        ("step[4]", 1),
        ("step[5]", 1),
    ]


def test_it_does_also_where_its_task_has_a_limit_of_its_own():
    failed = []

    @task(retries=1, concurrency_limit=1)
    def step(number: int) -> int:
        if number == 0 and not failed:
            failed.append(number)
            raise ValueError
        return number

    _, host = execute(flow(lambda: step.map([0, 1, 2])), max_workers=4)
    assert [(each.key, each.attempt) for each in host.of(TaskStarted)] == [
        ("step[0]", 1),
        ("step[0]", 2),
        ("step[1]", 1),
        ("step[2]", 1),
    ]
