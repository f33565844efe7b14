"""Runs that are told to stop: by a cancel, or because their worker stops."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from dagy_gql.services import runs
from tests.support.deployed import deployed
from tests.support.outcome import outcome, trigger
from workers.main import working


def source(folder: Path, *, options: str, clean_seconds: float) -> str:
    return f"""
import time
from pathlib import Path
from dagy import flow, task

HOME = Path({str(folder)!r})

@task({options})
def work() -> str:
    if (HOME / "again").exists():
        return "done"
    try:
        (HOME / "running").touch()
        while True:
            time.sleep(0.01)
    finally:
        time.sleep({clean_seconds})
        (HOME / "clean").touch()

@flow
def main() -> str:
    return work()
"""


async def appears(file: Path) -> None:
    async with asyncio.timeout(30):
        while not file.exists():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("options", ["", "isolate=True"])
async def test_a_cancelled_run_waits_for_the_finally_of_its_task(
    rt: Runtime, actor: Actor, tmp_path: Path, options: str
) -> None:
    # Longer than the 2 s that the process of a run has beside the grace time of its tasks.
    code = source(tmp_path, options=options, clean_seconds=3)
    async with working(rt):
        await deployed(rt, actor, code, folder=tmp_path)
        run_id = await trigger(rt, actor, "main")
        await appears(tmp_path / "running")

        await runs.cancel(rt, actor, run_id=run_id)
        found = await outcome(rt, actor, run_id)

    assert found.state == "CANCELLED"
    assert (tmp_path / "clean").exists()
    assert found.states == {"work": "CANCELLED"}


@pytest.mark.parametrize("options", ["", "isolate=True"])
async def test_a_worker_that_stops_lets_tasks_clean_up_and_hands_the_run_back(
    rt: Runtime, actor: Actor, tmp_path: Path, options: str
) -> None:
    code = source(tmp_path, options=options, clean_seconds=1.2)
    async with working(rt):
        await deployed(rt, actor, code, folder=tmp_path)
        run_id = await trigger(rt, actor, "main")
        await appears(tmp_path / "running")

    run = await runs.by_id(rt, actor, run_id)
    assert (tmp_path / "clean").exists()
    assert (run["state"], run["attempt"], run["crashes"]) == ("QUEUED", 1, 0)

    (tmp_path / "again").touch()
    async with working(rt):
        found = await outcome(rt, actor, run_id)
    assert (found.state, found.run["attempt"]) == ("SUCCEEDED", 2)
    assert found.states == {"work": "SUCCEEDED"}
    assert "TASK_CANCELLED" not in [event.type for event in found.events]


async def test_a_worker_that_stops_does_not_wait_for_a_task_that_cannot_stop(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    code = source(tmp_path, options="isolate=True, grace_seconds=60", clean_seconds=60)
    settings = rt.settings.model_copy(update={"stop_grace_seconds": 0.5})
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(working(replace(rt, settings=settings)))
        await deployed(rt, actor, code, folder=tmp_path)
        run_id = await trigger(rt, actor, "main")
        await appears(tmp_path / "running")
        async with asyncio.timeout(30):
            await stack.aclose()

    run = await runs.by_id(rt, actor, run_id)
    assert (run["state"], run["crashes"]) == ("QUEUED", 0)
    assert not (tmp_path / "clean").exists()
