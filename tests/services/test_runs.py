"""Trigger, cancel, retry and wait, without a worker: what the rows say."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dagy.runner.protocol import ErrorInfo
from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import RetryMode, Role, RunState
from dagy_gql.errors import BadUserInput, Conflict, NotFound
from dagy_gql.repositories import retention
from dagy_gql.runtime import Runtime
from dagy_gql.services import deployments, runs
from dagy_gql.services.deployments import UnfinishedRunsAction
from dagy_gql.services.transitions import moves
from tests.support.deployed import deployed, organization

SOURCE = """
from dagy import flow, task

@task
def one(x: int) -> int:
    return x

@flow
def main(x: int, label: str = "none"):
    return one(x)
"""


@pytest.fixture
async def actor(rt: Runtime, tmp_path: Path) -> Actor:
    actor = await organization(rt)
    await deployed(rt, actor, SOURCE, folder=tmp_path)
    return actor


async def count() -> int:
    found: int = await db.fetch_value("SELECT count(*) FROM runs")
    return found


async def claimed(rt: Runtime, *, limit: int = 10) -> list[Any]:
    async def pending(run: Any) -> list[Any]:
        return []

    return await moves.claim(rt, worker_id="w1", limit=limit, pending=pending)


async def test_a_triggered_run_is_queued_with_defaults_filled_in(rt: Runtime, actor: Actor) -> None:
    run, created = await runs.trigger(rt, actor, deployment_name="main", parameters={"x": 1})

    assert created
    assert run["state"] == "QUEUED"
    assert run["parameters"] == {"x": 1, "label": "none"}
    assert run["created_by"] == "owner@acme.test"
    assert run["routing"] == {"executor": "local", "level": "DEFAULT", "reason": "no rule applies"}
    events = await db.fetch("SELECT seq, type FROM run_events WHERE run_id = $1", run["id"])
    assert [tuple(event) for event in events] == [(1, "RUN_QUEUED")]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "parameters.x"),
        ({"x": "one"}, "parameters.x"),
        ({"x": 1, "y": 2}, "parameters.y"),
        ({"x": 1, "label": None}, "parameters.label"),
    ],
)
async def test_bad_parameters_are_named_and_nothing_is_queued(
    rt: Runtime, actor: Actor, parameters: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadUserInput) as refused:
        await runs.trigger(rt, actor, deployment_name="main", parameters=parameters)

    assert refused.value.extensions["field"] == field
    assert await count() == 0


async def test_an_unknown_deployment_is_not_found(rt: Runtime, actor: Actor) -> None:
    with pytest.raises(NotFound):
        await runs.trigger(rt, actor, deployment_name="nope")

    assert await count() == 0


async def test_another_organizations_deployment_and_run_are_not_found(
    rt: Runtime, actor: Actor
) -> None:
    run, _ = await runs.trigger(rt, actor, deployment_name="main", parameters={"x": 1})
    stranger = await organization(rt, name="other")

    for attempt in (
        runs.trigger(rt, stranger, deployment_id=run["deployment_id"], parameters={"x": 1}),
        runs.by_id(rt, stranger, run["id"]),
        runs.by_slug(rt, stranger, run["slug"]),
        runs.cancel(rt, stranger, run_id=run["id"]),
        runs.retry(rt, stranger, run_id=run["id"], mode=RetryMode.FROM_START),
    ):
        with pytest.raises(NotFound):
            await attempt

    assert (await runs.by_id(rt, actor, run["id"]))["state"] == "QUEUED"
    assert await count() == 1


async def test_the_same_idempotency_key_gives_the_same_run(rt: Runtime, actor: Actor) -> None:
    async def ask() -> tuple[Any, bool]:
        return await runs.trigger(
            rt, actor, deployment_name="main", parameters={"x": 1}, idempotency_key="monday"
        )

    answers = await asyncio.gather(*(ask() for _ in range(8)))

    assert len({run["id"] for run, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1
    assert await count() == 1
    assert await db.fetch_value("SELECT count(*) FROM run_events") == 1


async def test_an_idempotency_key_belongs_to_one_organization(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    other = await organization(rt, name="other")
    await deployed(rt, other, SOURCE, folder=tmp_path / "other")

    for one in (actor, other):
        _, created = await runs.trigger(
            rt, one, deployment_name="main", parameters={"x": 1}, idempotency_key="monday"
        )
        assert created

    assert await count() == 2


async def test_a_paused_deployment_refuses_new_runs(rt: Runtime, actor: Actor) -> None:
    await db.execute("UPDATE deployments SET paused = true")

    with pytest.raises(Conflict, match="paused"):
        await runs.trigger(rt, actor, deployment_name="main", parameters={"x": 1})

    assert await count() == 0


async def test_cancelling_a_queued_run_ends_it_at_once(rt: Runtime, actor: Actor) -> None:
    run, _ = await runs.trigger(rt, actor, deployment_name="main", parameters={"x": 1})

    cancelled = await runs.cancel(rt, actor, run_id=run["id"])
    again = await runs.cancel(rt, actor, run_id=run["id"])

    assert cancelled["state"] == "CANCELLED"
    assert cancelled["finished_at"] is not None
    assert dict(again) == dict(cancelled)
    assert await claimed(rt) == []


async def test_an_active_run_cannot_be_retried(rt: Runtime, actor: Actor) -> None:
    run, _ = await runs.trigger(rt, actor, deployment_name="main", parameters={"x": 1})

    with pytest.raises(Conflict, match="QUEUED"):
        await runs.retry(rt, actor, run_id=run["id"], mode=RetryMode.FROM_START)

    assert await count() == 1


async def test_retrying_from_an_unknown_task_names_the_tasks_there_are(
    rt: Runtime, actor: Actor
) -> None:
    run, _ = await runs.trigger(rt, actor, deployment_name="main", parameters={"x": 1})
    await runs.cancel(rt, actor, run_id=run["id"])

    with pytest.raises(BadUserInput, match="It has: one") as refused:
        await runs.retry(rt, actor, run_id=run["id"], mode=RetryMode.FROM_TASK, task_key="two")

    assert refused.value.extensions["field"] == "taskKey"
    assert await count() == 1


async def test_two_claims_at_once_never_break_a_deployments_limit(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, name="narrow", concurrency_limit=2)
    for x in range(6):
        await runs.trigger(rt, actor, deployment_name="narrow", parameters={"x": x})

    taken = await asyncio.gather(*(claimed(rt) for _ in range(5)))

    assert [run["parameters"]["x"] for some in taken for run in some] == [0, 1]
    assert await claimed(rt) == []


@pytest.mark.parametrize("action", list(UnfinishedRunsAction))
async def test_a_deleted_deployments_limit_holds_to_the_end(
    rt: Runtime, actor: Actor, tmp_path: Path, action: UnfinishedRunsAction
) -> None:
    made = await deployed(rt, actor, SOURCE, folder=tmp_path, name="narrow", concurrency_limit=1)
    for x in range(3):
        await runs.trigger(rt, actor, deployment_name="narrow", parameters={"x": x})
    (first,) = await claimed(rt)

    cancelled = await deployments.delete(rt, actor, deployment_id=made.deployment_id, action=action)

    assert await claimed(rt) == []
    if action is UnfinishedRunsAction.CANCEL:
        states = await db.fetch("SELECT state FROM runs ORDER BY queued_at")
        assert [row["state"] for row in states] == ["CANCELLING", "CANCELLED", "CANCELLED"]
        assert cancelled == 3
        return
    assert cancelled == 0
    queued = await db.fetch_value("SELECT id FROM runs WHERE state = 'QUEUED' LIMIT 1")
    waiting = (await runs.waiting(rt, actor, [queued]))[queued]
    assert (waiting["code"], waiting["limit"], waiting["running"]) == ("DEPLOYMENT_LIMIT", 1, 1)
    for x in (1, 2):
        await retention.retired_deployments_all_orgs()
        error = ErrorInfo(code="X", message="x")
        await moves.fail(rt, first["id"], fence=first["fence"], error=error)
        (first,) = await claimed(rt)
        assert first["parameters"]["x"] == x
        assert await claimed(rt) == []
    await moves.fail(rt, first["id"], fence=first["fence"], error=error)
    await retention.retired_deployments_all_orgs()
    assert await db.fetch("SELECT * FROM retired_deployments") == []


async def test_runs_behind_a_full_deployment_do_not_hold_up_others(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, name="narrow", concurrency_limit=1)
    for x in range(3):
        await runs.trigger(rt, actor, deployment_name="narrow", parameters={"x": x})
    last, _ = await runs.trigger(rt, actor, deployment_name="main", parameters={"x": 9})

    taken = await claimed(rt)

    assert sorted(run["parameters"]["x"] for run in taken) == [0, 9]
    assert last["id"] in {run["id"] for run in taken}


async def test_a_waiting_run_says_what_it_waits_for(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, name="narrow", concurrency_limit=1)
    first, _ = await runs.trigger(rt, actor, deployment_name="narrow", parameters={"x": 1})
    second, _ = await runs.trigger(rt, actor, deployment_name="narrow", parameters={"x": 2})

    nobody = {
        "code": "NO_WORKER",
        "message": "no worker is alive: start one with `dagy worker`",
        "limit": 0,
        "running": 0,
    }
    both = [first["id"], second["id"]]
    assert await runs.waiting(rt, actor, both) == dict.fromkeys(both, nobody)
    await claimed(rt, limit=1)
    assert await runs.waiting(rt, actor, both) == {
        second["id"]: {
            "code": "DEPLOYMENT_LIMIT",
            "message": "the deployment 'narrow' runs 1 of at most 1 runs at once",
            "limit": 1,
            "running": 1,
        }
    }


async def test_an_organizations_limit_holds_across_its_deployments(
    rt: Runtime, actor: Actor
) -> None:
    await db.execute("UPDATE organizations SET max_running_runs = 2")
    for x in range(4):
        run, _ = await runs.trigger(rt, actor, deployment_name="main", parameters={"x": x})

    assert len(await claimed(rt)) == 2
    waiting = (await runs.waiting(rt, actor, [run["id"]]))[run["id"]]

    assert (waiting["code"], waiting["limit"], waiting["running"]) == ("ORGANIZATION_LIMIT", 2, 2)


async def test_an_engine_that_is_not_configured_is_refused_by_name(
    rt: Runtime, actor: Actor
) -> None:
    with pytest.raises(BadUserInput, match="Configured: local") as refused:
        await runs.trigger(
            rt, actor, deployment_name="main", parameters={"x": 1}, executor=runs.Executor.ECS
        )

    assert refused.value.extensions["field"] == "executor"
    assert await count() == 0


def test_every_role_is_in_the_matrix() -> None:
    assert set(Role) == {"owner", "admin", "developer", "viewer"}
    assert not RunState.CANCELLING.is_terminal
