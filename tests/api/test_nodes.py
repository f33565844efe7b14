"""node(id:) and nodes(ids:)."""

from typing import Any
from uuid import UUID

import pytest

from dagy_gql import db
from dagy_gql.ids import new_id
from dagy_gql.repositories.pagination import encode_id
from tests.api.client import Client
from tests.api.conftest import deploy, trigger

NODE = """query N($id: ID!) { node(id: $id) { __typename id
  ... on Run { slug } ... on Flow { name } ... on Deployment { paused } } }"""
NODES = "query N($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def everything(client: Client) -> dict[str, str]:
    deployment_id = await deploy(client, environment="production")
    run: Any = (await trigger(client))["run"]
    flow = (await client('{ flow(name: "report") { id } }')).data["flow"]
    listed = (await client("{ environments { nodes { id } } }")).data["environments"]
    environment = listed["nodes"][0]
    return {
        "Deployment": deployment_id,
        "Run": run["id"],
        "Flow": flow["id"],
        "Environment": environment["id"],
    }


async def test_every_entity_is_found_by_its_id(developer: Client) -> None:
    ids = await everything(developer)
    for name, key in ids.items():
        found = (await developer(NODE, id=key)).data["node"]
        assert (found["__typename"], found["id"]) == (name, key)
    keys = [*ids.values(), encode_id("Run", new_id()), ids["Run"]]
    found = (await developer(NODES, ids=keys)).data["nodes"]
    assert [node and node["__typename"] for node in found] == [*ids, None, "Run"]


async def test_what_belongs_to_others_is_not_found(developer: Client, stranger: Client) -> None:
    ids = await everything(developer)
    for key in ids.values():
        assert (await stranger(NODE, id=key)).code == "NOT_FOUND"
    found = (await stranger(NODES, ids=list(ids.values()))).data["nodes"]
    assert found == [None] * len(ids)


async def test_the_type_asks_for_its_permission(developer: Client, owner: Client) -> None:
    ids = await everything(developer)
    await db.execute("""UPDATE api_keys SET role = NULL, scopes = '["flows.read"]'""")
    query = "query N($id: ID!) { node(id: $id) { id } }"
    assert (await owner(query, id=ids["Flow"])).data["node"] == {"id": ids["Flow"]}
    answer = await owner(query, id=ids["Run"])
    assert (answer.code, answer.field) == ("FORBIDDEN", "Query.node")
    answer = await owner(NODES, ids=[ids["Flow"], ids["Run"]])
    assert (answer.code, answer.field) == ("FORBIDDEN", "Query.nodes")


@pytest.mark.parametrize("key", ["", "x", "UnVuOng=", encode_id("Nothing", UUID(int=1)), "\u0000"])
async def test_malformed_ids_name_their_field(viewer: Client, key: str) -> None:
    answer = await viewer(NODE, id=key)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "id")
    answer = await viewer(NODES, ids=[key])
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "ids")


async def test_too_many_ids_are_refused(viewer: Client) -> None:
    answer = await viewer(NODES, ids=[encode_id("Run", new_id())] * 101)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "ids")
