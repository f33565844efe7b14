"""Sensors through the API."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.runtime import Runtime
from dagy_gql.services import sensors
from tests.api.client import Answer, Client
from tests.api.conftest import deploy, register

ONE = """query S($id: ID, $name: String) { sensor(id: $id, name: $name) {
  name kind config parameters enabled intervalSeconds lastCheckedAt lastTriggeredAt
  deployment { name } auditTrail { nodes { action } } } }"""
LIST = """query L($filter: SensorFilter) { sensors(filter: $filter) {
  nodes { name } totalCount } }"""
HTTP = {"url": "https://example.com/", "jsonPointer": "/version"}


async def create(client: Client, **values: Any) -> Answer:
    values = {"name": "hook", "deploymentName": "nightly", "kind": "WEBHOOK"} | values
    return await client.input(
        "createSensor", "CreateSensorInput", "sensor { id } token url", **values
    )


async def update(client: Client, **values: Any) -> Answer:
    selection = "sensor { name config enabled intervalSeconds parameters }"
    return await client.input("updateSensor", "UpdateSensorInput", selection, **values)


async def delete(client: Client, key: str) -> Answer:
    return await client.input("deleteSensor", "DeleteSensorInput", "deletedId", id=key)


async def rotate(client: Client, key: str) -> Answer:
    return await client.input("rotateSensorToken", "RotateSensorTokenInput", "token url", id=key)


async def made(client: Client, **values: Any) -> str:
    return str((await create(client, **values)).data["createSensor"]["sensor"]["id"])


async def stored() -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.fetch("SELECT * FROM sensors ORDER BY id")]


async def test_a_sensor_is_read_back(developer: Client) -> None:
    await deploy(developer)
    key = await made(developer, kind="HTTP", config=HTTP, parameters={"days": 2})
    expected = {
        "name": "hook",
        "kind": "HTTP",
        "config": {
            "url": "https://example.com/",
            "method": "GET",
            "headers": {},
            "expectedStatus": 200,
            "jsonPointer": "/version",
        },
        "parameters": {"days": 2},
        "enabled": True,
        "intervalSeconds": 60.0,
        "lastCheckedAt": None,
        "lastTriggeredAt": None,
        "deployment": {"name": "nightly"},
        "auditTrail": {"nodes": [{"action": "sensor.create"}]},
    }
    assert (await developer(ONE, id=key)).data["sensor"] == expected
    assert (await developer(ONE, name="hook")).data["sensor"] == expected


async def test_the_token_of_a_webhook_is_shown_once_and_kept_as_its_hash(
    developer: Client,
) -> None:
    await deploy(developer)
    found = (await create(developer)).data["createSensor"]
    token, key = found["token"], found["sensor"]["id"]
    assert token.startswith("dagy_wh_")
    assert len(token) == 51
    assert found["url"] == f"/webhooks/{token}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    assert await db.fetch_value("SELECT token_hash FROM sensors") == digest
    everything = await db.fetch_value(
        "SELECT string_agg(t::text, '') FROM (SELECT s::text AS t FROM sensors s"
        " UNION ALL SELECT a::text FROM audit_logs a) AS rows"
    )
    assert token not in everything
    audited = await db.fetch_value(
        "SELECT string_agg(a::text, '') FROM audit_logs a WHERE resource_type = 'Sensor'"
    )
    assert digest not in audited
    again = (await rotate(developer, key)).data["rotateSensorToken"]
    assert again["token"] != token
    digest = hashlib.sha256(again["token"].encode()).hexdigest()
    assert await db.fetch_value("SELECT token_hash FROM sensors") == digest
    trail = (await developer(ONE, id=key)).data["sensor"]["auditTrail"]["nodes"]
    assert {each["action"] for each in trail} == {"sensor.create", "sensor.rotate_token"}


async def test_only_webhooks_have_tokens(developer: Client) -> None:
    await deploy(developer)
    found = (await create(developer, kind="HTTP", config=HTTP)).data["createSensor"]
    assert (found["token"], found["url"]) == (None, None)
    answer = await rotate(developer, found["sensor"]["id"])
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "id")
    assert await db.fetch_value("SELECT token_hash FROM sensors") is None


def test_the_url_is_whole_where_the_public_one_is_known(rt: Runtime) -> None:
    assert sensors.webhook_url(rt, "t") == "/webhooks/t"
    settings = rt.settings.model_copy(update={"public_url": "https://dagy.example/"})
    url = sensors.webhook_url(replace(rt, settings=settings), "t")
    assert url == "https://dagy.example/webhooks/t"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": " "}, "BAD_USER_INPUT", "name"),
        ({"name": "taken"}, "CONFLICT", "name"),
        ({"deploymentName": "nothing"}, "NOT_FOUND", None),
        ({"config": {"url": "http://127.0.0.1/"}}, "BAD_USER_INPUT", "config.url"),
        ({"config": None}, "BAD_USER_INPUT", "config"),
        ({"config": []}, "BAD_USER_INPUT", "config"),
        ({"intervalSeconds": 4.9}, "BAD_USER_INPUT", "intervalSeconds"),
        ({"intervalSeconds": 86_401}, "BAD_USER_INPUT", "intervalSeconds"),
        ({"parameters": {"days": "x"}}, "BAD_USER_INPUT", "parameters.days"),
        ({"parameters": {"nothing": 1}}, "BAD_USER_INPUT", "parameters.nothing"),
        ({"enabled": None}, "BAD_USER_INPUT", "enabled"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    developer: Client, values: dict[str, Any], code: str, field: str | None
) -> None:
    await deploy(developer)
    await made(developer, name="taken")
    key = await made(developer, name="mine", kind="HTTP", config=HTTP)
    before = await stored()
    answers = (
        await create(developer, **({"kind": "HTTP", "config": HTTP} | values)),
        await update(developer, **({"id": key} | values)),
    )
    for answer in answers:
        assert (answer.code, answer.field) == (code, field), answer.body
    assert await stored() == before


async def test_intervals_belong_to_sensors_that_look(developer: Client) -> None:
    await deploy(developer)
    answer = await create(developer, intervalSeconds=60)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "intervalSeconds")
    key = await made(developer, kind="S3", config={"bucket": "data"}, intervalSeconds=5)
    found = (await update(developer, id=key, intervalSeconds=None)).data["updateSensor"]["sensor"]
    assert found["intervalSeconds"] == 60.0


async def test_a_sensor_watches_what_exists_and_not_what_it_starts(developer: Client) -> None:
    await deploy(developer)
    await register(developer, "other")
    for config, field in (
        ({"flowName": "report"}, "config.flowName"),
        ({"flowName": "nothing"}, "config.flowName"),
        ({"deploymentName": "nightly"}, "config.deploymentName"),
        ({"deploymentName": "nothing"}, "config.deploymentName"),
    ):
        answer = await create(developer, kind="RUN", config={**config, "states": ["FAILED"]})
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)
    assert await stored() == []
    key = await made(developer, kind="RUN", config={"flowName": "other", "states": ["SUCCEEDED"]})
    await db.execute("UPDATE flows SET name = 'gone' WHERE name = 'other'")
    found = (await update(developer, id=key, enabled=False)).data["updateSensor"]["sensor"]
    assert found["enabled"] is False


async def test_a_config_is_replaced_as_a_whole(developer: Client) -> None:
    await deploy(developer)
    key = await made(developer, kind="HTTP", config=HTTP, parameters={"days": 1})
    config = {"url": "https://example.org/", "expectedStatus": 204}
    found = (await update(developer, id=key, config=config)).data["updateSensor"]["sensor"]
    assert (found["config"]["expectedStatus"], found["config"]["jsonPointer"]) == (204, None)
    assert found["parameters"] == {"days": 1}


async def test_filters_and_relations(developer: Client) -> None:
    one = await deploy(developer, "nightly")
    await deploy(developer, "daily")
    await made(developer, name="a")
    await made(developer, name="b", enabled=False, deploymentName="daily")
    await made(developer, name="c", kind="S3", config={"bucket": "data"})

    async def names(**filter_: Any) -> list[str]:
        nodes = (await developer(LIST, filter=filter_)).data["sensors"]["nodes"]
        return [node["name"] for node in nodes]

    assert await names() == ["c", "b", "a"]
    assert await names(enabled=False) == ["b"]
    assert await names(kind="WEBHOOK") == ["b", "a"]
    assert await names(deploymentName="daily") == ["b"]
    assert await names(deploymentId=one) == ["c", "a"]
    query = "{ deployments { nodes { name sensors { nodes { name } } } } }"
    assert (await developer(query)).data["deployments"]["nodes"] == [
        {"name": "daily", "sensors": {"nodes": [{"name": "b"}]}},
        {"name": "nightly", "sensors": {"nodes": [{"name": "c"}, {"name": "a"}]}},
    ]


async def test_other_organizations_and_lesser_roles_change_nothing(
    developer: Client, stranger: Client, viewer: Client
) -> None:
    await deploy(developer)
    key = await made(developer)
    before = await stored()
    for client, code in ((stranger, "NOT_FOUND"), (viewer, "FORBIDDEN")):
        assert (await update(client, id=key, enabled=False)).code == code
        assert (await delete(client, key)).code == code
        assert (await rotate(client, key)).code == code
        assert (await create(client, name="x")).code == code
        assert (await client(ONE, id=key)).code == code
    assert (await stranger(LIST)).data["sensors"] == {"nodes": [], "totalCount": 0}
    assert await stored() == before
    assert (await delete(developer, key)).data == {"deleteSensor": {"deletedId": key}}
    assert await stored() == []
