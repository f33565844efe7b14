"""Flows through the API: registering, reading, listing."""

from typing import Any

import pytest

from dagy_gql import db
from tests.api import flows
from tests.api.client import Answer, Client
from tests.api.conftest import register, upload

FLOW = """query F($id: ID, $name: String, $version: String) {
  flow(id: $id, name: $name, version: $version) { id name version isLatest namespace tags status
    artifactSha256 parametersSchema versions { nodes { version isLatest } }
    deployments { nodes { name } } runs { nodes { slug } } } }"""
FLOWS = """query L($filter: FlowFilter, $orderBy: FlowOrder! = CREATED_AT_DESC, $first: Int,
                   $after: String, $last: Int, $before: String) {
  flows(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last,
        before: $before) {
    nodes { name } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def attempt(client: Client, **values: Any) -> Answer:
    return await client.input("registerFlow", "RegisterFlowInput", "created", **values)


async def flow_count() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM flows"))


async def test_a_registered_flow_is_read_back(developer: Client, owner: Client) -> None:
    made = await register(developer, namespace="data/ingestion", tags={"team": "weather"})
    assert made["created"] is True
    found = (await developer(FLOW, name="report")).data["flow"]
    assert found["id"] == made["flow"]["id"]  # type: ignore[index]
    assert found["version"] == made["flow"]["version"]  # type: ignore[index]
    assert (found["namespace"], found["tags"]) == ("data/ingestion", {"team": "weather"})
    assert found["artifactSha256"] == flows.sha256(flows.archive())
    assert found["parametersSchema"]["required"] == ["city"]
    assert found["versions"]["nodes"] == [{"version": found["version"], "isLatest": True}]
    assert (found["status"], found["deployments"]["nodes"]) == ("ACTIVE", [])
    made_by = (await owner('{ flow(name: "report") { createdBy } }')).data["flow"]["createdBy"]
    assert made_by == f"key:{str(developer.token)[:14]}"


async def test_latest_is_a_pointer_and_versions_stay(developer: Client) -> None:
    for version in ("1", "2", "1"):
        await register(
            developer, version=version, spec=flows.spec(description=f"version {version}")
        )
    found = (await developer(FLOW, name="report")).data["flow"]
    assert found["version"] == "1"
    assert found["versions"]["nodes"] == [
        {"version": "2", "isLatest": False},
        {"version": "1", "isLatest": True},
    ]
    older = (await developer(FLOW, name="report", version="2")).data["flow"]
    assert older["isLatest"] is False
    assert await flow_count() == 2


async def test_unknown_and_foreign_flows_are_not_found(developer: Client, stranger: Client) -> None:
    made = await register(developer)
    key = made["flow"]["id"]  # type: ignore[index]
    for client, arguments in (
        (developer, {"name": "nothing"}),
        (developer, {"name": "report", "version": "9"}),
        (stranger, {"name": "report"}),
        (stranger, {"id": key}),
    ):
        answer = await client(FLOW, **arguments)
        assert answer.code == "NOT_FOUND"
        assert answer.body["data"] == {"flow": None}
    assert (await stranger(FLOWS)).data["flows"]["nodes"] == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "id"),
        ({"id": "x", "name": "y"}, "id"),
        ({"id": "x"}, "id"),
        ({"id": "UnVuOjAxODkwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMQ=="}, "id"),
        ({"id": "x", "version": "1"}, "version"),
    ],
)
async def test_bad_arguments_name_their_field(
    viewer: Client, arguments: dict[str, str], field: str
) -> None:
    answer = await viewer(FLOW, **arguments)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)


def task(**changes: Any) -> dict[str, Any]:
    return {"key": "load", "name": "load", "function": "load"} | changes


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"spec": []}, "spec"),
        ({"spec": {}}, "spec"),
        ({"spec": flows.spec(spec_version=9)}, "spec.spec_version"),
        ({"spec": flows.spec(tasks=[])}, "spec.tasks"),
        ({"spec": flows.spec(name="a/b")}, "spec.name"),
        ({"spec": flows.spec(name="")}, "spec.name"),
        ({"spec": flows.spec(default_executor="moon")}, "spec.default_executor"),
        ({"spec": flows.spec(unknown=1)}, "spec"),
        ({"spec": flows.spec(entrypoint="../../x/evil.py:report")}, "spec.entrypoint"),
        ({"spec": flows.spec(entrypoint="/etc/evil.py:report")}, "spec.entrypoint"),
        ({"spec": flows.spec(entrypoint="a\\..\\..\\evil.py")}, "spec.entrypoint"),
        ({"spec": flows.spec(tasks=[task(key="k" * 281)])}, "spec.tasks[0].key"),
        ({"spec": flows.spec(tasks=[task(key="a\nb")])}, "spec.tasks[0].key"),
        ({"spec": flows.spec(tasks=[task(key="a]")])}, "spec.tasks[0].key"),
        ({"spec": flows.spec(tasks=[task(name="n" * 201)])}, "spec.tasks[0].name"),
        ({"spec": flows.spec(tasks=[task(name="")])}, "spec.tasks[0].name"),
        (
            {"spec": flows.spec(tasks=[task(cache_ttl_seconds=1e300)])},
            "spec.tasks[0].cache_ttl_seconds",
        ),
        ({"spec": flows.spec(tasks=[task(grace_seconds=-1)])}, "spec.tasks[0].grace_seconds"),
        ({"spec": flows.spec(tasks=[task(retry={"retries": -1})])}, "spec.tasks[0].retry.retries"),
        ({"spec": flows.spec(timeout_seconds=1e12)}, "spec.timeout_seconds"),
        ({"version": "a b"}, "version"),
        ({"version": "x" * 101}, "version"),
        ({"namespace": "a//b"}, "namespace"),
        ({"tags": {"a": 1}}, "tags"),
        ({"tags": []}, "tags"),
        ({"artifactSha256": "x"}, "artifactSha256"),
        ({"artifactSha256": "a" * 64}, "artifactSha256"),
    ],
)
async def test_what_cannot_be_registered_names_its_field(
    developer: Client, values: dict[str, Any], field: str
) -> None:
    sha256 = await upload(developer)
    answer = await attempt(developer, **({"artifactSha256": sha256, "spec": flows.spec()} | values))
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", field), answer.body
    assert await flow_count() == 0


async def test_somebody_elses_artifact_cannot_be_used(developer: Client, stranger: Client) -> None:
    sha256 = await upload(developer)
    answer = await attempt(stranger, artifactSha256=sha256, spec=flows.spec())
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "artifactSha256")
    assert await flow_count() == 0


async def test_other_content_under_a_version_is_a_conflict(developer: Client) -> None:
    await register(developer, version="1")
    sha256 = await upload(developer)
    answer = await attempt(
        developer, artifactSha256=sha256, spec=flows.spec(description="new"), version="1"
    )
    assert (answer.code, answer.field) == ("CONFLICT", "version")
    other = await upload(developer, flows.archive({"flows.py": "# changed\n"}))
    answer = await attempt(developer, artifactSha256=other, spec=flows.spec(), version="1")
    assert answer.code == "CONFLICT"
    assert await flow_count() == 1


async def test_viewers_cannot_register(developer: Client, viewer: Client) -> None:
    sha256 = await upload(developer)
    answer = await attempt(viewer, artifactSha256=sha256, spec=flows.spec())
    assert (answer.code, answer.field) == ("FORBIDDEN", "Mutation.registerFlow")
    assert await flow_count() == 0


async def names(client: Client, **variables: Any) -> list[str]:
    nodes = (await client(FLOWS, **variables)).data["flows"]["nodes"]
    return [node["name"] for node in nodes]


async def test_the_list_has_one_row_per_name_newest_first(developer: Client) -> None:
    for name, version in (("a", "1"), ("b", "1"), ("a", "2")):
        await register(developer, version=version, spec=flows.spec(name, description=version))
    assert await names(developer) == ["a", "b"]
    assert await names(developer, orderBy="CREATED_AT_ASC") == ["b", "a"]
    assert await names(developer, orderBy="NAME_ASC") == ["a", "b"]


async def test_filters(developer: Client) -> None:
    for name, namespace in (("a_1", "data"), ("a-2", "data/in"), ("b%", "other")):
        await register(developer, spec=flows.spec(name.replace("%", "")), namespace=namespace)
    assert await names(developer, filter={"name": "b"}) == ["b"]
    assert await names(developer, filter={"namespace": "data"}) == ["a-2", "a_1"]
    assert await names(developer, filter={"search": "A"}) == ["a-2", "a_1"]
    assert await names(developer, filter={"search": "_"}) == ["a_1"]
    assert await names(developer, filter={"search": "%"}) == []
    assert await names(developer, filter={"status": "INACTIVE"}) == []


@pytest.mark.parametrize("order", ["CREATED_AT_DESC", "CREATED_AT_ASC", "NAME_ASC"])
async def test_pages_join_up_forwards_and_backwards(developer: Client, order: str) -> None:
    for name in ("c", "a", "e", "b", "d"):
        await register(developer, spec=flows.spec(name))
    everything = await names(developer, orderBy=order)
    assert sorted(everything) == ["a", "b", "c", "d", "e"]
    found, after = [], None
    while True:
        page = (await developer(FLOWS, orderBy=order, first=2, after=after)).data["flows"]
        found += [node["name"] for node in page["nodes"]]
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == everything
    before, found = None, []
    while True:
        page = (await developer(FLOWS, orderBy=order, last=2, before=before)).data["flows"]
        found = [node["name"] for node in page["nodes"]] + found
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert found == everything


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"first": 101}, "first"),
        ({"first": -1}, "first"),
        ({"last": 101}, "last"),
        ({"first": 1, "last": 1}, "last"),
        ({"after": "x"}, "after"),
        ({"after": ""}, "after"),
        ({"before": "W10"}, "before"),
        ({"orderBy": "NAME_ASC", "after": "WzVd"}, "after"),
    ],
)
async def test_malformed_pages_name_their_field(
    viewer: Client, variables: dict[str, Any], field: str
) -> None:
    answer = await viewer(FLOWS, **variables)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)


async def test_an_empty_page(viewer: Client) -> None:
    assert (await viewer(FLOWS, first=0)).data["flows"] == {
        "nodes": [],
        "totalCount": 0,
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }
