"""Whatever fails while a run is under way, between its runner and the database."""

from pathlib import Path

import pytest

from dagy_gql.auth.actor import Actor
from dagy_gql.repositories import run_records
from dagy_gql.runtime import Runtime
from tests.support.deployed import deployed
from tests.support.failing import away, bug, fail
from tests.support.outcome import ran
from workers.main import WorkerParts

FLOW = """
from dagy import flow, task

@task(cache_key="kept")
def kept() -> int:
    return 2

@flow
def main():
    return kept()
"""


async def test_a_run_whose_words_cannot_be_kept_is_ended_and_tried_again(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await deployed(rt, actor, FLOW, folder=tmp_path)
    failed = fail(monkeypatch, (worker.recorder, "record"), bug)

    found = await ran(rt, actor, "main")

    assert failed == ["record"]
    assert found.state == "SUCCEEDED"
    assert (found.run["attempt"], found.run["crashes"]) == (2, 1)
    (crash,) = [event for event in found.events if event.type == "RUN_ATTEMPT_CRASHED"]
    assert crash.data is not None
    assert crash.data["reason"] == "what it said could not be kept: RuntimeError: a bug"


async def test_a_cache_that_cannot_be_read_is_a_cache_without_the_result(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await deployed(rt, actor, FLOW, folder=tmp_path)
    failed = fail(monkeypatch, (run_records, "cached"), away)

    found = await ran(rt, actor, "main")

    assert failed == ["cached"]
    assert (found.state, found.run["attempt"]) == ("SUCCEEDED", 1)
