"""How tasks are counted: in words, and live below the lines of a run."""

from datetime import UTC, datetime

import pytest

from dagy.api.models import TaskCounts
from dagy.cli.counts import counts_text
from dagy.cli.progress import RunView, shortened
from dagy.cli.session import Session

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        (None, ""),
        (TaskCounts(), ""),
        (TaskCounts(succeeded=1), "1 of 1 task"),
        (TaskCounts(succeeded=2, cached=1), "3 of 3 tasks"),
        (TaskCounts(cancelled=10), "0 of 10 tasks, 10 cancelled"),
        (TaskCounts(succeeded=253, failed=47), "253 of 300 tasks, 47 failed"),
        (
            TaskCounts(pending=1, running=2, retrying=1, timed_out=1, skipped=1),
            "0 of 6 tasks, 2 running, 1 retrying, 1 timed out, 1 skipped",
        ),
    ],
)
def test_counts_are_told_as_done_of_all(counts: TaskCounts | None, text: str) -> None:
    assert counts_text(counts) == text


def test_items_of_a_mapped_task_are_counted_in_its_place() -> None:
    view = RunView(Session(quiet=True), slug="calm-otter", planned_tasks=2)
    assert view.counts() == {"PENDING": 2}

    view.mapped("load", 3)
    view.task_state("load", "RUNNING", NOW)
    view.task_state("load[0]", "SUCCEEDED", NOW)
    view.task_state("load[1]", "RUNNING", NOW)
    assert view.counts() == {"RUNNING": 1, "SUCCEEDED": 1, "PENDING": 2}

    for key in ("load[1]", "load[2]", "load", "total"):
        view.task_state(key, "SUCCEEDED", NOW)
    assert view.counts() == {"SUCCEEDED": 4}


def test_a_long_name_keeps_both_of_its_ends() -> None:
    assert shortened("load") == "load"
    assert shortened("load_everything_from_everywhere[17]") == "load_everyt…erywhere[17]"
    assert shortened(None) is None
