"""Runs through the API: trigger, read, list, cancel, retry."""

from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.enums import Role
from tests.api.client import Answer, Client
from tests.api.conftest import As, deploy, trigger

DETAILS = """
query Run($id: ID, $slug: String) {
  run(id: $id, slug: $slug) {
    id slug state stateReason { code message } trigger executor attempt queueMs durationMs
    flow { name version } deployment { name } environment { name }
    parameters result error { code } tags createdAt finishedAt
    taskCounts { pending running succeeded }
    routing { executor level reason } waiting { code message limit running }
    retryOf { id } taskRuns { nodes { key } totalCount }
    events { nodes { sequence type runState } edges { cursor } pageInfo { hasNextPage endCursor } }
    logs { nodes { message } } artifacts { name url }
  }
}
"""
LIST = """query L($filter: RunFilter, $first: Int, $after: String) {
  runs(filter: $filter, first: $first, after: $after) {
    nodes { slug } totalCount pageInfo { hasNextPage endCursor } } }"""


async def start(client: Client, **values: Any) -> Answer:
    return await client.input("triggerRun", "TriggerRunInput", "created run { slug }", **values)


async def runs_stored() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM runs"))


async def test_a_triggered_run_is_queued_with_all_it_needs(developer: Client) -> None:
    await deploy(developer, environment="production", tags={"team": "weather"})
    triggered: Any = await trigger(developer)
    assert triggered["created"] is True
    run = (await developer(DETAILS, id=triggered["run"]["id"])).data["run"]
    assert run["state"] == "QUEUED"
    assert run["parameters"] == {"city": "Bonn", "days": 7}
    assert run["tags"] == {"team": "weather"}
    assert run["flow"]["name"] == "report"
    assert run["deployment"] == {"name": "nightly"}
    assert run["environment"] == {"name": "production"}
    assert run["executor"] == "LOCAL"
    assert run["routing"]["level"] == "DEFAULT"
    assert run["waiting"]["code"] == "NO_WORKER"
    assert run["events"]["nodes"] == [{"sequence": 1, "type": "RUN_QUEUED", "runState": "QUEUED"}]
    assert (run["result"], run["error"], run["retryOf"]) == (None, None, None)
    assert (run["taskRuns"]["nodes"], run["logs"]["nodes"], run["artifacts"]) == ([], [], [])
    assert run["createdAt"].endswith("Z")
    by_slug = (await developer(DETAILS, slug=run["slug"])).data["run"]
    assert by_slug["id"] == run["id"]


async def test_the_same_idempotency_key_gives_the_same_run(developer: Client) -> None:
    await deploy(developer)
    first: Any = await trigger(developer, idempotencyKey="k")
    second: Any = await trigger(developer, idempotencyKey="k")
    assert (first["created"], second["created"]) == (True, False)
    assert first["run"]["id"] == second["run"]["id"]
    assert await runs_stored() == 1


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"deploymentName": "nothing"}, "NOT_FOUND", None),
        ({"deploymentName": None}, "BAD_USER_INPUT", "deploymentId"),
        ({"deploymentId": "x"}, "BAD_USER_INPUT", "deploymentId"),
        ({"parameters": {}}, "BAD_USER_INPUT", "parameters.city"),
        ({"parameters": None}, "BAD_USER_INPUT", "parameters.city"),
        ({"parameters": {"city": 5}}, "BAD_USER_INPUT", "parameters.city"),
        ({"parameters": {"city": "x", "days": "y"}}, "BAD_USER_INPUT", "parameters.days"),
        ({"parameters": {"city": "x", "more": 1}}, "BAD_USER_INPUT", "parameters.more"),
        ({"parameters": []}, "BAD_USER_INPUT", "parameters"),
        ({"tags": {"a": 1}}, "BAD_USER_INPUT", "tags"),
        ({"tags": []}, "BAD_USER_INPUT", "tags"),
        ({"idempotencyKey": ""}, "BAD_USER_INPUT", "idempotencyKey"),
        ({"idempotencyKey": "x" * 201}, "BAD_USER_INPUT", "idempotencyKey"),
        ({"executor": "ECS"}, "BAD_USER_INPUT", "executor"),
    ],
)
async def test_what_cannot_be_triggered_says_why_and_changes_nothing(
    developer: Client, values: dict[str, Any], code: str, field: str | None
) -> None:
    await deploy(developer)
    answer = await start(
        developer, **({"deploymentName": "nightly", "parameters": {"city": "x"}} | values)
    )
    assert (answer.code, answer.field) == (code, field), answer.body
    assert await runs_stored() == 0


async def test_a_paused_deployment_starts_nothing(developer: Client) -> None:
    await deploy(developer, paused=True)
    answer = await start(developer, deploymentName="nightly", parameters={"city": "x"})
    assert answer.code == "CONFLICT"
    assert await runs_stored() == 0


@pytest.mark.parametrize("role", list(Role))
async def test_who_may_trigger(developer: Client, as_: As, role: Role) -> None:
    await deploy(developer)
    answer = await start(as_(role), deploymentName="nightly", parameters={"city": "x"})
    if role is Role.VIEWER:
        assert (answer.code, answer.field) == ("FORBIDDEN", "Mutation.triggerRun")
    else:
        assert answer.errors == []
    assert await runs_stored() == (0 if role is Role.VIEWER else 1)


async def test_another_organization_sees_and_changes_nothing(
    developer: Client, stranger: Client
) -> None:
    deployment_id = await deploy(developer)
    run: Any = (await trigger(developer))["run"]
    for arguments in ({"id": run["id"]}, {"slug": run["slug"]}):
        assert (await stranger(DETAILS, **arguments)).code == "NOT_FOUND"
        answer = await stranger.input("cancelRun", "CancelRunInput", "run { id }", **arguments)
        assert answer.code == "NOT_FOUND"
        retry = {"mode": "FROM_START"} | arguments
        answer = await stranger.input("retryRun", "RetryRunInput", "run { id }", **retry)
        assert answer.code == "NOT_FOUND"
    answer = await start(stranger, deploymentId=deployment_id, parameters={"city": "x"})
    assert answer.code == "NOT_FOUND"
    query = "query T($runId: ID!) { taskRuns(runId: $runId) { nodes { key } } }"
    assert (await stranger(query, runId=run["id"])).code == "NOT_FOUND"
    assert (await stranger(LIST)).data["runs"]["nodes"] == []
    assert (await developer(DETAILS, id=run["id"])).data["run"]["state"] == "QUEUED"
    assert await runs_stored() == 1


async def test_cancel_then_retry(developer: Client) -> None:
    await deploy(developer)
    run: Any = (await trigger(developer))["run"]
    early = await developer.input(
        "retryRun", "RetryRunInput", "run { id }", id=run["id"], mode="FROM_START"
    )
    assert early.code == "CONFLICT"
    for _ in range(2):
        answer = await developer.input(
            "cancelRun", "CancelRunInput", "run { state stateReason { code } }", slug=run["slug"]
        )
        cancelled = {"state": "CANCELLED", "stateReason": {"code": "CANCELLED"}}
        assert answer.data["cancelRun"]["run"] == cancelled
    answer = await developer.input(
        "retryRun",
        "RetryRunInput",
        "run { state trigger retryOf { slug } parameters }",
        id=run["id"],
        mode="FROM_TASK",
        taskKey="render",
    )
    assert answer.data["retryRun"]["run"] == {
        "state": "QUEUED",
        "trigger": "RETRY",
        "retryOf": {"slug": run["slug"]},
        "parameters": {"city": "Bonn", "days": 7},
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"mode": "FROM_TASK"}, "taskKey"),
        ({"mode": "FROM_START", "taskKey": "load"}, "taskKey"),
        ({"mode": "FROM_TASK", "taskKey": "nothing"}, "taskKey"),
        ({"mode": "FROM_START", "id": "x"}, "id"),
        ({"mode": "FROM_START", "id": None, "slug": None}, "id"),
        ({"mode": "SIDEWAYS"}, "input.mode"),
    ],
)
async def test_what_cannot_be_retried_names_its_field(
    developer: Client, values: dict[str, Any], field: str
) -> None:
    await deploy(developer)
    run: Any = (await trigger(developer))["run"]
    await developer.input("cancelRun", "CancelRunInput", "run { id }", id=run["id"])
    answer = await developer.input(
        "retryRun", "RetryRunInput", "run { id }", **({"id": run["id"]} | values)
    )
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", field), answer.body
    assert await runs_stored() == 1


async def slugs(client: Client, **filter_: Any) -> list[str]:
    nodes = (await client(LIST, filter=filter_)).data["runs"]["nodes"]
    return [node["slug"] for node in nodes]


async def test_filters(developer: Client) -> None:
    await deploy(developer, environment="production")
    await deploy(developer, "other")
    first: Any = (await trigger(developer))["run"]
    second: Any = (await trigger(developer, deploymentName="other"))["run"]
    await developer.input("cancelRun", "CancelRunInput", "run { id }", id=first["id"])
    assert await slugs(developer) == [second["slug"], first["slug"]]
    assert await slugs(developer, state=["CANCELLED", "FAILED"]) == [first["slug"]]
    assert await slugs(developer, state=[]) == []
    assert await slugs(developer, deploymentName="other") == [second["slug"]]
    assert await slugs(developer, environment="production") == [first["slug"]]
    assert await slugs(developer, environment="moon") == []
    assert await slugs(developer, flowName="nothing") == []
    assert await slugs(developer, trigger="SCHEDULE") == []
    assert len(await slugs(developer, createdAfter="2020-01-01T00:00:00Z")) == 2
    assert await slugs(developer, createdBefore="2020-01-01T00:00:00+01:00") == []


async def test_pages(developer: Client) -> None:
    await deploy(developer)
    made: list[Any] = [(await trigger(developer))["run"] for _ in range(3)]
    first = (await developer(LIST, first=2)).data["runs"]
    assert [node["slug"] for node in first["nodes"]] == [made[2]["slug"], made[1]["slug"]]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    rest = (await developer(LIST, first=2, after=first["pageInfo"]["endCursor"])).data["runs"]
    assert [node["slug"] for node in rest["nodes"]] == [made[0]["slug"]]
    assert rest["pageInfo"]["hasNextPage"] is False


async def test_events_and_logs_have_pages_of_their_own(developer: Client) -> None:
    await deploy(developer)
    run: Any = (await trigger(developer))["run"]
    await developer.input("cancelRun", "CancelRunInput", "run { id }", id=run["id"])
    query = """query E($id: ID!, $after: String) { run(id: $id) { events(first: 1, after: $after) {
        nodes { sequence cursor } pageInfo { hasNextPage endCursor } } } }"""
    first = (await developer(query, id=run["id"])).data["run"]["events"]
    assert [event["sequence"] for event in first["nodes"]] == [1]
    assert first["pageInfo"] == {"hasNextPage": True, "endCursor": first["nodes"][0]["cursor"]}
    after = first["pageInfo"]["endCursor"]
    second = (await developer(query, id=run["id"], after=after)).data["run"]["events"]
    assert [event["sequence"] for event in second["nodes"]] == [2]
    assert second["pageInfo"]["hasNextPage"] is False
    answer = await developer(query, id=run["id"], after="x")
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "after")


PAGE = """slug flow { name } deployment { name } environment { name } ...More
  ... on Run { artifacts { name } } taskRuns { nodes { key } } waiting { code }"""
MORE = "fragment More on Run { taskCounts { pending } flow { version } }"


@pytest.mark.parametrize(
    "query",
    [
        f"{{ runs {{ nodes {{ {PAGE} }} }} }} {MORE}",
        f"{{ runs {{ edges {{ cursor node {{ {PAGE} }} }} }} }} {MORE}",
        f"{{ runs {{ ...Rows }} }} fragment Rows on RunConnection {{ nodes {{ {PAGE} }} }} {MORE}",
    ],
    ids=["nodes", "edges", "fragment"],
)
async def test_relations_cost_a_fixed_number_of_queries(
    developer: Client, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    await deploy(developer, environment="production")
    for _ in range(5):
        run: Any = (await trigger(developer))["run"]
        await developer.input("cancelRun", "CancelRunInput", "run { id }", id=run["id"])
    statements: list[str] = []
    fetch = db.fetch

    async def counted(sql: str, *values: Any) -> Any:
        statements.append(sql)
        return await fetch(sql, *values)

    monkeypatch.setattr(db, "fetch", counted)
    for _ in range(2):
        statements.clear()
        found = (await developer(query)).data["runs"]
        runs = found.get("nodes") or [edge["node"] for edge in found["edges"]]
        assert [run["deployment"]["name"] for run in runs] == ["nightly"] * 5
        assert all(run["flow"]["version"] and run["taskCounts"]["pending"] == 0 for run in runs)
        assert len(statements) == 7


async def test_a_relation_that_cannot_be_fetched_is_reported_on_its_field(
    developer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deploy(developer)
    await trigger(developer)
    fetch = db.fetch

    async def broken(sql: str, *values: Any) -> Any:
        if "FROM environments" in sql or "FROM deployments" in sql:
            raise ConnectionRefusedError
        return await fetch(sql, *values)

    monkeypatch.setattr(db, "fetch", broken)
    answer = await developer("{ runs { nodes { slug deployment { name } flow { name } } } }")
    assert answer.code == "UNAVAILABLE"
    assert answer.errors[0]["path"] == ["runs", "nodes", 0, "deployment"]
    (run,) = answer.body["data"]["runs"]["nodes"]
    assert (run["deployment"], run["flow"]) == (None, {"name": "report"})
