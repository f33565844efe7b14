"""State moves only by the table, only by the current attempt, and each move is an event."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dagy.runner.protocol import Log, Result, RunFinished, TaskStarted, TaskSucceeded
from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import RunState
from dagy_gql.errors import IllegalTransition, LateWrite
from dagy_gql.runtime import Runtime
from dagy_gql.services import housekeeping, runs
from dagy_gql.services.transitions import moves, table
from dagy_gql.services.transitions.folding import Finish, Plan
from dagy_gql.services.transitions.recording import Batch, record
from tests.support.deployed import deployed, organization
from tests.support.outcome import outcome

SOURCE = """
from dagy import flow, task

@task
def one():
    return 1

@task
def two(x):
    return x

@flow
def main():
    return two(one())
"""
PLAN = Plan({"one": "one", "two": "two"}, {"one": 0, "two": 1})


@pytest.fixture
async def actor(rt: Runtime, tmp_path: Path) -> Actor:
    actor = await organization(rt)
    await deployed(rt, actor, SOURCE, folder=tmp_path)
    return actor


async def claim_one(rt: Runtime, *, worker_id: str = "w1") -> Any:
    async def pending(run: Any) -> list[Any]:
        return PLAN.pending(run["org_id"], run["id"])

    (run,) = await moves.claim(rt, worker_id=worker_id, limit=1, pending=pending)
    return run


async def running(rt: Runtime, actor: Actor) -> Any:
    await runs.trigger(rt, actor, deployment_name="main")
    return await claim_one(rt)


async def rows(run_id: UUID) -> tuple[Any, ...]:
    """Everything that a refused write must not have changed."""
    return (
        dict(await db.fetch_row("SELECT * FROM runs WHERE id = $1", run_id) or {}),
        [dict(row) for row in await db.fetch("SELECT * FROM task_runs ORDER BY position")],
        await db.fetch_value("SELECT count(*) FROM log_chunks"),
    )


@pytest.mark.parametrize(
    ("current", "allowed"),
    [
        (RunState.QUEUED, {"RUNNING", "CANCELLED"}),
        (
            RunState.RUNNING,
            {"SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT", "CANCELLING", "CRASHED", "QUEUED"},
        ),
        (RunState.CANCELLING, {"SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"}),
        (RunState.SUCCEEDED, set()),
        (RunState.FAILED, set()),
        (RunState.CANCELLED, set()),
        (RunState.CRASHED, set()),
        (RunState.TIMED_OUT, set()),
    ],
)
def test_the_table_allows_exactly_these_moves(current: RunState, allowed: set[str]) -> None:
    for to in RunState:
        if to in allowed:
            table.check(current, to)
        else:
            with pytest.raises(IllegalTransition):
                table.check(current, to)


async def test_a_claim_gives_a_lease_a_fence_and_pending_tasks(rt: Runtime, actor: Actor) -> None:
    run = await running(rt, actor)

    assert (run["state"], run["attempt"], run["fence"]) == ("RUNNING", 1, 1)
    lease = await db.fetch_row("SELECT run_id, fence, worker_id FROM run_leases")
    assert lease is not None
    assert tuple(lease) == (run["id"], 1, "w1")
    states = await db.fetch("SELECT key, state FROM task_runs ORDER BY position")
    assert [tuple(row) for row in states] == [("one", "PENDING"), ("two", "PENDING")]


async def test_a_batch_is_written_whole_and_numbered_without_a_gap(
    rt: Runtime, actor: Actor
) -> None:
    run = await running(rt, actor)
    events = [
        TaskStarted(key="one", attempt=1),
        Log(key="one", message="a"),
        Log(key="one", message="b"),
        Log(message="c"),
        TaskSucceeded(key="one", attempt=1, result=Result(value=10**30), duration_ms=1.5),
        RunFinished(state="SUCCEEDED", result=Result(value="x\x00y")),
    ]

    done = await record(rt, [Batch(run["id"], 1, PLAN, events)])

    assert done.finished == {run["id"]: RunState.SUCCEEDED}
    found = await outcome(rt, actor, run["id"])
    assert [event.seq for event in found.events] == [1, 2, 3, 4, 5]
    assert found.result("one") == 10**30
    assert found.run["result"] == {"value": "x\u2400y"}
    assert found.states == {"one": "SUCCEEDED", "two": "CANCELLED"}
    chunks = await db.fetch("SELECT first_line, line_count, task_key FROM log_chunks ORDER BY 1")
    assert [tuple(chunk) for chunk in chunks] == [(1, 2, "one"), (3, 1, None)]
    assert await db.fetch_value("SELECT count(*) FROM run_leases") == 0


async def test_a_late_writer_is_refused_and_the_refusal_is_recorded(
    rt: Runtime, actor: Actor
) -> None:
    run = await running(rt, actor)
    await moves.crash(rt, run["id"], fence=1, why="its worker stopped answering")
    again = await claim_one(rt, worker_id="w2")
    before = await rows(run["id"])

    late = await record(
        rt,
        [Batch(run["id"], 1, PLAN, [RunFinished(state="SUCCEEDED", result=Result(value="late"))])],
    )

    assert again["fence"] == 3
    assert isinstance(late.refused[run["id"]], LateWrite)
    assert late.refused[run["id"]].extensions["currentFence"] == 3
    assert late.finished == {}
    after = await rows(run["id"])
    assert after[0] == before[0] | {"event_seq": before[0]["event_seq"] + 1}
    assert after[1:] == before[1:]
    last = await db.fetch_row("SELECT type, data FROM run_events ORDER BY seq DESC LIMIT 1")
    assert last is not None
    assert tuple(last) == ("LATE_WRITE_REFUSED", {"fence": 1, "currentFence": 3})


async def test_one_refused_batch_does_not_hold_up_the_others(rt: Runtime, actor: Actor) -> None:
    late, good = await running(rt, actor), await running(rt, actor)
    end = [RunFinished(state="SUCCEEDED")]

    done = await record(
        rt, [Batch(late["id"], 99, PLAN, end), Batch(good["id"], good["fence"], PLAN, end)]
    )

    assert set(done.refused) == {late["id"]}
    assert done.finished == {good["id"]: RunState.SUCCEEDED}


async def test_a_crash_puts_the_run_back_and_frees_its_lease(rt: Runtime, actor: Actor) -> None:
    run = await running(rt, actor)
    await record(rt, [Batch(run["id"], 1, PLAN, [TaskStarted(key="one", attempt=1)])])

    state = await moves.crash(rt, run["id"], fence=1, why="killed")

    assert state is RunState.QUEUED
    found = await runs.by_id(rt, actor, run["id"])
    assert (found["state"], found["crashes"], found["lease_owner"]) == ("QUEUED", 1, None)
    assert await db.fetch_value("SELECT count(*) FROM run_leases") == 0
    assert await db.fetch_value("SELECT state FROM task_runs WHERE key = 'one'") == "PENDING"
    assert await moves.crash(rt, run["id"], fence=1, why="again") is None


async def test_a_worker_that_is_told_to_stop_uses_up_no_crash_retry(
    rt: Runtime, actor: Actor
) -> None:
    run = await running(rt, actor)

    await moves.crash(rt, run["id"], fence=1, why="stopped", is_counted=False)

    assert (await runs.by_id(rt, actor, run["id"]))["crashes"] == 0


async def test_a_fault_of_its_own_code_ends_the_run_at_the_first_crash(
    rt: Runtime, actor: Actor
) -> None:
    run = await running(rt, actor)
    error = {"code": "CRASHED", "message": "m", "where": "flow.py:3", "task_key": "one"}

    state = await moves.crash(
        rt, run["id"], fence=1, why="killed by SIGSEGV", is_own_fault=True, error=error
    )

    assert state is RunState.CRASHED
    found = await runs.by_id(rt, actor, run["id"])
    message = "attempt 1 crashed: killed by SIGSEGV"
    assert found["error"] == error | {"message": message}
    assert found["reason"] == {"code": "CRASHED", "message": message}


@pytest.mark.parametrize(
    ("retries", "is_own_fault", "state"),
    [
        (1, True, RunState.QUEUED),
        (1, False, RunState.QUEUED),
        (0, True, RunState.CRASHED),
        (0, False, RunState.CRASHED),
    ],
)
async def test_what_a_flow_says_of_crashes_holds_for_every_kind(
    rt: Runtime, actor: Actor, retries: int, is_own_fault: bool, state: RunState
) -> None:
    run = await running(rt, actor)
    await db.execute(
        "UPDATE flows SET spec = jsonb_set(spec, '{crash_retries}', to_jsonb($1::int))", retries
    )

    found = await moves.crash(rt, run["id"], fence=1, why="killed", is_own_fault=is_own_fault)

    assert found is state


async def test_a_run_that_was_being_cancelled_when_its_worker_died_is_cancelled(
    rt: Runtime, actor: Actor
) -> None:
    run = await running(rt, actor)
    await runs.cancel(rt, actor, run_id=run["id"])

    state = await moves.crash(rt, run["id"], fence=1, why="killed")

    assert state is RunState.CANCELLED
    assert (await runs.by_id(rt, actor, run["id"]))["finished_at"] is not None


async def test_an_expired_lease_sends_the_run_back_to_the_queue(rt: Runtime, actor: Actor) -> None:
    run = await running(rt, actor)
    await db.execute("UPDATE run_leases SET expires_at = now() - interval '1 second'")
    patient = rt.settings.model_copy(update={"lease_seconds": 0.001})

    await housekeeping.tick(Runtime(**{**_fields(rt), "settings": patient}))

    found = await runs.by_id(rt, actor, run["id"])
    assert (found["state"], found["fence"]) == ("QUEUED", 2)
    reason = await db.fetch_value("SELECT data FROM run_events WHERE type = 'RUN_ATTEMPT_CRASHED'")
    assert reason == {"attempt": 1, "reason": "its worker w1 stopped answering"}


async def test_a_run_may_still_end_by_itself_while_it_is_cancelled(
    rt: Runtime, actor: Actor
) -> None:
    run = await running(rt, actor)
    await runs.cancel(rt, actor, run_id=run["id"])

    done = await record(rt, [Batch(run["id"], 1, PLAN, [RunFinished(state="SUCCEEDED")])])

    assert done.finished == {run["id"]: RunState.SUCCEEDED}


async def test_the_last_lines_of_a_log_arrive_behind_the_end(rt: Runtime, actor: Actor) -> None:
    run = await running(rt, actor)
    await record(rt, [Batch(run["id"], 1, PLAN, [], finish=Finish(RunState.CANCELLED))])

    done = await record(rt, [Batch(run["id"], 1, PLAN, [Log(message="bye")])])

    assert done.refused == {}
    assert await db.fetch_value("SELECT lines #>> '{0,4}' FROM log_chunks") == "bye"


def _fields(rt: Runtime) -> dict[str, Any]:
    return {name: getattr(rt, name) for name in Runtime.__slots__}
