"""Deployments through the API."""

from typing import Any

import pytest

from dagy_gql import db
from tests.api import flows
from tests.api.client import Answer, Client
from tests.api.conftest import deploy, register, trigger

DEPLOYMENT = """query D($id: ID, $name: String) { deployment(id: $id, name: $name) {
  id name flow { name version } environment { name } defaultExecutor parameters tags paused
  concurrencyLimit slaSeconds runs { nodes { slug } } } }"""
LIST = """query L($filter: DeploymentFilter) { deployments(filter: $filter) {
  nodes { name } totalCount } }"""


async def create(client: Client, **values: Any) -> Answer:
    return await client.input(
        "createDeployment", "CreateDeploymentInput", "deployment { id }", **values
    )


async def update(client: Client, **values: Any) -> Answer:
    return await client.input(
        "updateDeployment", "UpdateDeploymentInput", "deployment { id }", **values
    )


async def delete(client: Client, key: str, **values: object) -> Answer:
    selection = "deletedId cancelledRuns"
    return await client.input(
        "deleteDeployment", "DeleteDeploymentInput", selection, id=key, **values
    )


async def stored() -> list[tuple[Any, ...]]:
    rows = await db.fetch(
        "SELECT name, paused, parameters, tags, flow_id, updated_at FROM deployments ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def test_a_deployment_is_read_back(developer: Client) -> None:
    key = await deploy(
        developer,
        environment="production",
        parameters={"days": 3},
        tags={"team": "weather"},
        concurrencyLimit=2,
        slaSeconds=60,
        defaultExecutor="LOCAL",
        paused=True,
    )
    found = (await developer(DEPLOYMENT, id=key)).data["deployment"]
    version = found.pop("flow")["version"]
    assert len(version) == 12
    assert found == {
        "id": key,
        "name": "nightly",
        "environment": {"name": "production"},
        "defaultExecutor": "LOCAL",
        "parameters": {"days": 3},
        "tags": {"team": "weather"},
        "paused": True,
        "concurrencyLimit": 2,
        "slaSeconds": 60,
        "runs": {"nodes": []},
    }
    assert (await developer(DEPLOYMENT, name="nightly")).data["deployment"]["id"] == key


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"flowName": "nothing"}, "NOT_FOUND", None),
        ({"flowVersion": "9"}, "NOT_FOUND", None),
        ({"environment": "moon"}, "NOT_FOUND", None),
        ({"name": ""}, "BAD_USER_INPUT", "name"),
        ({"name": "a\u0000"}, "BAD_USER_INPUT", "name"),
        ({"parameters": {"days": "many"}}, "BAD_USER_INPUT", "parameters.days"),
        ({"parameters": {"nothing": 1}}, "BAD_USER_INPUT", "parameters.nothing"),
        ({"parameters": []}, "BAD_USER_INPUT", "parameters"),
        ({"tags": {"a": {}}}, "BAD_USER_INPUT", "tags"),
        ({"concurrencyLimit": 0}, "BAD_USER_INPUT", "concurrencyLimit"),
        ({"slaSeconds": -1}, "BAD_USER_INPUT", "slaSeconds"),
        ({"defaultExecutor": "ECS"}, "BAD_USER_INPUT", "defaultExecutor"),
        ({"paused": None}, "BAD_USER_INPUT", "paused"),
    ],
)
async def test_what_cannot_be_deployed_says_why_and_changes_nothing(
    developer: Client, values: dict[str, Any], code: str, field: str | None
) -> None:
    await register(developer)
    answer = await create(developer, **({"name": "nightly", "flowName": "report"} | values))
    assert (answer.code, answer.field) == (code, field), answer.body
    assert await stored() == []


async def test_a_name_is_taken_once_per_organization(developer: Client, stranger: Client) -> None:
    await deploy(developer)
    answer = await create(developer, name="nightly", flowName="report")
    assert (answer.code, answer.field) == ("CONFLICT", "name")
    await deploy(stranger)
    assert len(await stored()) == 2


async def test_an_update_changes_what_it_names_and_nothing_else(developer: Client) -> None:
    key = await deploy(developer, environment="production", parameters={"days": 3}, tags={"a": "b"})
    assert (await update(developer, id=key, paused=True)).errors == []
    found = (await developer(DEPLOYMENT, id=key)).data["deployment"]
    assert (found["paused"], found["parameters"]) == (True, {"days": 3})
    assert (found["tags"], found["environment"]) == ({"a": "b"}, {"name": "production"})
    assert (await update(developer, id=key, environment=None, tags=None)).errors == []
    found = (await developer(DEPLOYMENT, id=key)).data["deployment"]
    assert (found["tags"], found["environment"], found["paused"]) == ({}, None, True)


async def test_an_update_moves_to_another_version_of_the_flow(developer: Client) -> None:
    key = await deploy(developer)
    await register(developer, version="2", spec=flows.spec(description="new"))
    await update(developer, id=key, flowVersion="2")
    found = (await developer(DEPLOYMENT, id=key)).data["deployment"]
    assert found["flow"] == {"name": "report", "version": "2"}


async def test_a_version_that_no_longer_takes_the_parameters_is_refused(
    developer: Client,
) -> None:
    key = await deploy(developer, parameters={"days": 3})
    before = await stored()
    parameters = {"type": "object", "properties": {}, "additionalProperties": False}
    await register(developer, version="2", spec=flows.spec(parameters=parameters))
    answer = await update(developer, id=key, flowVersion="2")
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "parameters.days")
    assert await stored() == before


@pytest.mark.parametrize(
    ("action", "state", "cancelled"), [("KEEP", "QUEUED", 0), ("CANCEL", "CANCELLED", 1)]
)
async def test_a_deleted_deployment_leaves_its_runs(
    developer: Client, action: str, state: str, cancelled: int
) -> None:
    key = await deploy(developer)
    run = (await trigger(developer))["run"]
    done = {"deletedId": key, "cancelledRuns": cancelled}
    assert (await delete(developer, key, runs=action)).data == {"deleteDeployment": done}
    query = "query Q($slug: String) { run(slug: $slug) { state deployment { name } } }"
    found = (await developer(query, slug=run["slug"])).data["run"]  # type: ignore[index]
    assert found == {"state": state, "deployment": None}
    assert (await delete(developer, key)).code == "NOT_FOUND"


async def test_deleting_says_what_is_queued_or_running_and_asks(developer: Client) -> None:
    key = await deploy(developer)
    for _ in range(2):
        await trigger(developer)
    newest = "(SELECT id FROM runs ORDER BY id DESC LIMIT 1)"
    await db.execute(f"UPDATE runs SET state = 'RUNNING' WHERE id = {newest}")
    before = await stored()
    answer = await delete(developer, key)
    assert (answer.code, answer.field) == ("CONFLICT", "runs")
    extensions = answer.errors[0]["extensions"]
    assert (extensions["queued"], extensions["running"]) == (1, 1)
    assert "'nightly' has 1 queued and 1 running runs" in answer.message
    assert await stored() == before
    states = await db.fetch("SELECT state FROM runs ORDER BY state")
    assert [row["state"] for row in states] == ["QUEUED", "RUNNING"]


async def test_a_deployment_without_such_runs_is_deleted_unasked(developer: Client) -> None:
    key = await deploy(developer)
    await trigger(developer)
    await db.execute("UPDATE runs SET state = 'SUCCEEDED', finished_at = now()")
    done = {"deletedId": key, "cancelledRuns": 0}
    assert (await delete(developer, key)).data == {"deleteDeployment": done}


async def test_other_organizations_and_lesser_roles_change_nothing(
    developer: Client, stranger: Client, viewer: Client
) -> None:
    key = await deploy(developer)
    before = await stored()
    for client, code in ((stranger, "NOT_FOUND"), (viewer, "FORBIDDEN")):
        assert (await update(client, id=key, paused=True)).code == code
        assert (await delete(client, key)).code == code
    assert (await create(viewer, name="x", flowName="report")).code == "FORBIDDEN"
    assert (await create(stranger, name="x", flowName="report")).code == "NOT_FOUND"
    for arguments in ({"id": key}, {"name": "nightly"}):
        query = "query D($id: ID, $name: String) { deployment(id: $id, name: $name) { id } }"
        assert (await stranger(query, **arguments)).code == "NOT_FOUND"
    assert await stored() == before


async def test_malformed_ids_name_their_field(developer: Client) -> None:
    for answer in (await update(developer, id="x"), await delete(developer, "x")):
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", "id")


async def test_filters(developer: Client) -> None:
    await deploy(developer, "a", environment="production")
    await deploy(developer, "b", paused=True)

    async def names(**filter_: Any) -> list[str]:
        nodes = (await developer(LIST, filter=filter_)).data["deployments"]["nodes"]
        return [node["name"] for node in nodes]

    assert await names() == ["b", "a"]
    assert await names(name="a") == ["a"]
    assert await names(environment="production") == ["a"]
    assert await names(paused=False) == ["a"]
    assert await names(flowName="report", paused=True) == ["b"]
    assert await names(flowName="other") == []
    assert await names(search="B") == ["b"]
    assert await names(search="EPOR") == ["b", "a"]
    assert await names(search="%") == []
    assert (await developer(LIST, filter={"environment": "moon"})).code == "NOT_FOUND"
