"""Archiving and restoring flows, and reading their source."""

from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.enums import Role
from tests.api import flows
from tests.api.client import Answer, Client
from tests.api.conftest import As, deploy, register, upload

SOURCE = "query F($name: String) { flow(name: $name) { sourceFiles { path text isTruncated } } }"
STATUSES = "SELECT name, version, status FROM flows ORDER BY id"


async def set_status(client: Client, status: str, name: str = "report") -> Answer:
    return await client.input(
        "updateFlow", "UpdateFlowInput", "flow { name version status }", name=name, status=status
    )


async def statuses() -> list[str]:
    return [row["status"] for row in await db.fetch(STATUSES)]


async def trigger(client: Client) -> Answer:
    return await client.input(
        "triggerRun",
        "TriggerRunInput",
        "run { state }",
        deploymentName="nightly",
        parameters={"city": "Bonn"},
    )


async def test_an_archived_flow_starts_nothing_until_it_is_restored(developer: Client) -> None:
    await deploy(developer)
    await register(developer, version="2", spec=flows.spec(description="second"))
    await register(developer, "other", spec=flows.spec("other"))

    archived = (await set_status(developer, "INACTIVE")).data["updateFlow"]["flow"]

    assert archived == {"name": "report", "version": "2", "status": "INACTIVE"}
    assert await statuses() == ["INACTIVE", "INACTIVE", "ACTIVE"]
    refused = await trigger(developer)
    assert refused.code == "CONFLICT"
    assert refused.message == "The flow 'report' is inactive: restore it first."
    assert await db.fetch_value("SELECT count(*) FROM runs") == 0
    preview = await developer(
        """query P($input: PreviewRunInput!) { previewRun(input: $input) { problems {
        path message } } }""",
        input={"deploymentName": "nightly", "parameters": {"city": "Bonn"}},
    )
    assert preview.data["previewRun"]["problems"] == [
        {"path": "deployment", "message": refused.message}
    ]

    assert (await set_status(developer, "ACTIVE")).data
    assert await statuses() == ["ACTIVE"] * 3
    assert (await trigger(developer)).data


async def test_a_new_version_of_an_archived_flow_is_archived(developer: Client) -> None:
    await register(developer)
    await set_status(developer, "INACTIVE")
    await register(developer, version="2", spec=flows.spec(description="second"))
    assert await statuses() == ["INACTIVE", "INACTIVE"]


async def test_both_ways_are_audited(developer: Client) -> None:
    await register(developer)
    await set_status(developer, "INACTIVE")
    await set_status(developer, "INACTIVE")
    rows = await db.fetch(
        """SELECT before, after, resource_type, resource_name FROM audit_logs
        WHERE action = 'flow.update' ORDER BY sequence"""
    )
    assert [tuple(row) for row in rows] == [
        ({"status": "ACTIVE"}, {"status": "INACTIVE"}, "Flow", "report"),
        ({"status": "INACTIVE"}, {"status": "INACTIVE"}, "Flow", "report"),
    ]


@pytest.mark.parametrize("role", list(Role))
async def test_who_may_archive(developer: Client, as_: As, role: Role) -> None:
    await register(developer)
    answer = await set_status(as_(role), "INACTIVE")
    if role is Role.VIEWER:
        assert (answer.code, answer.field) == ("FORBIDDEN", "Mutation.updateFlow")
    else:
        assert answer.errors == []
    assert await statuses() == ["ACTIVE" if role is Role.VIEWER else "INACTIVE"]


async def test_another_organizations_flow_stays(developer: Client, stranger: Client) -> None:
    await register(developer)
    assert (await set_status(stranger, "INACTIVE")).code == "NOT_FOUND"
    await register(stranger)
    assert (await set_status(stranger, "INACTIVE")).data
    assert await statuses() == ["ACTIVE", "INACTIVE"]


async def source(client: Client) -> Any:
    return await client(SOURCE, name="report")


async def test_the_source_of_a_version_is_shown(developer: Client) -> None:
    content = flows.archive({"flows.py": "x = 1\n", "sql/q.sql": "SELECT 1"})
    sha256 = await upload(developer, content)
    await register(developer, artifactSha256=sha256)
    assert (await source(developer)).data["flow"]["sourceFiles"] == [
        {"path": "flows.py", "text": "x = 1\n", "isTruncated": False},
        {"path": "sql/q.sql", "text": "SELECT 1", "isTruncated": False},
    ]


async def test_source_needs_the_permission_for_payloads(owner: Client) -> None:
    await register(owner)
    made = await owner.input(
        "createApiKey", "CreateApiKeyInput", "secret", name="flows", scopes=["FLOWS_READ"]
    )
    answer = await source(Client(owner.http, made.data["createApiKey"]["secret"]))
    assert (answer.code, answer.field) == ("FORBIDDEN", "Flow.sourceFiles")


async def test_source_of_many_flows_at_once_costs_too_much(developer: Client) -> None:
    answer = await developer("{ flows(first: 50) { nodes { sourceFiles { text } } } }")
    assert answer.message == "The operation costs 50051 points; at most 25000 are allowed."
