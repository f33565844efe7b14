"""Whatever fails between a claim and the engine: the run comes to an end that says why, or goes
back to the queue, and neither its slot nor its lease is kept."""

import ast
import asyncio
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import RetryMode
from dagy_gql.repositories import execution as execution_rows
from dagy_gql.repositories import run_records, run_states, workers
from dagy_gql.runtime import Runtime
from dagy_gql.services import execution, runs, starting
from dagy_gql.services.execution import Dispatcher
from dagy_gql.services.starting import Starter
from dagy_gql.services.transitions import moves
from dagy_gql.settings import Settings
from tests.support.deployed import deployed
from tests.support.failing import Error, away, bug, deadlock, fail
from tests.support.outcome import Outcome, outcome, ran, trigger
from workers.main import WorkerParts

FLOW = """
import os
from dagy import flow, task

@task
def masked() -> int:
    return 1

@task
def kept() -> int:
    return 2

@task
def last(x: int, y: int, mended: str) -> int:
    if not os.path.exists(mended):
        raise ValueError("not yet")
    return x + y

@flow
def main(mended: str):
    return last(masked(), kept(), mended)
"""

# Where it is looked up, by what the source calls it: every await of a claim and a start.
CLAIM: dict[str, Callable[[WorkerParts], tuple[Any, str]]] = {
    "run_states.has_queued_all_orgs": lambda _: (run_states, "has_queued_all_orgs"),
    "run_states.startable_all_orgs": lambda _: (run_states, "startable_all_orgs"),
    "run_states.start_all_orgs": lambda _: (run_states, "start_all_orgs"),
    "run_records.put_task_runs": lambda _: (run_records, "put_task_runs"),
    "pending": lambda worker: (worker.dispatcher._starter, "pending"),
    "_say": lambda _: (moves, "_say"),
    "db.after_commit": lambda _: (db, "after_commit"),
    "moves.claim": lambda _: (moves, "claim"),
}
START: dict[str, Callable[[WorkerParts], tuple[Any, str]]] = {
    "self._recorder.record": lambda worker: (worker.recorder, "record"),
    "self._backend.submit_run": lambda worker: (worker.backend, "submit_run"),
    "self._starter.prepared": lambda worker: (worker.dispatcher._starter, "prepared"),
    "self._rt.sources.folder": lambda worker: (type(worker.rt.sources), "folder"),
    "self._with_results": lambda worker: (worker.dispatcher._starter, "_with_results"),
    "local_result": lambda _: (starting, "local_result"),
    "_patiently": lambda _: (starting, "_patiently"),
}
READS: dict[str, Callable[[WorkerParts], tuple[Any, str]]] = {
    "rows.flow_all_orgs": lambda _: (execution_rows, "flow_all_orgs"),
    "rows.task_results": lambda _: (execution_rows, "task_results"),
}
# Awaits that have tests of their own below, or fail only where one of the above does.
ELSEWHERE = {
    "over.wait",
    "self._recorder.abandon",
    "self._hand_back_unheld",
    "self._not_started",
    "self._flow",
    "read",
    "rt.bus.withdraw",
    "asyncio.sleep",
}


@pytest.fixture
def slots() -> int:
    """A run that keeps the only one would be the last."""
    return 1


@pytest.fixture
def settings(settings: Settings, slots: int) -> Settings:
    return settings.model_copy(update={"worker_max_runs": slots})


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(execution, "_RETRY_SECONDS", 0.01)


async def retried(rt: Runtime, actor: Actor, worker: WorkerParts, folder: Path) -> Any:
    """A retry that waits in the queue: one result is reused, one held a secret, one was missing."""
    mended = folder / "mended"
    await deployed(rt, actor, FLOW, folder=folder)
    first = await ran(rt, actor, "main", mended=str(mended))
    assert first.states == {"masked": "SUCCEEDED", "kept": "SUCCEEDED", "last": "FAILED"}
    mended.touch()
    worker.dispatcher.is_paused = True
    worker.dispatcher._starter._flows.clear()
    run = await runs.retry(rt, actor, run_id=first.run["id"], mode=RetryMode.FROM_FAILED)
    await db.execute(
        """UPDATE task_runs SET result = result || '{"masked": true}' WHERE key = 'masked'"""
    )
    return run["id"]


async def end_of(rt: Runtime, actor: Actor, worker: WorkerParts, run_id: Any) -> Outcome:
    """Let the worker go on; the run's end, with nothing of it kept and room for another."""
    worker.dispatcher.is_paused = False
    worker.dispatcher.poke()
    found = await outcome(rt, actor, run_id)
    another = await ran(rt, actor, "main", mended=str(Path(__file__)))
    assert another.state == "SUCCEEDED"
    while worker.dispatcher.running:
        await asyncio.sleep(0.005)
    assert await db.fetch("SELECT * FROM run_leases") == []
    assert [event.seq for event in found.events] == list(range(1, len(found.events) + 1))
    return found


@pytest.mark.parametrize("name", [*CLAIM, *READS])
@pytest.mark.parametrize("error", [deadlock, bug])
async def test_a_claim_that_fails_once_is_made_again(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    error: Error,
) -> None:
    run_id = await retried(rt, actor, worker, tmp_path)
    failed = fail(monkeypatch, (CLAIM | READS)[name](worker), error)

    found = await end_of(rt, actor, worker, run_id)

    assert len(failed) == 1
    if name == "rows.task_results" and error is bug:
        assert (found.state, found.error["code"]) == ("FAILED", "START_FAILED")
    else:
        assert found.state == "SUCCEEDED"
        assert found.run["attempt"] == 1


@pytest.mark.parametrize("name", START)
async def test_a_start_that_fails_ends_the_run_with_the_reason(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    run_id = await retried(rt, actor, worker, tmp_path)
    failed = fail(monkeypatch, START[name](worker), bug)

    found = await end_of(rt, actor, worker, run_id)

    assert len(failed) == 1
    assert found.state == "FAILED"
    assert found.error["code"] == "START_FAILED"
    assert "RuntimeError: a bug" in found.error["message"]
    assert found.events[-1].type == "RUN_FINISHED"
    assert found.events[-1].data is not None
    assert found.events[-1].data["error"]["code"] == "START_FAILED"


@pytest.mark.parametrize("name", READS)
async def test_a_database_that_fails_for_long_gets_the_run_back(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr(starting, "_PATIENCE_SECONDS", -1.0)
    run_id = await retried(rt, actor, worker, tmp_path)
    errors = [deadlock] if name == "rows.task_results" else [bug, deadlock]
    fail(monkeypatch, READS[name](worker), *errors)

    found = await end_of(rt, actor, worker, run_id)

    assert found.state == "SUCCEEDED"
    assert (found.run["attempt"], found.run["crashes"]) == (2, 0)
    (crash,) = [event for event in found.events if event.type == "RUN_ATTEMPT_CRASHED"]
    assert crash.data is not None
    assert "could not read the database (DeadlockDetectedError" in crash.data["reason"]


@pytest.mark.parametrize("error", [deadlock, away, bug])
async def test_an_end_that_cannot_be_written_is_tried_again(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Error,
) -> None:
    run_id = await retried(rt, actor, worker, tmp_path)
    fail(monkeypatch, START["self._backend.submit_run"](worker), bug)
    failed = fail(monkeypatch, (moves, "fail"), error, error)

    found = await end_of(rt, actor, worker, run_id)

    assert len(failed) == 2
    assert (found.state, found.error["code"]) == ("FAILED", "START_FAILED")


async def test_a_run_whose_end_cannot_be_written_at_all_is_left_to_its_lease(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id = await retried(rt, actor, worker, tmp_path)
    fail(monkeypatch, START["self._backend.submit_run"](worker), bug)
    failed = fail(monkeypatch, (moves, "fail"), *[bug] * 5)
    worker.dispatcher.is_paused = False
    await worker.dispatcher.claim()
    async with asyncio.timeout(10):
        while worker.dispatcher.running:
            await asyncio.sleep(0.005)

    before = await db.fetch_row("SELECT fence, expires_at FROM run_leases")
    await worker.dispatcher.renew_leases()

    assert len(failed) == 5
    assert await db.fetch_row("SELECT fence, expires_at FROM run_leases") == before
    assert before is not None
    await moves.crash(rt, run_id, fence=before["fence"], why="its lease ran out")
    worker.dispatcher._may_have_lost_a_claim = False
    assert (await end_of(rt, actor, worker, run_id)).state == "SUCCEEDED"


async def test_a_claim_whose_answer_is_lost_is_handed_back(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id = await retried(rt, actor, worker, tmp_path)
    failed = fail(monkeypatch, (type(rt.bus), "withdraw"), bug)

    found = await end_of(rt, actor, worker, run_id)

    assert len(failed) == 1
    assert found.state == "SUCCEEDED"
    assert (found.run["attempt"], found.run["crashes"]) == (2, 0)


async def test_leases_that_cannot_be_read_are_read_again(
    rt: Runtime,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_id = await retried(rt, actor, worker, tmp_path)
    fail(monkeypatch, (type(rt.bus), "withdraw"), bug)
    failed = fail(monkeypatch, (workers, "leases_all_orgs"), away, bug)

    found = await end_of(rt, actor, worker, run_id)

    assert len(failed) == 2
    assert found.state == "SUCCEEDED"


async def test_a_flow_that_cannot_be_read_fails_alone(
    rt: Runtime, actor: Actor, worker: WorkerParts, tmp_path: Path
) -> None:
    await deployed(rt, actor, FLOW, folder=tmp_path)
    made = await deployed(rt, actor, FLOW, folder=tmp_path, name="other")
    worker.dispatcher.is_paused = True
    broken = await trigger(rt, actor, "other", mended=str(tmp_path))
    await db.execute(
        """UPDATE flows SET spec = '{"tasks": "of another version"}' WHERE id = $1""", made.flow_id
    )
    good = await trigger(rt, actor, "main", mended=str(tmp_path))

    found = await end_of(rt, actor, worker, broken)

    assert (found.state, found.error["code"]) == ("FAILED", "START_FAILED")
    assert (await outcome(rt, actor, good)).state == "SUCCEEDED"


@pytest.mark.parametrize("slots", [2])
async def test_a_worker_claims_a_run_again_only_when_its_own_earlier_attempt_has_ended(
    rt: Runtime, actor: Actor, worker: WorkerParts, tmp_path: Path
) -> None:
    """As after a sleep of the machine: the lease has run out, and the process is still there."""
    began = tmp_path / "began"
    source = f"""
import os, time
from dagy import flow, get_run_context, task

@task
def work() -> int:
    attempt = get_run_context().attempt
    open({str(began)!r}, "a").write(str(attempt))
    while attempt == 1:
        time.sleep(0.01)
    return attempt

@flow
def main():
    return work()
"""
    await deployed(rt, actor, source, folder=tmp_path)
    run_id = await trigger(rt, actor, "main")
    async with asyncio.timeout(20):
        while not began.exists() or began.read_text() != "1":
            await asyncio.sleep(0.005)

    fence = await db.fetch_value("SELECT fence FROM runs WHERE id = $1", run_id)
    await moves.crash(rt, run_id, fence=fence, why="its worker stopped answering")
    worker.dispatcher.poke()
    found = await outcome(rt, actor, run_id)

    assert found.state == "SUCCEEDED"
    assert found.run["result"] == {"value": 2}
    assert began.read_text() == "12"
    assert [event.seq for event in found.events] == list(range(1, len(found.events) + 1))
    async with asyncio.timeout(10):
        while worker.dispatcher.running:
            await asyncio.sleep(0.005)


def awaits(function: Any) -> set[str]:
    """What the function awaits, as its source calls it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    called = [node.value for node in ast.walk(tree) if isinstance(node, ast.Await)]
    called += [node.body for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return {ast.unparse(call.func) for call in called if isinstance(call, ast.Call)}


def test_every_await_of_a_claim_and_a_start_is_made_to_fail_here() -> None:
    functions = [
        moves.claim,
        Dispatcher.claim,
        Dispatcher._start,
        Starter.pending,
        Starter.prepared,
        Starter._flow,
        Starter._with_results,
        starting._patiently,
    ]

    assert set().union(*map(awaits, functions)) == {*CLAIM, *START, *READS, *ELSEWHERE}
