"""Processes of a whole installation are killed at random; `python -m benchmarks.chaos` does it for
longer."""

from pathlib import Path

import pytest

from benchmarks.chaos import survive

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]


def test_nothing_is_lost_or_told_wrong_whatever_is_killed(tmp_path: Path) -> None:
    found = survive(tmp_path, runs=24, kills=10, seed=7)

    assert found.faults == []
    assert len(found.stories) == 24
    assert found.havoc.kills == 10
