"""Bulk operations asked for by the API: what is settled, refused, undone and told."""

from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from dagy_gql import db
from dagy_gql.runtime import Runtime
from dagy_gql.services import bulk_operations, bulk_work
from tests.api.client import Client
from tests.api.conftest import deploy, trigger
from tests.api.server import served, socket_to

FIELDS = """id action state reason { code } total done skipped failed
problems { run code message } createdAt startsAt startedAt finishedAt"""
ONE = f"query Q($id: ID!) {{ bulkOperation(id: $id) {{ {FIELDS} }} }}"
LIST = "{ bulkOperations { totalCount nodes { id state createdBy } } }"
NODE = "query Q($id: ID!) { node(id: $id) { ... on BulkOperation { total } } }"
FOLLOW = f"subscription S($id: ID!) {{ bulkOperation(id: $id) {{ {FIELDS} }} }}"


async def create(client: Client, action: str = "CANCEL", **values: Any) -> Any:
    return await client.input(
        "createBulkOperation",
        "CreateBulkOperationInput",
        f"bulkOperation {{ {FIELDS} }}",
        **({"action": action, "undoSeconds": 0} | values),
    )


async def made(client: Client, action: str = "CANCEL", **values: Any) -> Any:
    return (await create(client, action, **values)).data["createBulkOperation"]["bulkOperation"]


async def stop(client: Client, operation_id: str) -> Any:
    return await client.input(
        "cancelBulkOperation",
        "CancelBulkOperationInput",
        f"bulkOperation {{ {FIELDS} }}",
        id=operation_id,
    )


async def run_ids(client: Client, count: int = 3) -> list[str]:
    await deploy(client)
    made: list[Any] = [await trigger(client) for _ in range(count)]
    return [each["run"]["id"] for each in made]


async def operations() -> list[Any]:
    return await db.fetch("SELECT * FROM bulk_operations ORDER BY id")


async def states() -> dict[str, int]:
    rows = await db.fetch("SELECT state, count(*) AS number FROM runs GROUP BY 1")
    return {row["state"]: row["number"] for row in rows}


async def worked(rt: Runtime) -> None:
    """What the workers' job does."""
    for row in await operations():
        await bulk_work.work(rt, f"{row['id']}:0")


async def test_an_operation_waits_until_it_starts(owner: Client) -> None:
    ids = await run_ids(owner)

    operation = await made(owner, runIds=ids, undoSeconds=30)

    assert (operation["action"], operation["state"], operation["total"]) == ("CANCEL", "WAITING", 3)
    assert [operation[name] for name in ("done", "skipped", "failed")] == [0, 0, 0]
    assert operation["problems"] == []
    assert operation["startedAt"] is operation["finishedAt"] is operation["reason"] is None
    wait = datetime.fromisoformat(operation["startsAt"]) - datetime.fromisoformat(
        operation["createdAt"]
    )
    assert wait.total_seconds() == 30
    assert (await owner(ONE, id=operation["id"])).data["bulkOperation"] == operation


async def test_nothing_is_done_before_it_starts(owner: Client, rt: Runtime) -> None:
    operation = await made(owner, runIds=await run_ids(owner), undoSeconds=30)

    await worked(rt)

    assert (await owner(ONE, id=operation["id"])).data["bulkOperation"] == operation
    assert await states() == {"QUEUED": 3}


async def test_the_filter_is_settled_when_it_is_asked_for(owner: Client, rt: Runtime) -> None:
    await run_ids(owner)
    operation = await made(owner, filter={"search": "report", "state": ["QUEUED"]})
    await trigger(owner)

    await worked(rt)

    found = (await owner(ONE, id=operation["id"])).data["bulkOperation"]
    assert (found["state"], found["total"], found["done"]) == ("COMPLETED", 3, 3)
    assert await states() == {"CANCELLED": 3, "QUEUED": 1}


async def test_one_that_waits_is_undone(owner: Client, rt: Runtime) -> None:
    operation = await made(owner, runIds=await run_ids(owner), undoSeconds=30)

    stopped = (await stop(owner, operation["id"])).data["cancelBulkOperation"]["bulkOperation"]
    await db.execute("UPDATE bulk_operations SET starts_at = created_at")
    await worked(rt)

    assert (stopped["state"], stopped["done"]) == ("CANCELLED", 0)
    assert stopped["finishedAt"] is not None
    assert await states() == {"QUEUED": 3}
    again = await stop(owner, operation["id"])
    assert again.code == "CONFLICT"
    logs = await db.fetch(
        "SELECT action, before, after FROM audit_logs WHERE resource_type = 'BulkOperation'"
        " ORDER BY sequence"
    )
    assert [tuple(log.values()) for log in logs] == [
        ("bulk_operation.create", None, {"action": "CANCEL", "total": 3}),
        ("bulk_operation.cancel", {"state": "WAITING"}, {"state": "CANCELLED"}),
    ]


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({}, "BAD_USER_INPUT", "runIds"),
        ({"runIds": []}, "BAD_USER_INPUT", "runIds"),
        ({"runIds": ["x"]}, "BAD_USER_INPUT", "runIds"),
        ({"filter": {"state": ["FAILED"]}}, "BAD_USER_INPUT", "filter"),
        ({"filter": {"search": "x" * 201}}, "BAD_USER_INPUT", "filter.search"),
        ({"filter": {}, "undoSeconds": 61}, "BAD_USER_INPUT", "undoSeconds"),
        ({"filter": {}, "undoSeconds": -1}, "BAD_USER_INPUT", "undoSeconds"),
        ({"filter": {}, "runIds": ["UnVu"]}, "BAD_USER_INPUT", "runIds"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    owner: Client, values: dict[str, Any], code: str, field: str
) -> None:
    await run_ids(owner)

    answer = await create(owner, **values)

    assert (answer.code, answer.field) == (code, field)
    assert await operations() == []


async def test_runs_and_operations_of_others_are_not_there(
    owner: Client, stranger: Client, viewer: Client
) -> None:
    ids = await run_ids(owner)
    operation = await made(owner, runIds=ids, undoSeconds=30)
    before = await operations()

    assert (await create(stranger, runIds=ids)).code == "NOT_FOUND"
    assert (await create(stranger, filter={})).field == "filter"
    for query in (ONE, NODE):
        assert (await stranger(query, id=operation["id"])).code == "NOT_FOUND"
    assert (await stop(stranger, operation["id"])).code == "NOT_FOUND"
    assert (await stranger(LIST)).data["bulkOperations"] == {"totalCount": 0, "nodes": []}
    for answer in (await create(viewer, runIds=ids), await stop(viewer, operation["id"])):
        assert answer.code == "FORBIDDEN"
    assert (await viewer(ONE, id=operation["id"])).data["bulkOperation"]["total"] == 3
    assert await operations() == before


async def test_there_are_bounds(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await run_ids(owner)
    monkeypatch.setattr(bulk_operations, "MAX_RUN_IDS", 2)
    monkeypatch.setattr(bulk_operations, "MAX_RUNS", 2)

    for values in ({"runIds": ids}, {"filter": {}}):
        assert (await create(owner, **values)).code == "BAD_USER_INPUT"
    monkeypatch.setattr(bulk_operations, "MAX_ACTIVE", 1)
    await made(owner, runIds=ids[:2])
    assert (await create(owner, runIds=ids[:1])).code == "CONFLICT"
    assert len(await operations()) == 1


async def test_progress_is_told_to_the_end(owner: Client, app: Starlette, rt: Runtime) -> None:
    ids = await run_ids(owner)
    operation = await made(owner, runIds=ids)

    async with served(app) as port, socket_to(port, token=owner.token) as socket:
        await socket.subscribe(FOLLOW, id=operation["id"])
        first = (await socket.receive())["payload"]["data"]["bulkOperation"]
        await worked(rt)
        last = (await socket.receive())["payload"]["data"]["bulkOperation"]
        end = await socket.receive()

    assert first == operation
    assert (last["state"], last["done"], last["total"]) == ("COMPLETED", 3, 3)
    assert last["startedAt"] is not None
    assert end["type"] == "complete"


async def test_operations_of_nobody_are_not_followed(
    owner: Client, stranger: Client, app: Starlette
) -> None:
    operation = await made(owner, runIds=await run_ids(owner))

    async with served(app) as port, socket_to(port, token=stranger.token) as socket:
        await socket.subscribe(FOLLOW, id=operation["id"])
        message = await socket.receive()

    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "NOT_FOUND"
