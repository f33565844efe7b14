"""One way to count: items of maps are tasks, what has not ended with its run is cancelled."""

from typing import Any

import pytest

from dagy_gql.services import task_counts


def row(state: str | None, number: int = 0, **values: Any) -> dict[str, Any]:
    parts = {"begun": 0, "items": 0, "listed": number, "planned": None, "run_state": "RUNNING"}
    return {**parts, "state": state, "number": number, **values}


def counts(*rows: dict[str, Any], run_state: str = "RUNNING") -> dict[str, int]:
    found = task_counts.counted([each | {"run_state": run_state} for each in rows])
    named = {str(state): number for state, number in found.items() if number}
    assert task_counts.total(found) == sum(named.values())
    return named | {"done": task_counts.done(found), "left": task_counts.left(found)}


# A task before, the map of 300, and a task behind; 253 items have succeeded.
MAP = (
    row("SUCCEEDED", 254, begun=253, listed=1),
    row("FAILED", 47, begun=47, listed=1, items=300),
    row("SKIPPED", 1),
)


def test_a_failed_map_is_its_items() -> None:
    assert counts(*MAP, run_state="FAILED") == {
        "SUCCEEDED": 254, "FAILED": 47, "SKIPPED": 1, "done": 254, "left": 0,
    }  # fmt: skip


def test_items_that_have_not_begun_are_pending() -> None:
    rows = (
        row("SUCCEEDED", 41, begun=40, listed=1),
        row("RUNNING", 4, begun=4, listed=1, items=300),
        row("PENDING", 1),
    )
    assert counts(*rows) == {
        "SUCCEEDED": 41, "RUNNING": 4, "PENDING": 257, "done": 41, "left": 261,
    }  # fmt: skip
    assert counts(*rows, run_state="CANCELLED") == {
        "SUCCEEDED": 41, "CANCELLED": 261, "done": 41, "left": 0,
    }  # fmt: skip


def test_a_map_that_does_not_know_its_items_is_one_task() -> None:
    assert counts(row("RUNNING", 1), row("PENDING", 2)) == {
        "RUNNING": 1, "PENDING": 2, "done": 0, "left": 3,
    }  # fmt: skip


def test_a_map_of_nothing_is_no_task() -> None:
    assert counts(row("SUCCEEDED", 1, listed=2, items=0), run_state="SUCCEEDED") == {
        "SUCCEEDED": 1, "done": 1, "left": 0,
    }  # fmt: skip


def test_tasks_that_no_worker_has_listed_are_those_of_the_flow() -> None:
    queued = row(None, number=0, planned=10)
    assert counts(queued, run_state="QUEUED") == {"PENDING": 10, "done": 0, "left": 10}
    assert counts(queued, run_state="CANCELLED") == {"CANCELLED": 10, "done": 0, "left": 0}


def test_a_retry_in_the_queue_has_what_it_takes_over() -> None:
    kept = (
        row("CACHED", 254, begun=253, listed=1, planned=3),
        row("PENDING", 0, listed=1, items=300, planned=3),
    )
    assert counts(*kept, run_state="QUEUED") == {
        "CACHED": 254, "PENDING": 48, "done": 254, "left": 48,
    }  # fmt: skip


@pytest.mark.parametrize("state", ["FAILED", "CRASHED", "TIMED_OUT", "CANCELLED"])
def test_what_a_crash_left_running_does_not_run_any_more(state: str) -> None:
    assert counts(row("RUNNING", 1), row("RETRYING", 1), run_state=state) == {
        "CANCELLED": 2, "done": 0, "left": 0,
    }  # fmt: skip
