"""Retrying a run: a new run that takes over what the old one had worked out."""

from pathlib import Path

import pytest

from dagy_gql.auth.actor import Actor
from dagy_gql.enums import RetryMode
from dagy_gql.runtime import Runtime
from dagy_gql.services import runs
from tests.support.deployed import deployed
from tests.support.outcome import Outcome, outcome, ran

pytestmark = pytest.mark.usefixtures("worker")


def source(folder: Path) -> str:
    """Each task notes that it ran; `square` of 2 and `last` fail until `mended` exists."""
    return f"""
from pathlib import Path
from dagy import flow, task

HOME = Path({str(folder)!r})

def note(name):
    with open(HOME / "ran", "a") as file:
        file.write(name + " ")

@task
def numbers():
    note("numbers")
    return [0, 1, 2]

@task
def square(x):
    note(f"square{{x}}")
    if x == 2 and not (HOME / "mended").exists():
        raise ValueError("broken")
    return x * x

@task
def last(xs):
    note("last")
    return sum(xs)

@flow(fail_fast=False)
def main():
    return last(square.map(numbers()))
"""


async def failed_run(rt: Runtime, actor: Actor, folder: Path) -> Outcome:
    """A first run that failed in square[2]; forgets which tasks ran."""
    await deployed(rt, actor, source(folder), folder=folder)
    found = await ran(rt, actor, "main")
    assert found.state == "FAILED"
    assert found.states == {
        "numbers": "SUCCEEDED",
        "square": "FAILED",
        "square[0]": "SUCCEEDED",
        "square[1]": "SUCCEEDED",
        "square[2]": "FAILED",
        "last": "SKIPPED",
    }
    (folder / "ran").unlink()
    (folder / "mended").touch()
    return found


async def retried(rt: Runtime, actor: Actor, run: Outcome, **how: str) -> Outcome:
    mode = RetryMode(how["mode"])
    new = await runs.retry(rt, actor, run_id=run.run["id"], mode=mode, task_key=how.get("task_key"))
    assert new["id"] != run.run["id"]
    assert (new["retry_of_id"], new["trigger"]) == (run.run["id"], "RETRY")
    return await outcome(rt, actor, new["id"])


async def test_from_failed_runs_only_what_had_not_succeeded(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    first = await failed_run(rt, actor, tmp_path)

    second = await retried(rt, actor, first, mode="FROM_FAILED")

    assert second.state == "SUCCEEDED"
    assert second.run["result"] == {"value": 5}
    assert (tmp_path / "ran").read_text().split() == ["square2", "last"]
    assert second.states["numbers"] == "CACHED"
    assert second.states["square[0]"] == "CACHED"
    assert second.states["square[2]"] == "SUCCEEDED"
    assert (await runs.by_id(rt, actor, first.run["id"]))["state"] == "FAILED"


async def test_from_start_runs_everything(rt: Runtime, actor: Actor, tmp_path: Path) -> None:
    first = await failed_run(rt, actor, tmp_path)

    second = await retried(rt, actor, first, mode="FROM_START")

    assert second.state == "SUCCEEDED"
    assert sorted((tmp_path / "ran").read_text().split()) == [
        "last",
        "numbers",
        "square0",
        "square1",
        "square2",
    ]


async def test_from_a_task_runs_it_and_what_depends_on_it(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    first = await failed_run(rt, actor, tmp_path)

    second = await retried(rt, actor, first, mode="FROM_TASK", task_key="square")

    assert second.state == "SUCCEEDED"
    assert sorted((tmp_path / "ran").read_text().split()) == [
        "last",
        "square0",
        "square1",
        "square2",
    ]


async def test_from_failed_of_a_run_that_succeeded_takes_everything_over(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    (tmp_path / "mended").touch()
    await deployed(rt, actor, source(tmp_path), folder=tmp_path)
    first = await ran(rt, actor, "main")
    (tmp_path / "ran").unlink()

    second = await retried(rt, actor, first, mode="FROM_FAILED")

    assert second.state == "SUCCEEDED"
    assert second.run["result"] == first.run["result"] == {"value": 5}
    assert not (tmp_path / "ran").exists()
