"""Saved views: one's own, shared ones, and nobody else's."""

from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.enums import Role
from dagy_gql.services import saved_views
from tests.api.client import Client
from tests.api.conftest import As, deploy, trigger

FIELDS = "id name filter query isShared isMine count isCountCapped"
LIST = f"{{ savedViews {{ totalCount nodes {{ {FIELDS} }} }} }}"
ONE = f"query Q($id: ID!) {{ savedView(id: $id) {{ {FIELDS} }} }}"
NODE = "query Q($id: ID!) { node(id: $id) { ... on SavedView { name } } }"
NODES = "query Q($ids: [ID!]!) { nodes(ids: $ids) { ... on SavedView { name } } }"
FILTER = {
    "state": ["FAILED"],
    "executor": ["STEP_FUNCTIONS", "LOCAL"],
    "tags": {"team": "data"},
    "createdAfter": "2026-01-02T03:04:05+00:00",
    "mine": True,
}


async def create(client: Client, **values: Any) -> Any:
    return await client.input(
        "createSavedView", "CreateSavedViewInput", f"savedView {{ {FIELDS} }}", **values
    )


async def update(client: Client, **values: Any) -> Any:
    return await client.input(
        "updateSavedView", "UpdateSavedViewInput", f"savedView {{ {FIELDS} }}", **values
    )


async def delete(client: Client, view_id: str) -> Any:
    return await client.input("deleteSavedView", "DeleteSavedViewInput", "deletedId", id=view_id)


async def made(client: Client, **values: Any) -> str:
    answer = await create(client, **values)
    return str(answer.data["createSavedView"]["savedView"]["id"])


async def names(client: Client) -> list[str]:
    return [view["name"] for view in (await client(LIST)).data["savedViews"]["nodes"]]


async def rows() -> list[Any]:
    return await db.fetch("SELECT * FROM saved_views ORDER BY id")


async def test_a_view_keeps_the_filter_as_it_was_given(owner: Client) -> None:
    answer = await create(owner, name="Bad", filter=FILTER, query="state=FAILED&sort=asc")

    view = answer.data["createSavedView"]["savedView"]
    assert {key: view[key] for key in view if key != "id"} == {
        "name": "Bad",
        "filter": FILTER,
        "query": "state=FAILED&sort=asc",
        "isShared": False,
        "isMine": True,
        "count": 0,
        "isCountCapped": False,
    }
    assert (await owner(ONE, id=view["id"])).data["savedView"] == view


async def test_personal_views_are_there_for_nobody_else(
    owner: Client, developer: Client, stranger: Client
) -> None:
    mine = await made(owner, name="mine")
    shared = await made(owner, name="shared", isShared=True)
    await made(developer, name="mine")
    before = await rows()

    assert await names(owner) == ["mine", "shared"]
    assert await names(developer) == ["mine", "shared"]
    assert await names(stranger) == []
    assert (await developer(LIST)).data["savedViews"]["totalCount"] == 2
    for other, hidden in ((developer, [mine]), (stranger, [mine, shared])):
        for view_id in hidden:
            assert (await other(ONE, id=view_id)).code == "NOT_FOUND"
            assert (await other(NODE, id=view_id)).code == "NOT_FOUND"
            assert (await other(NODES, ids=[view_id])).data["nodes"] == [None]
            assert (await update(other, id=view_id, name="taken")).code == "NOT_FOUND"
            assert (await delete(other, view_id)).code == "NOT_FOUND"
    assert (await developer(NODES, ids=[shared])).data["nodes"] == [{"name": "shared"}]
    assert (await developer(ONE, id=shared)).data["savedView"]["isMine"] is False
    assert await rows() == before


async def test_shared_views_are_for_those_who_may_change_runs(
    owner: Client, developer: Client, viewer: Client
) -> None:
    shared = await made(owner, name="shared", isShared=True)
    own = await made(viewer, name="own", filter={"mine": True})
    before = await rows()

    refused = [
        await create(viewer, name="new", isShared=True),
        await update(viewer, id=own, isShared=True),
        await update(viewer, id=shared, query="x=1"),
        await delete(viewer, shared),
    ]

    assert {(answer.code, answer.field) for answer in refused} == {("FORBIDDEN", "isShared")}
    assert {answer.errors[0]["extensions"]["permission"] for answer in refused} == {"RUNS_WRITE"}
    taken = await update(developer, id=shared, isShared=False)
    assert (taken.code, taken.field) == ("FORBIDDEN", "isShared")
    assert await rows() == before
    assert (await update(developer, id=shared, query="x=1")).data
    assert (await update(owner, id=shared, isShared=False)).data
    assert await names(developer) == []
    assert (await delete(viewer, own)).data == {"deleteSavedView": {"deletedId": own}}


async def test_names_are_unique_for_their_owner(owner: Client, developer: Client) -> None:
    await made(owner, name="a", isShared=True)
    other = await made(owner, name="b")
    await made(developer, name="a", isShared=True)
    before = await rows()

    for answer in (await create(owner, name="a"), await update(owner, id=other, name="a")):
        assert (answer.code, answer.field) == ("CONFLICT", "name")

    assert await rows() == before
    assert await names(owner) == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"query": "x" * 2001}, "query"),
        ({"query": "\x00"}, "query"),
        ({"filter": {"search": "x" * 201}}, "filter.search"),
        ({"filter": {"tags": []}}, "filter.tags"),
        ({"isShared": None}, "isShared"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    owner: Client, values: dict[str, Any], field: str
) -> None:
    view = await made(owner, name="view", filter={"search": "a"})
    before = await rows()

    created = await create(owner, **({"name": "other"} | values))
    updated = await update(owner, id=view, **values)

    for answer in (created, updated):
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)
    assert await rows() == before


async def test_a_person_has_so_many_views(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    await made(owner, name="one")

    assert (await create(owner, name="two")).code == "CONFLICT"
    assert await names(owner) == ["one"]


async def test_counts_are_of_the_runs_that_match_now(
    owner: Client, developer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_views, "COUNT_CAP", 2)
    await deploy(owner)
    for client in (owner, owner, owner, developer):
        await trigger(client, tags={"by": client.token[:9] if client is owner else "dev"})
    await made(owner, name="all", isShared=True)
    await made(owner, name="mine", isShared=True, filter={"mine": True})
    await made(owner, name="search", isShared=True, filter={"search": "rep", "state": ["FAILED"]})
    await made(owner, name="tags", isShared=True, filter={"tags": {"by": "dev"}})

    def counted(answer: Any) -> dict[str, tuple[int, bool]]:
        nodes = answer.data["savedViews"]["nodes"]
        return {view["name"]: (view["count"], view["isCountCapped"]) for view in nodes}

    assert counted(await owner(LIST)) == {
        "all": (2, True),
        "mine": (2, True),
        "search": (0, False),
        "tags": (1, False),
    }
    assert counted(await developer(LIST))["mine"] == (1, False)


async def test_the_views_of_a_page_are_counted_in_one_statement(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await made(owner, name=f"view {number}", filter={"search": f"a{number}"})
    seen: list[str] = []
    fetch_value = db.fetch_value

    async def noted(sql: str, *values: Any) -> Any:
        seen.append(sql)
        return await fetch_value(sql, *values)

    monkeypatch.setattr(db, "fetch_value", noted)
    views = (await owner(LIST)).data["savedViews"]["nodes"]

    assert [view["count"] for view in views] == [0] * 5
    assert len([sql for sql in seen if "FROM runs" in sql]) == 1


async def test_changes_are_audited(owner: Client) -> None:
    view = await made(owner, name="a", filter={"state": ["FAILED"]})
    await update(owner, id=view, name="b")
    await delete(owner, view)

    logs = await db.fetch(
        "SELECT action, resource_name, before, after FROM audit_logs"
        " WHERE resource_type = 'SavedView' ORDER BY sequence"
    )
    assert [(log["action"], log["resource_name"]) for log in logs] == [
        ("saved_view.create", "a"),
        ("saved_view.update", "b"),
        ("saved_view.delete", "b"),
    ]
    assert (logs[1]["before"], logs[1]["after"]) == ({"name": "a"}, {"name": "b"})
    assert logs[0]["after"]["run_filter"] == {"state": ["FAILED"]}


async def test_the_audit_trail_of_a_view_is_with_it(owner: Client, as_: As) -> None:
    view = await made(owner, name="a")
    query = "query Q($id: ID!) { savedView(id: $id) { createdBy auditTrail { nodes { action } } } }"

    found = (await owner(query, id=view)).data["savedView"]

    assert found["auditTrail"]["nodes"] == [{"action": "saved_view.create"}]
    assert (await as_(Role.VIEWER)(query, id=view)).errors[0]["extensions"]["code"] == "FORBIDDEN"
