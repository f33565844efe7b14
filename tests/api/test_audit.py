"""The audit log through the API: what mutations write into it, reading, verifying, exporting."""

import csv
import io
import json
from typing import Any

import asyncpg
import pytest

from dagy_gql.enums import Role
from dagy_gql.runtime import Runtime
from tests.api.client import Client, Org
from tests.api.conftest import As, deploy, trigger

LOGS = """query Q($filter: AuditLogFilter, $first: Int, $after: String) {
  auditLogs(filter: $filter, first: $first, after: $after) {
    nodes { id sequence at actorKind actorId actorName action resourceType resourceId resourceName
            before after changes { column before after } requestId address previousHash hash }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}"""
VERIFY = """query V($knownHash: String) { verifyAuditChain(knownHash: $knownHash) {
  valid checked firstBroken { sequence id reason } head { sequence hash at } } }"""


async def logs(client: Client, **filter_: Any) -> list[dict[str, Any]]:
    """Newest first."""
    found: list[dict[str, Any]] = (await client(LOGS, filter=filter_)).data["auditLogs"]["nodes"]
    return found


async def actions(client: Client, **filter_: Any) -> list[str]:
    return [row["action"] for row in await logs(client, **filter_)]


async def update(client: Client, deployment: str, **values: Any) -> None:
    answer = await client.input(
        "updateDeployment", "UpdateDeploymentInput", "deployment { id }", id=deployment, **values
    )
    assert answer.data


async def test_a_mutation_says_who_what_and_from_where(owner: Client, http: Any) -> None:
    owner.headers["X-Request-Id"] = "quote-me"
    deployment = await deploy(owner, parameters={"city": "Bonn"})
    await update(owner, deployment, paused=True, concurrencyLimit=3)

    changed, created, registered, uploaded = await logs(owner)
    assert [row["action"] for row in (uploaded, registered, created, changed)] == [
        "artifact.upload",
        "flow.register",
        "deployment.create",
        "deployment.update",
    ]
    assert changed | {"id": "", "at": "", "hash": "", "previousHash": "", "actorId": ""} == {
        "id": "",
        "sequence": 4,
        "at": "",
        "actorKind": "API_KEY",
        "actorId": "",
        "actorName": changed["actorName"],
        "action": "deployment.update",
        "resourceType": "Deployment",
        "resourceId": deployment,
        "resourceName": "nightly",
        "before": {"paused": False, "concurrency_limit": None},
        "after": {"paused": True, "concurrency_limit": 3},
        "changes": [
            {"column": "concurrency_limit", "before": None, "after": 3},
            {"column": "paused", "before": False, "after": True},
        ],
        "requestId": "quote-me",
        "address": "127.0.0.1",
        "previousHash": "",
        "hash": "",
    }
    assert changed["actorName"].startswith("key:dagy_sk_")
    assert changed["previousHash"] == created["hash"]
    assert created["before"] is None
    assert created["after"]["parameters"] == {"city": "Bonn"}
    found = (await owner("query($id: ID!) { node(id: $id) { id } }", id=changed["id"])).data
    assert found == {"node": {"id": changed["id"]}}
    one = await owner("query($id: ID!) { auditLog(id: $id) { hash } }", id=changed["id"])
    assert one.data == {"auditLog": {"hash": changed["hash"]}}


@pytest.mark.parametrize(
    "values",
    [{"name": ""}, {"concurrencyLimit": 0}, {"flowName": "nothing"}, {"parameters": {"x": 1}}],
)
async def test_a_mutation_that_fails_leaves_no_row(owner: Client, values: dict[str, Any]) -> None:
    deployment = await deploy(owner)
    before = await logs(owner)
    answer = await owner.input(
        "updateDeployment", "UpdateDeploymentInput", "deployment { id }", id=deployment, **values
    )
    assert answer.errors
    assert await logs(owner) == before


async def test_the_same_idempotency_key_is_one_row(owner: Client) -> None:
    await deploy(owner)
    first = await trigger(owner, idempotencyKey="a")
    assert await trigger(owner, idempotencyKey="a") == first | {"created": False}
    assert await actions(owner, action="run.trigger") == ["run.trigger"]


async def test_filters(owner: Client, developer: Client) -> None:
    deployment = await deploy(owner)
    await update(developer, deployment, paused=True)
    rows = await logs(owner)
    names = [row["action"] for row in rows]

    assert await actions(owner, action="flow.register") == ["flow.register"]
    assert await actions(owner, actor=rows[0]["actorName"]) == ["deployment.update"]
    assert await actions(owner, actor=rows[0]["actorName"], action="flow.register") == []
    assert await actions(owner, resourceType="Deployment") == names[:2]
    assert await actions(owner, resourceId=deployment) == names[:2]
    assert await actions(owner, resourceType="Run", resourceId=deployment) == []
    assert await actions(owner, after=rows[1]["at"]) == names[:2]
    assert await actions(owner, before=rows[1]["at"]) == names[2:]
    assert await actions(owner, after=rows[2]["at"], before=rows[0]["at"]) == names[1:3]
    assert await actions(owner, after="2200-01-01T00:00:00Z") == []
    assert await actions(owner, before="2200-01-01T00:00:00Z") == names
    answer = await owner(LOGS, filter={"resourceId": "x"})
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "filter.resourceId")


async def test_pages_follow_each_other(owner: Client) -> None:
    deployment = await deploy(owner)
    for number in range(1, 4):
        await update(owner, deployment, slaSeconds=number)
    seen, after = [], None
    for _ in range(3):
        found = (await owner(LOGS, first=2, after=after)).data["auditLogs"]
        assert found["totalCount"] == 6
        seen += [row["sequence"] for row in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
    assert seen == [6, 5, 4, 3, 2, 1]
    assert found["pageInfo"]["hasNextPage"] is False


async def test_the_trail_of_an_object_outlives_it(owner: Client) -> None:
    deployment = await deploy(owner)
    triggered: Any = await trigger(owner)
    trail = "auditTrail { nodes { action } pageInfo { hasNextPage } }"
    answer = await owner(
        f"query Q($run: ID!, $deployment: ID!) {{ run(id: $run) {{ {trail} flow {{ {trail} }} }}"
        f" deployment(id: $deployment) {{ {trail} }} }}",
        run=triggered["run"]["id"],
        deployment=deployment,
    )

    def page(action: str) -> dict[str, Any]:
        nodes = {"nodes": [{"action": action}], "pageInfo": {"hasNextPage": False}}
        return {"auditTrail": nodes}

    assert answer.data == {
        "run": page("run.trigger") | {"flow": page("flow.register")},
        "deployment": page("deployment.create"),
    }
    await owner.input(
        "deleteDeployment", "DeleteDeploymentInput", "deletedId", id=deployment, runs="KEEP"
    )
    query = "query($id: ID!) { auditTrail(resourceId: $id) { nodes { action before } } }"
    deleted, created = (await owner(query, id=deployment)).data["auditTrail"]["nodes"]
    assert (deleted["action"], created["action"]) == ("deployment.delete", "deployment.create")
    assert deleted["before"]["name"] == "nightly"


async def test_who_may_read_what(as_: As, owner: Client, stranger: Client) -> None:
    await deploy(owner)
    for role, bare, diffs in (
        (Role.OWNER, None, None),
        (Role.ADMIN, None, None),
        (Role.DEVELOPER, None, "FORBIDDEN"),
        (Role.VIEWER, "FORBIDDEN", "FORBIDDEN"),
    ):
        for selection, code in (("action", bare), ("action before", diffs), ("after", diffs)):
            answer = await as_(role)(f"{{ auditLogs {{ nodes {{ {selection} }} }} }}")
            assert [error["extensions"]["code"] for error in answer.errors] == ([code] * bool(code))
    assert await logs(stranger) == []
    (row, *_) = await logs(owner)
    query = "query($id: ID!) { auditLog(id: $id) { id } }"
    assert (await stranger(query, id=row["id"])).code == "NOT_FOUND"


async def test_a_row_changed_by_hand_is_found(owner: Client, rt: Runtime) -> None:
    await deploy(owner)
    found = (await owner(VERIFY)).data["verifyAuditChain"]
    rows = await logs(owner)
    assert found == {
        "valid": True,
        "checked": 3,
        "firstBroken": None,
        "head": {"sequence": 3, "hash": rows[0]["hash"], "at": rows[0]["at"]},
    }
    connection = await asyncpg.connect(rt.settings.database_url)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute("UPDATE audit_logs SET actor_name = 'nobody' WHERE sequence = 2")
    await connection.close()

    found = (await owner(VERIFY)).data["verifyAuditChain"]
    assert (found["valid"], found["checked"]) == (False, 2)
    assert found["firstBroken"] == {"sequence": 2, "id": rows[1]["id"], "reason": "CHANGED"}
    found = (await owner(VERIFY, knownHash="x")).data["verifyAuditChain"]
    assert found["firstBroken"]["reason"] == "CHANGED"


async def export(client: Client, **parameters: str) -> Any:
    return await client.http.get("/audit/export", params=parameters, headers=client.auth)


async def test_an_export_has_what_the_api_shows(owner: Client) -> None:
    deployment = await deploy(owner)
    await update(owner, deployment, paused=True)
    expected = list(reversed(await logs(owner)))
    for row in expected:
        row.pop("changes")

    answer = await export(owner)
    assert answer.headers["content-type"] == "application/jsonl"
    found = [json.loads(line) for line in answer.text.splitlines()]
    for row in (*found, *expected):
        row["at"] = row["at"].replace("Z", "+00:00")
    assert found == expected

    answer = await export(owner, format="csv", resourceId=deployment)
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    created, changed = csv.DictReader(io.StringIO(answer.text))
    assert (created["action"], changed["action"]) == ("deployment.create", "deployment.update")
    assert changed["before"] == '{"paused":false}'
    assert (created["before"], changed["resourceId"]) == ("", deployment)


async def test_exporting_is_noted_and_filtered(owner: Client) -> None:
    await deploy(owner)
    rows = await logs(owner)
    assert (await export(owner, action="flow.register", actor=rows[0]["actorName"])).text.count(
        "\n"
    ) == 1
    assert (await export(owner, after=rows[0]["at"], before=rows[0]["at"])).text == ""
    first, second = await logs(owner, action="audit.export")
    assert second["after"] == {
        "format": "jsonl",
        "action": "flow.register",
        "actor_name": rows[0]["actorName"],
    }
    assert first["after"].keys() == {"format", "after", "before"}


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"format": "xml"}, "format"),
        ({"resourceId": "x"}, "resourceId"),
        ({"after": "yesterday"}, "after"),
        ({"before": "2026-01-01"}, "before"),
        ({"before": "0001-01-01T00:00:00+14:00"}, "before"),
        ({"actor": "a\0b"}, "actor"),
        ({"acton": "x"}, "acton"),
    ],
)
async def test_an_export_that_cannot_be_is_refused(
    owner: Client, parameters: dict[str, str], field: str
) -> None:
    answer = await export(owner, **parameters)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    assert await actions(owner) == []


async def test_an_export_needs_the_right_to_see_changes(
    as_: As, anonymous: Client, owner: Client, other_org: Org
) -> None:
    for role, lacking in ((Role.DEVELOPER, "AUDIT_DIFFS"), (Role.VIEWER, "AUDIT_READ")):
        answer = await export(as_(role))
        assert answer.status_code == 403
        assert answer.json()["error"]["permission"] == lacking
    assert (await export(anonymous)).status_code == 401
    await deploy(owner)
    assert (await export(as_(Role.OWNER, other_org))).text == ""
