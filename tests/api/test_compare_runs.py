"""compareRuns: a run beside the last good one, or another."""

from datetime import timedelta
from typing import Any

import pytest

from dagy_gql import clock, db
from dagy_gql.enums import RunState
from dagy_gql.repositories.pagination import encode_id
from tests.api.client import Answer, Client, Org
from tests.api.conftest import deploy
from tests.api.past import add_run

CHANGES = "{ path kind before after }"
COMPARE = f"""query C($runId: ID!, $baseId: ID) {{ compareRuns(runId: $runId, baseId: $baseId) {{
  run {{ slug durationMs }} base {{ slug durationMs }} parameters {CHANGES} result {CHANGES}
  tasks {{ key state baseState durationMs baseDurationMs }} isTruncated }} }}"""


async def ask(client: Client, run: Any, base: Any = None) -> Answer:
    base_id = None if base is None else encode_id("Run", base["id"])
    return await client(COMPARE, runId=encode_id("Run", run["id"]), baseId=base_id)


async def compare(client: Client, run: Any, base: Any = None) -> Any:
    return (await ask(client, run, base)).data["compareRuns"]


async def add_task(run: Any, key: str, position: int, state: str, took: float | None) -> None:
    now = clock.now()
    await db.execute(
        """
        INSERT INTO task_runs (id, org_id, run_id, key, name, position, state, attempt, started_at,
            finished_at, created_at)
        VALUES (gen_random_uuid(), $1, $2, $3, $3, $4, $5, 1, $6, $7, $6)
        """,
        run["org_id"],
        run["id"],
        key,
        position,
        state,
        now,
        None if took is None else now + timedelta(seconds=took),
    )


@pytest.fixture
async def deployed(developer: Client) -> None:
    await deploy(developer)


def minutes_ago(minutes: float) -> Any:
    return clock.now() - timedelta(minutes=minutes)


@pytest.mark.usefixtures("deployed")
async def test_a_failed_run_is_compared_with_the_last_good_one(developer: Client) -> None:
    await add_run(at=minutes_ago(9), parameters={"city": "Rome"})
    base = await add_run(
        at=minutes_ago(8),
        took=2.0,
        parameters={"city": "Bonn", "days": 7},
        result={"value": {"rows": [1, 2]}},
    )
    await add_run(RunState.FAILED, at=minutes_ago(7), parameters={"city": "Oslo"})
    run = await add_run(
        RunState.FAILED, at=minutes_ago(6), took=3.0, parameters={"city": "Bonn", "days": 8}
    )
    await add_run(at=minutes_ago(5), parameters={"city": "Kyiv"})

    found = await compare(developer, run)

    assert found == {
        "run": {"slug": run["slug"], "durationMs": 3000},
        "base": {"slug": base["slug"], "durationMs": 2000},
        "parameters": [{"path": "$.days", "kind": "CHANGED", "before": 7, "after": 8}],
        "result": [
            {"path": "$", "kind": "REMOVED", "before": {"rows": [1, 2]}, "after": None},
        ],
        "tasks": [],
        "isTruncated": False,
    }


@pytest.mark.usefixtures("deployed")
async def test_the_base_is_of_the_same_deployment(developer: Client) -> None:
    await deploy(developer, name="other")
    await add_run(at=minutes_ago(3), deployment="other")
    run = await add_run()
    assert (await compare(developer, run))["base"] is None
    await db.execute("DELETE FROM deployments WHERE name = 'nightly'")
    assert (await compare(developer, run))["base"] is not None


@pytest.mark.usefixtures("deployed")
async def test_without_a_base_there_are_no_changes(developer: Client) -> None:
    run = await add_run(RunState.RUNNING, parameters={"city": "Bonn"})
    await add_task(run, "load", 0, "RUNNING", None)
    found = await compare(developer, run)
    assert (found["base"], found["parameters"], found["result"]) == (None, [], [])
    assert found["tasks"] == [
        {
            "key": "load",
            "state": "RUNNING",
            "baseState": None,
            "durationMs": None,
            "baseDurationMs": None,
        }
    ]


@pytest.mark.usefixtures("deployed")
async def test_tasks_of_both_runs_are_in_the_flows_order(developer: Client) -> None:
    base = await add_run(at=minutes_ago(2))
    run = await add_run()
    await add_task(base, "load", 0, "SUCCEEDED", 1.0)
    await add_task(base, "gone", 1, "SUCCEEDED", 1.0)
    await add_task(base, "render", 2, "SUCCEEDED", 2.0)
    await add_task(run, "load", 0, "CACHED", 0.5)
    await add_task(run, "new", 1, "SKIPPED", None)
    await add_task(run, "render", 2, "FAILED", 4.0)

    tasks = (await compare(developer, run, base))["tasks"]

    assert [tuple(task.values()) for task in tasks] == [
        ("load", "CACHED", "SUCCEEDED", 500, 1000),
        ("new", "SKIPPED", None, None, None),
        ("gone", None, "SUCCEEDED", None, 1000),
        ("render", "FAILED", "SUCCEEDED", 4000, 2000),
    ]


@pytest.mark.usefixtures("deployed")
async def test_what_was_masked_stays_masked(developer: Client) -> None:
    base = await add_run(at=minutes_ago(2), result={"value": {"k": "***", "n": 1}, "masked": True})
    run = await add_run(result={"value": {"k": "***", "n": 2}, "masked": True})
    found = await compare(developer, run, base)
    assert found["result"] == [{"path": "$.n", "kind": "CHANGED", "before": 1, "after": 2}]


@pytest.mark.usefixtures("deployed")
async def test_many_changes_are_cut_off(developer: Client) -> None:
    base = await add_run(at=minutes_ago(2), result={"value": list(range(600))})
    run = await add_run(result={"value": list(range(1, 601))})
    found = await compare(developer, run, base)
    assert (len(found["result"]), found["isTruncated"]) == (500, True)


@pytest.mark.usefixtures("deployed")
async def test_a_run_is_not_compared_with_itself(developer: Client) -> None:
    run = await add_run()
    answer = await ask(developer, run, run)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "baseId")


async def test_nothing_is_compared_across_organizations(
    developer: Client, stranger: Client, org: Org, other_org: Org
) -> None:
    await deploy(developer)
    await deploy(stranger)
    mine = await add_run(org_id=org.id)
    theirs = await add_run(org_id=other_org.id, at=minutes_ago(2))
    assert (await ask(stranger, mine)).code == "NOT_FOUND"
    assert (await ask(developer, mine, theirs)).code == "NOT_FOUND"
    assert (await compare(developer, mine))["base"] is None


@pytest.mark.usefixtures("deployed")
async def test_values_need_their_permission(owner: Client) -> None:
    run = await add_run()
    made = await owner.input(
        "createApiKey", "CreateApiKeyInput", "secret", name="runs", scopes=["RUNS_READ"]
    )
    client = Client(owner.http, made.data["createApiKey"]["secret"])
    answer = await ask(client, run)
    assert (answer.code, answer.field) == ("FORBIDDEN", "RunComparison.parameters")
    query = "query C($id: ID!) { compareRuns(runId: $id) { run { slug } tasks { key } } }"
    assert (await client(query, id=encode_id("Run", run["id"]))).data
