"""Schedules through the API."""

from typing import Any

import pytest

from dagy_gql import db
from tests.api import flows
from tests.api.client import Answer, Client
from tests.api.conftest import deploy, register

ONE = """query S($id: ID, $name: String) { schedule(id: $id, name: $name) {
  id name kind cron intervalSeconds at timezone parameters enabled startAt endAt catchupPolicy
  overlapPolicy jitterSeconds nextRunAt lastTriggeredAt lastRun { slug } deployment { name }
  preview(count: 2) { at localTime note } } }"""
LIST = """query L($filter: ScheduleFilter) { schedules(filter: $filter) {
  nodes { name } totalCount } }"""
PREVIEW = """query P($input: PreviewScheduleInput!, $count: Int!, $from: DateTime) {
  previewSchedule(input: $input, count: $count, from: $from) { at localTime note } }"""
CITY = {"city": "Bonn"}


async def create(client: Client, **values: Any) -> Answer:
    return await client.input(
        "createSchedule", "CreateScheduleInput", "schedule { id nextRunAt }", **values
    )


async def update(client: Client, **values: Any) -> Answer:
    selection = "schedule { name kind cron intervalSeconds enabled nextRunAt parameters }"
    return await client.input("updateSchedule", "UpdateScheduleInput", selection, **values)


async def delete(client: Client, key: str) -> Answer:
    return await client.input("deleteSchedule", "DeleteScheduleInput", "deletedId", id=key)


def hourly(**values: Any) -> dict[str, Any]:
    return {
        "name": "hourly",
        "deploymentName": "nightly",
        "kind": "INTERVAL",
        "intervalSeconds": 3600,
        "startAt": "2029-01-01T00:00:00Z",
        "parameters": CITY,
    } | values


async def made(client: Client, **values: Any) -> str:
    answer = await create(client, **hourly(**values))
    return str(answer.data["createSchedule"]["schedule"]["id"])


async def stored() -> list[tuple[Any, ...]]:
    rows = await db.fetch("SELECT * FROM schedules ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_schedule_is_read_back(developer: Client) -> None:
    await deploy(developer)
    key = await made(
        developer,
        kind="CRON",
        intervalSeconds=None,
        cron="30  2 * * *",
        timezone="Europe/Berlin",
        endAt="2029-01-03T00:00:00Z",
        catchupPolicy="LATEST",
        overlapPolicy="QUEUE_ONE",
        jitterSeconds=2.5,
    )
    expected = {
        "id": key,
        "name": "hourly",
        "kind": "CRON",
        "cron": "30 2 * * *",
        "intervalSeconds": None,
        "at": None,
        "timezone": "Europe/Berlin",
        "parameters": CITY,
        "enabled": True,
        "startAt": "2029-01-01T00:00:00Z",
        "endAt": "2029-01-03T00:00:00Z",
        "catchupPolicy": "LATEST",
        "overlapPolicy": "QUEUE_ONE",
        "jitterSeconds": 2.5,
        "nextRunAt": "2029-01-01T01:30:00Z",
        "lastTriggeredAt": None,
        "lastRun": None,
        "deployment": {"name": "nightly"},
        "preview": [
            {
                "at": "2029-01-01T01:30:00Z",
                "localTime": "2029-01-01T02:30:00+01:00",
                "note": None,
            },
            {
                "at": "2029-01-02T01:30:00Z",
                "localTime": "2029-01-02T02:30:00+01:00",
                "note": None,
            },
        ],
    }
    assert (await developer(ONE, id=key)).data["schedule"] == expected
    assert (await developer(ONE, name="hourly")).data["schedule"] == expected


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"deploymentName": "nothing"}, "NOT_FOUND", None),
        ({"deploymentName": None}, "BAD_USER_INPUT", "deploymentName"),
        ({"name": ""}, "BAD_USER_INPUT", "name"),
        ({"name": "taken"}, "CONFLICT", "name"),
        ({"intervalSeconds": None}, "BAD_USER_INPUT", "intervalSeconds"),
        ({"intervalSeconds": 0.5}, "BAD_USER_INPUT", "intervalSeconds"),
        ({"cron": "* * * * *"}, "BAD_USER_INPUT", "cron"),
        ({"at": "2029-01-01T00:00:00Z"}, "BAD_USER_INPUT", "at"),
        (
            {"kind": "ONCE", "intervalSeconds": None, "at": "2020-01-01T00:00:00Z"},
            "BAD_USER_INPUT",
            "at",
        ),
        ({"kind": "CRON", "intervalSeconds": None, "cron": "x"}, "BAD_USER_INPUT", "cron"),
        ({"timezone": "Mars"}, "BAD_USER_INPUT", "timezone"),
        ({"timezone": None}, "BAD_USER_INPUT", "timezone"),
        ({"jitterSeconds": -1}, "BAD_USER_INPUT", "jitterSeconds"),
        ({"endAt": "2028-01-01T00:00:00Z"}, "BAD_USER_INPUT", "endAt"),
        ({"parameters": {"city": 3}}, "BAD_USER_INPUT", "parameters.city"),
        ({"parameters": {}}, "BAD_USER_INPUT", "parameters.city"),
        ({"parameters": []}, "BAD_USER_INPUT", "parameters"),
        ({"parameters": None}, "BAD_USER_INPUT", "parameters"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    developer: Client, values: dict[str, Any], code: str, field: str | None
) -> None:
    await deploy(developer)
    await made(developer, name="taken")
    key = await made(developer, name="mine")
    before = await stored()
    for answer in (
        await create(developer, **hourly(**values)),
        await update(developer, **(hourly(name="mine") | {"id": key} | values)),
    ):
        assert (answer.code, answer.field) == (code, field), answer.body
    assert await stored() == before


async def test_exactly_one_deployment_is_named(developer: Client) -> None:
    key = await deploy(developer)
    for named in ({"deploymentId": key}, {}):
        values = hourly(**named)
        if not named:
            del values["deploymentName"]
        answer = await create(developer, **values)
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", "deploymentId")
    assert await stored() == []
    values = hourly(deploymentId=key)
    del values["deploymentName"]
    assert (await create(developer, **values)).errors == []


async def test_parameters_may_come_from_the_deployment(developer: Client) -> None:
    await deploy(developer, parameters=CITY)
    key = await made(developer, parameters={"days": 2})
    assert (await developer(ONE, id=key)).data["schedule"]["parameters"] == {"days": 2}


async def test_pausing_leaves_no_next_time_and_keeps_the_preview(developer: Client) -> None:
    await deploy(developer)
    key = await made(developer)
    found = (await update(developer, id=key, enabled=False)).data["updateSchedule"]["schedule"]
    assert (found["enabled"], found["nextRunAt"]) == (False, None)
    assert await db.fetch_value("SELECT next_run_at FROM schedules") is None
    read = (await developer(ONE, id=key)).data["schedule"]
    assert [due["at"] for due in read["preview"]] == [
        "2029-01-01T00:00:00Z",
        "2029-01-01T01:00:00Z",
    ]
    found = (await update(developer, id=key, enabled=True)).data["updateSchedule"]["schedule"]
    assert (found["enabled"], found["nextRunAt"]) == (True, "2029-01-01T00:00:00Z")


async def test_a_new_kind_drops_the_field_of_the_old_one(developer: Client) -> None:
    await deploy(developer)
    key = await made(developer)
    answer = await update(developer, id=key, kind="CRON", cron="0 9 * * 1")
    found = answer.data["updateSchedule"]["schedule"]
    assert (found["kind"], found["cron"], found["intervalSeconds"]) == ("CRON", "0 9 * * 1", None)
    assert found["parameters"] == CITY


async def test_a_later_version_may_refuse_the_parameters_of_a_schedule(developer: Client) -> None:
    await deploy(developer)
    key = await made(developer)
    parameters = {"type": "object", "properties": {}, "additionalProperties": False}
    await register(developer, version="2", spec=flows.spec(parameters=parameters))
    found = (await developer('{ deployment(name: "nightly") { id } }')).data["deployment"]
    selection = "deployment { flow { version } }"
    moved = await developer.input(
        "updateDeployment", "UpdateDeploymentInput", selection, id=found["id"], flowVersion="2"
    )
    assert moved.data["updateDeployment"]["deployment"]["flow"]["version"] == "2"
    assert (await update(developer, id=key, enabled=False)).errors == []
    answer = await update(developer, id=key, parameters=CITY)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "parameters.city")


async def test_filters_and_relations(developer: Client) -> None:
    one = await deploy(developer, "nightly")
    await deploy(developer, "daily")
    await made(developer, name="a")
    await made(developer, name="b", enabled=False, deploymentName="daily")
    await made(developer, name="c", kind="MANUAL", intervalSeconds=None)

    async def names(**filter_: Any) -> list[str]:
        nodes = (await developer(LIST, filter=filter_)).data["schedules"]["nodes"]
        return [node["name"] for node in nodes]

    assert await names() == ["c", "b", "a"]
    assert await names(enabled=True) == ["c", "a"]
    assert await names(kind="INTERVAL") == ["b", "a"]
    assert await names(deploymentName="daily") == ["b"]
    assert await names(deploymentName="nothing") == []
    assert await names(deploymentId=one, kind="MANUAL") == ["c"]
    query = "{ deployments { nodes { name schedules(first: 1) { nodes { name } } } } }"
    assert (await developer(query)).data["deployments"]["nodes"] == [
        {"name": "daily", "schedules": {"nodes": [{"name": "b"}]}},
        {"name": "nightly", "schedules": {"nodes": [{"name": "c"}]}},
    ]


async def test_previews_without_a_schedule(viewer: Client) -> None:
    wanted = {"kind": "CRON", "cron": "30 2 * * *", "timezone": "Europe/Berlin"}
    answer = await viewer(PREVIEW, input=wanted, count=2, **{"from": "2027-03-27T12:00:00Z"})
    assert answer.data["previewSchedule"] == [
        {
            "at": "2027-03-28T01:00:00Z",
            "localTime": "2027-03-28T03:00:00+02:00",
            "note": "02:30 does not exist that day: due right after the gap",
        },
        {
            "at": "2027-03-29T00:30:00Z",
            "localTime": "2027-03-29T02:30:00+02:00",
            "note": None,
        },
    ]
    for count in (0, 101):
        answer = await viewer(PREVIEW, input=wanted, count=count)
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", "count")
    answer = await viewer(PREVIEW, input=wanted, count=1, **{"from": "9999-01-01T00:00:00Z"})
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "from")
    answer = await viewer(PREVIEW, input={"kind": "ONCE"}, count=1)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "at")


async def test_other_organizations_and_lesser_roles_change_nothing(
    developer: Client, stranger: Client, viewer: Client
) -> None:
    await deploy(developer)
    key = await made(developer)
    before = await stored()
    for client, code in ((stranger, "NOT_FOUND"), (viewer, "FORBIDDEN")):
        assert (await update(client, id=key, enabled=False)).code == code
        assert (await delete(client, key)).code == code
        assert (await create(client, **hourly(name="x"))).code == code
    for arguments in ({"id": key}, {"name": "hourly"}):
        query = "query S($id: ID, $name: String) { schedule(id: $id, name: $name) { name } }"
        assert (await stranger(query, **arguments)).code == "NOT_FOUND"
        assert (await viewer(query, **arguments)).data == {"schedule": {"name": "hourly"}}
    assert (await viewer("{ schedules { nodes { parameters } } }")).code == "FORBIDDEN"
    assert (await stranger(LIST)).data["schedules"] == {"nodes": [], "totalCount": 0}
    assert await stored() == before


async def test_every_change_is_noted(developer: Client) -> None:
    await deploy(developer)
    key = await made(developer)
    await update(developer, id=key, enabled=False)
    assert (await delete(developer, key)).data == {"deleteSchedule": {"deletedId": key}}
    assert await stored() == []
    rows = await db.fetch(
        "SELECT action, before, after FROM audit_logs WHERE resource_type = 'Schedule'"
        " ORDER BY sequence"
    )
    assert [row["action"] for row in rows] == [
        "schedule.create",
        "schedule.update",
        "schedule.delete",
    ]
    assert (rows[1]["before"], rows[1]["after"]) == ({"enabled": True}, {"enabled": False})
    assert rows[0]["after"]["parameters"] == CITY
