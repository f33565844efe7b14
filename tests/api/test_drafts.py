"""Drafts through the API."""

from typing import Any

import pytest

from dagy_gql import db
from tests.api.client import Answer, Client
from tests.api.conftest import register

ONE = """query D($id: ID, $name: String) { dagDraft(id: $id, name: $name) {
  id name description graph problems { code nodeIds } revision flow { name }
  auditTrail { nodes { action } } } }"""
LIST = """query L($filter: DagDraftFilter) { dagDrafts(filter: $filter) {
  nodes { name } totalCount } }"""
GRAPH = {"nodes": [{"id": "a"}, {"id": "b"}], "edges": [{"source": "a", "target": "b"}]}


async def create(client: Client, **values: Any) -> Answer:
    return await client.input(
        "createDagDraft", "CreateDagDraftInput", "dagDraft { id }", **({"name": "idea"} | values)
    )


async def update(client: Client, key: str, revision: int = 1, **values: Any) -> Answer:
    selection = "dagDraft { name revision description graph problems { code } }"
    return await client.input(
        "updateDagDraft", "UpdateDagDraftInput", selection, id=key, revision=revision, **values
    )


async def duplicate(client: Client, key: str, name: str) -> Answer:
    selection = "dagDraft { id name revision graph }"
    return await client.input(
        "duplicateDagDraft", "DuplicateDagDraftInput", selection, id=key, name=name
    )


async def delete(client: Client, key: str) -> Answer:
    return await client.input("deleteDagDraft", "DeleteDagDraftInput", "deletedId", id=key)


async def made(client: Client, **values: Any) -> str:
    return str((await create(client, **values)).data["createDagDraft"]["dagDraft"]["id"])


async def stored() -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.fetch("SELECT * FROM dag_drafts ORDER BY id")]


async def test_a_draft_is_read_back(developer: Client) -> None:
    flow: Any = await register(developer)
    key = await made(developer, description="x", graph=GRAPH, flowId=flow["flow"]["id"])
    expected = {
        "id": key,
        "name": "idea",
        "description": "x",
        "graph": GRAPH,
        "problems": [],
        "revision": 1,
        "flow": {"name": "report"},
        "auditTrail": {"nodes": [{"action": "draft.create"}]},
    }
    assert (await developer(ONE, id=key)).data["dagDraft"] == expected
    assert (await developer(ONE, name="idea")).data["dagDraft"] == expected


async def test_a_save_names_the_revision_it_started_from(developer: Client) -> None:
    key = await made(developer)
    first = (await update(developer, key, graph=GRAPH)).data["updateDagDraft"]["dagDraft"]
    assert (first["revision"], first["graph"], first["problems"]) == (2, GRAPH, [])
    before = await stored()
    late = await update(developer, key, revision=1, name="mine")
    assert (late.code, late.field) == ("CONFLICT", "revision")
    assert late.errors[0]["extensions"]["currentRevision"] == 2
    assert await stored() == before
    again = (await update(developer, key, revision=2, name="mine")).data["updateDagDraft"]
    assert (again["dagDraft"]["revision"], again["dagDraft"]["graph"]) == (3, GRAPH)


async def test_a_cycle_may_be_saved_and_is_reported(developer: Client) -> None:
    edges = [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]
    key = await made(developer, graph=GRAPH | {"edges": edges})
    found = (await developer(ONE, id=key)).data["dagDraft"]["problems"]
    assert [problem["code"] for problem in found] == ["CYCLE"]
    assert sorted(found[0]["nodeIds"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": ""}, "BAD_USER_INPUT", "name"),
        ({"name": "taken"}, "CONFLICT", "name"),
        ({"name": None}, "BAD_USER_INPUT", "name"),
        ({"description": "x" * 10_001}, "BAD_USER_INPUT", "description"),
        ({"graph": []}, "BAD_USER_INPUT", "graph"),
        ({"graph": {"nodes": [{"id": "a"}, {"id": "a"}]}}, "BAD_USER_INPUT", "graph.nodes"),
        ({"flowId": "x"}, "BAD_USER_INPUT", "flowId"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    developer: Client, values: dict[str, Any], code: str, field: str
) -> None:
    await made(developer, name="taken")
    key = await made(developer, name="mine")
    before = await stored()
    answers = [await update(developer, key, **values)]
    if values.get("name", "") is not None:
        answers.append(await create(developer, **values))
    for answer in answers:
        assert (answer.code, answer.field) == (code, field), answer.body
    assert await stored() == before


async def test_a_flow_of_others_is_not_found(developer: Client, stranger: Client) -> None:
    flow: Any = await register(stranger)
    assert (await create(developer, flowId=flow["flow"]["id"])).code == "NOT_FOUND"
    assert await stored() == []


async def test_a_duplicate_has_the_graph_and_a_life_of_its_own(developer: Client) -> None:
    key = await made(developer, graph=GRAPH)
    await update(developer, key, description="second")
    found = (await duplicate(developer, key, "copy")).data["duplicateDagDraft"]["dagDraft"]
    assert (found["name"], found["revision"], found["graph"]) == ("copy", 1, GRAPH)
    assert found["id"] != key
    for name, code in (("copy", "CONFLICT"), ("", "BAD_USER_INPUT")):
        answer = await duplicate(developer, key, name)
        assert (answer.code, answer.field) == (code, "name")
    assert len(await stored()) == 2


async def test_lists_and_filters(developer: Client) -> None:
    flow: Any = await register(developer)
    await made(developer, name="a", flowId=flow["flow"]["id"])
    await made(developer, name="b")
    found = (await developer(LIST)).data["dagDrafts"]
    assert ([node["name"] for node in found["nodes"]], found["totalCount"]) == (["b", "a"], 2)
    found = (await developer(LIST, filter={"flowId": flow["flow"]["id"]})).data["dagDrafts"]
    assert found == {"nodes": [{"name": "a"}], "totalCount": 1}


async def test_other_organizations_and_lesser_roles_change_nothing(
    developer: Client, stranger: Client, viewer: Client
) -> None:
    key = await made(developer, graph=GRAPH)
    before = await stored()
    for client, code in ((stranger, "NOT_FOUND"), (viewer, "FORBIDDEN")):
        assert (await update(client, key, name="x")).code == code
        assert (await duplicate(client, key, "x")).code == code
        assert (await delete(client, key)).code == code
        assert (await client(ONE, id=key)).code == code
    assert (await create(viewer, name="x")).code == "FORBIDDEN"
    assert (await stranger(LIST)).data["dagDrafts"] == {"nodes": [], "totalCount": 0}
    assert await stored() == before
    assert (await delete(developer, key)).data == {"deleteDagDraft": {"deletedId": key}}
    assert await stored() == []


async def test_the_audit_log_holds_revisions_and_not_the_graph(developer: Client) -> None:
    key = await made(developer)
    await update(developer, key, graph={"nodes": [{"id": "of-no-concern"}]})
    rows = await db.fetch(
        "SELECT action, before, after, a::text AS whole FROM audit_logs a"
        " WHERE resource_type = 'DagDraft' ORDER BY sequence"
    )
    assert [row["action"] for row in rows] == ["draft.create", "draft.update"]
    assert (rows[1]["before"], rows[1]["after"]) == ({"revision": 1}, {"revision": 2})
    assert "of-no-concern" not in rows[1]["whole"]
