"""Notification channels and alert rules through the API."""

import json
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.runtime import Runtime
from tests.api.client import Answer, Client
from tests.api.conftest import deploy

CHANNEL = """query C($id: ID, $name: String) { notificationChannel(id: $id, name: $name) {
  name kind config enabled alertRules { nodes { name } } auditTrail { nodes { action } } } }"""
CHANNELS = """query L($filter: NotificationChannelFilter) {
  notificationChannels(filter: $filter) { nodes { name } totalCount } }"""
RULE = """query R($id: ID, $name: String) { alertRule(id: $id, name: $name) {
  name trigger flowName environment { name } channel { name } enabled mutedUntil } }"""
RULES = """query L($filter: AlertRuleFilter) { alertRules(filter: $filter) {
  nodes { name } totalCount } }"""
SECRET = "https://hooks.slack.com/services/T0/B0/verysecret"
SLACK = {"webhookUrl": SECRET}


async def create(client: Client, **values: Any) -> Answer:
    values = {"name": "ops", "kind": "SLACK", "config": SLACK} | values
    selection = "notificationChannel { id config }"
    return await client.input(
        "createNotificationChannel", "CreateNotificationChannelInput", selection, **values
    )


async def update(client: Client, **values: Any) -> Answer:
    selection = "notificationChannel { name config enabled }"
    return await client.input(
        "updateNotificationChannel", "UpdateNotificationChannelInput", selection, **values
    )


async def delete(client: Client, key: str) -> Answer:
    return await client.input(
        "deleteNotificationChannel", "DeleteNotificationChannelInput", "deletedId", id=key
    )


async def create_rule(client: Client, **values: Any) -> Answer:
    values = {"name": "broken", "trigger": "ON_FAILURE"} | values
    return await client.input(
        "createAlertRule", "CreateAlertRuleInput", "alertRule { id }", **values
    )


async def update_rule(client: Client, **values: Any) -> Answer:
    selection = "alertRule { name trigger flowName environment { name } enabled }"
    return await client.input("updateAlertRule", "UpdateAlertRuleInput", selection, **values)


async def delete_rule(client: Client, key: str) -> Answer:
    return await client.input("deleteAlertRule", "DeleteAlertRuleInput", "deletedId", id=key)


async def made(client: Client, **values: Any) -> str:
    found = (await create(client, **values)).data["createNotificationChannel"]
    return str(found["notificationChannel"]["id"])


async def made_rule(client: Client, **values: Any) -> str:
    return str((await create_rule(client, **values)).data["createAlertRule"]["alertRule"]["id"])


async def stored(table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.fetch(f"SELECT * FROM {table} ORDER BY id")]


async def test_a_channel_is_read_back_without_its_secret(owner: Client, rt: Runtime) -> None:
    key = await made(owner)
    expected = {
        "name": "ops",
        "kind": "SLACK",
        "config": {"webhookUrl": "https://hooks.slack.com/…cret"},
        "enabled": True,
        "alertRules": {"nodes": []},
        "auditTrail": {"nodes": [{"action": "notification_channel.create"}]},
    }
    assert (await owner(CHANNEL, id=key)).data["notificationChannel"] == expected
    assert (await owner(CHANNEL, name="ops")).data["notificationChannel"] == expected
    sealed = await db.fetch_value("SELECT sealed_config FROM notification_channels")
    assert json.loads(rt.sealer.open(sealed)) == SLACK


async def test_the_secret_is_nowhere_in_the_clear(owner: Client) -> None:
    key = await made(owner)
    await update(owner, id=key, config={"webhookUrl": SECRET + "2"})
    whole = await db.fetch_value(
        "SELECT string_agg(t, '') FROM (SELECT c::text AS t FROM notification_channels c"
        " UNION ALL SELECT a::text FROM audit_logs a) AS rows"
    )
    assert "verysecret" not in whole


async def test_a_config_is_replaced_as_a_whole(owner: Client, rt: Runtime) -> None:
    key = await made(
        owner, kind="WEBHOOK", config={"url": "https://x.example/a", "secret": "a" * 20}
    )
    answer = await update(owner, id=key, config={"url": "https://y.example/b"}, enabled=False)
    found = answer.data["updateNotificationChannel"]["notificationChannel"]
    assert found["config"] == {"url": "https://y.example/…", "secret": None}
    assert found["enabled"] is False
    sealed = await db.fetch_value("SELECT sealed_config FROM notification_channels")
    assert json.loads(rt.sealer.open(sealed)) == {"url": "https://y.example/b", "secret": None}
    await update(owner, id=key, name="renamed")
    assert await db.fetch_value("SELECT sealed_config FROM notification_channels") == sealed


async def test_addresses_are_shown_to_those_who_may_see_them(
    owner: Client, developer: Client
) -> None:
    key = await made(owner, kind="EMAIL", config={"to": ["ann@example.com"]})
    query = "query C($id: ID) { notificationChannel(id: $id) { config recipients } }"
    assert (await owner(query, id=key)).data["notificationChannel"] == {
        "config": {"to": ["a…@example.com"]},
        "recipients": ["ann@example.com"],
    }
    assert (await developer(query, id=key)).code == "FORBIDDEN"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": ""}, "BAD_USER_INPUT", "name"),
        ({"name": "taken"}, "CONFLICT", "name"),
        ({"config": {"webhookUrl": "http://x.example/"}}, "BAD_USER_INPUT", "config.webhookUrl"),
        ({"config": {"routingKey": "x"}}, "BAD_USER_INPUT", "config.webhookUrl"),
        ({"enabled": None}, "BAD_USER_INPUT", "enabled"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    owner: Client, values: dict[str, Any], code: str, field: str
) -> None:
    await made(owner, name="taken")
    key = await made(owner, name="mine")
    before = await stored("notification_channels")
    for answer in (await create(owner, **values), await update(owner, id=key, **values)):
        assert (answer.code, answer.field) == (code, field), answer.body
    assert await stored("notification_channels") == before


async def test_a_channel_with_rules_stays(owner: Client) -> None:
    key = await made(owner)
    rule = await made_rule(owner, channelId=key)
    refused = await delete(owner, key)
    assert refused.code == "CONFLICT"
    assert refused.message == "1 alert rules send to the channel 'ops': move or delete them."
    found = (await owner(CHANNEL, id=key)).data["notificationChannel"]
    assert found["alertRules"] == {"nodes": [{"name": "broken"}]}
    await delete_rule(owner, rule)
    assert (await delete(owner, key)).data == {"deleteNotificationChannel": {"deletedId": key}}
    assert await stored("notification_channels") == []


async def test_a_rule_is_read_back_and_changed(owner: Client) -> None:
    await deploy(owner)
    channel = await made(owner)
    key = await made_rule(
        owner,
        channelId=channel,
        flowName="report",
        environment="production",
        mutedUntil="2029-01-01T00:00:00Z",
    )
    assert (await owner(RULE, id=key)).data["alertRule"] == {
        "name": "broken",
        "trigger": "ON_FAILURE",
        "flowName": "report",
        "environment": {"name": "production"},
        "channel": {"name": "ops"},
        "enabled": True,
        "mutedUntil": "2029-01-01T00:00:00Z",
    }
    answer = await update_rule(owner, id=key, flowName=None, environment=None, mutedUntil=None)
    assert answer.data["updateAlertRule"]["alertRule"] == {
        "name": "broken",
        "trigger": "ON_FAILURE",
        "flowName": None,
        "environment": None,
        "enabled": True,
    }
    assert (await owner(RULE, name="broken")).data["alertRule"]["mutedUntil"] is None


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "a\n"}, "BAD_USER_INPUT", "name"),
        ({"name": "taken"}, "CONFLICT", "name"),
        ({"flowName": "nothing"}, "BAD_USER_INPUT", "flowName"),
        ({"environment": "moon"}, "NOT_FOUND", None),
        ({"channelId": "x"}, "BAD_USER_INPUT", "channelId"),
        ({"mutedUntil": "9999-01-01T00:00:00Z"}, "BAD_USER_INPUT", "mutedUntil"),
        ({"enabled": None}, "BAD_USER_INPUT", "enabled"),
    ],
)
async def test_a_rule_that_is_refused_says_why_and_changes_nothing(
    owner: Client, values: dict[str, Any], code: str, field: str | None
) -> None:
    channel = await made(owner)
    await made_rule(owner, name="taken", channelId=channel)
    key = await made_rule(owner, name="mine", channelId=channel)
    before = await stored("alert_rules")
    for answer in (
        await create_rule(owner, **({"channelId": channel} | values)),
        await update_rule(owner, id=key, **values),
    ):
        assert (answer.code, answer.field) == (code, field), answer.body
    assert await stored("alert_rules") == before


async def test_filters(owner: Client) -> None:
    await deploy(owner)
    slack = await made(owner)
    mail = await made(owner, name="mail", kind="EMAIL", config={"to": ["a@example.com"]})
    await made_rule(owner, name="a", channelId=slack)
    await made_rule(owner, name="b", channelId=mail, trigger="ON_CRASH", flowName="report")

    async def names(**filter_: Any) -> list[str]:
        nodes = (await owner(RULES, filter=filter_)).data["alertRules"]["nodes"]
        return [node["name"] for node in nodes]

    assert await names() == ["b", "a"]
    assert await names(channelId=slack) == ["a"]
    assert await names(trigger="ON_CRASH") == ["b"]
    assert await names(flowName="report") == ["b"]
    found = (await owner(CHANNELS, filter={"kind": "EMAIL"})).data["notificationChannels"]
    assert found == {"nodes": [{"name": "mail"}], "totalCount": 1}


async def test_other_organizations_and_lesser_roles_change_nothing(
    owner: Client, stranger: Client, developer: Client, viewer: Client
) -> None:
    channel = await made(owner)
    rule = await made_rule(owner, channelId=channel)
    before = await stored("notification_channels"), await stored("alert_rules")
    for client, code in ((stranger, "NOT_FOUND"), (developer, "FORBIDDEN")):
        assert (await update(client, id=channel, enabled=False)).code == code
        assert (await delete(client, channel)).code == code
        assert (await update_rule(client, id=rule, enabled=False)).code == code
        assert (await delete_rule(client, rule)).code == code
        assert (await create_rule(client, name="x", channelId=channel)).code == code
    assert (await create(developer, name="x")).code == "FORBIDDEN"
    theirs = await made(stranger, name="theirs")
    assert (await update_rule(owner, id=rule, channelId=theirs)).code == "NOT_FOUND"
    await delete(stranger, theirs)
    for query, key in ((CHANNEL, channel), (RULE, rule)):
        assert (await stranger(query, id=key)).code == "NOT_FOUND"
        assert (await viewer(query, id=key)).code == "FORBIDDEN"
        assert (await developer(query, id=key)).errors == []
    assert (await stranger(RULES)).data["alertRules"] == {"nodes": [], "totalCount": 0}
    assert (await stored("notification_channels"), await stored("alert_rules")) == before
