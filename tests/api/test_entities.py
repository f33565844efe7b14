"""What all entities that people name have in common: ids, batched relations, pages."""

from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import system
from dagy_gql.repositories.pagination import decode_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import billing
from tests.api.client import Client, Org
from tests.api.conftest import deploy
from tests.services.test_billing import usage

NODE = "query N($id: ID!) { node(id: $id) { __typename id } }"
CITY = {"city": "Bonn"}
SLACK = {"webhookUrl": "https://hooks.slack.com/services/T0/B0/verysecret"}


async def made(client: Client, noun: str, **values: Any) -> str:
    """`noun` in camelCase; returns the new row's id."""
    title = noun[0].upper() + noun[1:]
    answer = await client.input(
        f"create{title}", f"Create{title}Input", f"{noun} {{ id }}", **values
    )
    return str(answer.data[f"create{title}"][noun]["id"])


async def several(client: Client, count: int) -> None:
    """So many of each noun, each with a deployment or channel of its own."""
    for name in (f"n{number}" for number in range(count)):
        await deploy(client, name, environment="production")
        common: dict[str, Any] = {"name": name, "deploymentName": name, "parameters": CITY}
        await made(client, "schedule", **common, kind="CRON", cron="0 9 * * *")
        await made(client, "sensor", **common, kind="WEBHOOK")
        await made(client, "dagDraft", name=name)
        channel = await made(client, "notificationChannel", name=name, kind="SLACK", config=SLACK)
        await made(
            client,
            "alertRule",
            name=name,
            trigger="ON_FAILURE",
            channelId=channel,
            environment="production",
        )


async def test_every_entity_is_found_by_its_id_by_its_own_organization(
    rt: Runtime, owner: Client, stranger: Client, org: Org
) -> None:
    await several(owner, 1)
    await billing.record(rt, system(org.id), usage())
    plan = "billingSubscription { id }"
    await owner.input("setBillingPlan", "SetBillingPlanInput", plan, plan="free")
    lists = [
        "schedules",
        "sensors",
        "dagDrafts",
        "notificationChannels",
        "alertRules",
        "usageEvents",
        "usageAggregates",
        "billingSubscriptions",
        "environments",
    ]
    query = "{ " + " ".join(f"{name}(first: 1) {{ nodes {{ id }} }}" for name in lists) + " }"
    ids = [each["nodes"][0]["id"] for each in (await owner(query)).data.values()]
    for key in ids:
        expected = {"__typename": decode_id(key)[0], "id": key}
        assert (await owner(NODE, id=key)).data["node"] == expected
        assert (await stranger(NODE, id=key)).code == "NOT_FOUND"


# The statements of each list, whatever the number of rows.
LISTS = {
    "schedules": (
        "{ schedules { nodes { name nextRunAt preview(count: 1) { at } lastRun { slug }"
        " deployment { name environment { name } } auditTrail { nodes { action } } } } }",
        4,
    ),
    "sensors": ("{ sensors { nodes { name config deployment { name flow { name } } } } }", 3),
    "drafts": ("{ dagDrafts { nodes { name graph problems { code } flow { name } } } }", 3),
    "rules": ("{ alertRules { nodes { channel { name config } environment { name } } } }", 3),
    "channels": (
        "{ notificationChannels { nodes { alertRules(first: 2) { nodes { name } } } } }",
        2,
    ),
    "environments": ("{ environments { nodes { deployments(first: 5) { nodes { name } } } } }", 2),
    "deployments": (
        "{ deployments { nodes { schedules { nodes { name } } sensors { nodes { name } } } } }",
        3,
    ),
}


async def test_lists_ask_once_a_level(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    fetch = db.fetch

    async def counted(sql: str, *values: Any) -> Any:
        statements.append(sql)
        return await fetch(sql, *values)

    monkeypatch.setattr(db, "fetch", counted)
    await several(owner, 3)
    for name, (query, count) in LISTS.items():
        await owner(query)
        statements.clear()
        (found,) = (await owner(query)).data.values()
        assert len(found["nodes"]) == (1 if name == "environments" else 3)
        assert len(statements) == count, (name, statements)


async def test_lists_read_the_columns_that_are_selected(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    fetch = db.fetch

    async def seen(sql: str, *values: Any) -> Any:
        statements.append(sql)
        return await fetch(sql, *values)

    monkeypatch.setattr(db, "fetch", seen)
    await owner("{ schedules { nodes { name } } }")
    await owner("{ sensors { nodes { name config } } }")
    columns = [
        sql.partition(" FROM ")[0] for sql in statements if "schedules" in sql or "sensors" in sql
    ]
    assert columns == ["SELECT id, name", "SELECT config, id, name"]


async def test_pages_go_both_ways(owner: Client) -> None:
    for number in range(5):
        await made(owner, "dagDraft", name=f"n{number}")
    query = """query P($first: Int, $after: String, $last: Int, $before: String) {
      dagDrafts(first: $first, after: $after, last: $last, before: $before) {
        nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""

    async def page(**arguments: Any) -> tuple[list[str], dict[str, Any]]:
        found = (await owner(query, **arguments)).data["dagDrafts"]
        return [node["name"] for node in found["nodes"]], found["pageInfo"]

    names, info = await page(first=2)
    assert (names, info["hasNextPage"], info["hasPreviousPage"]) == (["n4", "n3"], True, False)
    names, info = await page(first=2, after=info["endCursor"])
    assert (names, info["hasNextPage"]) == (["n2", "n1"], True)
    names, info = await page(last=2, before=info["startCursor"])
    assert (names, info["hasPreviousPage"]) == (["n4", "n3"], False)
    answer = await owner(query, first=101)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "first")
