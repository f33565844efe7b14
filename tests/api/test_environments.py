"""Environments through the API."""

from typing import Any

import pytest

from dagy_gql import db
from tests.api.client import Answer, Client
from tests.api.conftest import deploy

ONE = """query E($id: ID, $name: String) { environment(id: $id, name: $name) {
  name description isProtected createdBy deployments { nodes { name } } } }"""
LIST = "{ environments { nodes { id name isProtected } totalCount } }"


async def create(client: Client, **values: Any) -> Answer:
    return await client.input(
        "createEnvironment", "CreateEnvironmentInput", "environment { id }", **values
    )


async def update(client: Client, **values: Any) -> Answer:
    selection = "environment { name description isProtected }"
    return await client.input("updateEnvironment", "UpdateEnvironmentInput", selection, **values)


async def delete(client: Client, key: str) -> Answer:
    return await client.input("deleteEnvironment", "DeleteEnvironmentInput", "deletedId", id=key)


async def made(client: Client, name: str = "staging", **values: Any) -> str:
    answer = await create(client, name=name, **values)
    return str(answer.data["createEnvironment"]["environment"]["id"])


async def stored() -> list[tuple[Any, ...]]:
    rows = await db.fetch(
        "SELECT name, description, is_protected, updated_at FROM environments ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def test_an_environment_is_read_back(owner: Client) -> None:
    key = await made(owner, description="before production", isProtected=True)
    await deploy(owner, environment="staging")
    expected = {
        "name": "staging",
        "description": "before production",
        "isProtected": True,
        "createdBy": "key:" + str(owner.token)[:14],
        "deployments": {"nodes": [{"name": "nightly"}]},
    }
    assert (await owner(ONE, id=key)).data["environment"] == expected
    assert (await owner(ONE, name="staging")).data["environment"] == expected


async def test_the_list_is_oldest_first_and_the_own_organizations(
    owner: Client, viewer: Client, stranger: Client
) -> None:
    await made(owner, isProtected=True)
    await made(stranger, "theirs")
    found = (await viewer(LIST)).data["environments"]
    assert [(each["name"], each["isProtected"]) for each in found["nodes"]] == [
        ("production", False),
        ("staging", True),
    ]
    assert found["totalCount"] == 2


async def test_an_update_changes_what_it_names_and_nothing_else(owner: Client) -> None:
    key = await made(owner, description="old")
    answer = await update(owner, id=key, isProtected=True)
    assert answer.data["updateEnvironment"]["environment"] == {
        "name": "staging",
        "description": "old",
        "isProtected": True,
    }
    found = (await update(owner, id=key, name="stage")).data["updateEnvironment"]["environment"]
    assert (found["name"], found["isProtected"]) == ("stage", True)


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": ""}, "BAD_USER_INPUT", "name"),
        ({"name": "x" * 101}, "BAD_USER_INPUT", "name"),
        ({"name": "production"}, "CONFLICT", "name"),
        ({"name": "a", "description": "x" * 10_001}, "BAD_USER_INPUT", "description"),
        ({"name": "a", "isProtected": None}, "BAD_USER_INPUT", "isProtected"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    owner: Client, values: dict[str, Any], code: str, field: str
) -> None:
    key = await made(owner)
    before = await stored()
    for answer in (await create(owner, **values), await update(owner, **({"id": key} | values))):
        assert (answer.code, answer.field) == (code, field), answer.body
    assert await stored() == before


async def test_one_that_is_protected_or_in_use_stays(owner: Client) -> None:
    key = await made(owner, isProtected=True)
    refused = await delete(owner, key)
    assert refused.code == "CONFLICT"
    assert "protected" in refused.message
    await update(owner, id=key, isProtected=False)
    deployment = await deploy(owner, environment="staging")
    refused = await delete(owner, key)
    assert refused.message == (
        "The environment 'staging' is in use: it has 1 deployments. Move or delete them."
    )
    assert len(await stored()) == 2
    await owner.input("deleteDeployment", "DeleteDeploymentInput", "deletedId", id=deployment)
    assert (await delete(owner, key)).data == {"deleteEnvironment": {"deletedId": key}}
    assert [row[0] for row in await stored()] == ["production"]
    assert (await delete(owner, key)).code == "NOT_FOUND"


async def test_other_organizations_and_lesser_roles_change_nothing(
    owner: Client, developer: Client, stranger: Client
) -> None:
    key = await made(owner)
    before = await stored()
    for client, code in ((stranger, "NOT_FOUND"), (developer, "FORBIDDEN")):
        assert (await update(client, id=key, isProtected=True)).code == code
        assert (await delete(client, key)).code == code
    assert (await create(developer, name="x")).code == "FORBIDDEN"
    assert (await stranger(ONE, id=key)).code == "NOT_FOUND"
    assert (await stranger(ONE, name="staging")).code == "NOT_FOUND"
    assert await stored() == before


async def test_every_change_is_noted(owner: Client) -> None:
    key = await made(owner)
    await update(owner, id=key, description="new")
    await delete(owner, key)
    rows = await db.fetch(
        "SELECT action, resource_name, before, after FROM audit_logs"
        " WHERE resource_type = 'Environment' ORDER BY sequence"
    )
    assert [row["action"] for row in rows] == [
        "environment.create",
        "environment.update",
        "environment.delete",
    ]
    assert (rows[1]["before"], rows[1]["after"]) == ({"description": ""}, {"description": "new"})
    assert rows[2]["before"]["name"] == rows[0]["after"]["name"] == "staging"
    assert rows[2]["after"] is None
