"""How the last runs of flows and deployments went."""

from datetime import timedelta
from typing import Any

import pytest

from dagy_gql import clock
from dagy_gql.enums import Role, RunState
from dagy_gql.repositories.pagination import encode_id
from tests.api import flows
from tests.api.client import Client, Org
from tests.api.conftest import As, deploy, register
from tests.api.past import add_run

STATISTICS = """statistics { runs succeeded failed successRate p50DurationMs p95DurationMs
  latest { id slug state durationMs createdAt } }"""
FLOW = f"query F($name: String) {{ flow(name: $name) {{ name {STATISTICS} }} }}"
DEPLOYMENTS = f"{{ deployments {{ nodes {{ name {STATISTICS} }} }} }}"
NOTHING = {
    "runs": 0,
    "succeeded": 0,
    "failed": 0,
    "successRate": None,
    "p50DurationMs": None,
    "p95DurationMs": None,
    "latest": [],
}


async def of_flow(client: Client, name: str = "report") -> Any:
    return (await client(FLOW, name=name)).data["flow"]["statistics"]


async def test_what_has_not_run_has_no_rate(developer: Client, viewer: Client) -> None:
    await deploy(developer)
    assert await of_flow(viewer) == NOTHING
    assert (await viewer(DEPLOYMENTS)).data["deployments"]["nodes"][0]["statistics"] == NOTHING


async def test_rates_leave_out_cancelled_and_active_runs(developer: Client, viewer: Client) -> None:
    await deploy(developer)
    for state in RunState:
        await add_run(state, took=2.0)
    await add_run(took=1.0)
    await add_run(took=10.0)

    found = await of_flow(viewer)

    assert (found["runs"], found["succeeded"], found["failed"]) == (10, 3, 3)
    assert found["successRate"] == 0.5
    assert (found["p50DurationMs"], found["p95DurationMs"]) == (2000, 10_000)


async def test_the_marks_are_the_newest_runs(developer: Client, viewer: Client) -> None:
    await deploy(developer)
    start = clock.now() - timedelta(hours=1)
    rows = [
        await add_run(RunState.SUCCEEDED if i else RunState.FAILED, at=start + timedelta(seconds=i))
        for i in range(104)
    ]
    running = await add_run(RunState.RUNNING)

    found = await of_flow(viewer)

    assert (found["runs"], found["succeeded"], found["failed"]) == (100, 99, 0)
    assert [mark["slug"] for mark in found["latest"]] == [
        running["slug"],
        *[row["slug"] for row in rows[:-20:-1]],
    ]
    assert found["latest"][0]["state"] == "RUNNING"
    assert found["latest"][0]["durationMs"] is None
    assert found["latest"][1]["id"] == encode_id("Run", rows[-1]["id"])
    assert found["latest"][1]["durationMs"] == 1000


async def test_a_flow_counts_all_versions_and_a_deployment_its_own_runs(
    developer: Client, viewer: Client
) -> None:
    await deploy(developer)
    await add_run()
    await register(developer, version="2", spec=flows.spec(description="second"))
    await deploy(developer, name="hourly", flowVersion="2")
    await add_run(RunState.FAILED, deployment="hourly")

    found = await of_flow(viewer)
    by_name = {
        node["name"]: node["statistics"]
        for node in (await viewer(DEPLOYMENTS)).data["deployments"]["nodes"]
    }

    assert (found["succeeded"], found["failed"]) == (1, 1)
    assert (by_name["nightly"]["runs"], by_name["nightly"]["successRate"]) == (1, 1.0)
    assert (by_name["hourly"]["runs"], by_name["hourly"]["successRate"]) == (1, 0.0)


async def test_runs_of_another_organization_do_not_count(
    developer: Client, stranger: Client, org: Org, other_org: Org
) -> None:
    await deploy(developer)
    await deploy(stranger)
    await add_run(org_id=org.id)
    await add_run(RunState.FAILED, org_id=other_org.id)

    assert (await of_flow(developer))["failed"] == 0
    assert (await of_flow(stranger))["runs"] == 1
    assert (await of_flow(stranger))["successRate"] == 0.0


async def test_schedules_of_a_flow_are_those_of_all_its_deployments(
    developer: Client, stranger: Client
) -> None:
    await deploy(developer)
    await register(developer, version="2", spec=flows.spec(description="second"))
    await deploy(developer, name="hourly", flowVersion="2")
    await register(developer, "other", spec=flows.spec("other"))
    await deploy(developer, name="other", flowName="other")
    await deploy(stranger)
    for client, deployment in (
        (developer, "nightly"),
        (developer, "hourly"),
        (developer, "other"),
        (stranger, "nightly"),
    ):
        made = await client.input(
            "createSchedule",
            "CreateScheduleInput",
            "schedule { id }",
            name=f"of-{deployment}",
            deploymentName=deployment,
            kind="MANUAL",
            parameters={"city": "Bonn"},
        )
        assert made.data

    query = """query F($first: Int, $after: String) { flow(name: "report") {
      schedules(first: $first, after: $after) {
        nodes { name deployment { name } } pageInfo { hasNextPage endCursor } } } }"""
    page = (await developer(query)).data["flow"]["schedules"]
    assert [node["name"] for node in page["nodes"]] == ["of-hourly", "of-nightly"]
    first = (await developer(query, first=1)).data["flow"]["schedules"]
    assert first["pageInfo"]["hasNextPage"] is True
    rest = (await developer(query, after=first["pageInfo"]["endCursor"])).data["flow"]["schedules"]
    assert first["nodes"] + rest["nodes"] == page["nodes"]
    assert rest["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("what", ['flow(name: "report")', 'deployment(name: "nightly")'])
async def test_who_may_read_flows_but_no_runs_reads_no_statistics(
    owner: Client, as_: As, what: str
) -> None:
    await deploy(owner)
    made = await owner.input(
        "createApiKey",
        "CreateApiKeyInput",
        "secret",
        name="flows",
        scopes=["FLOWS_READ", "DEPLOYMENTS_READ"],
    )
    client = as_(Role.VIEWER)
    client.token = made.data["createApiKey"]["secret"]
    answer = await client(f"{{ {what} {{ name statistics {{ runs }} }} }}")
    assert answer.code == "FORBIDDEN"
    assert "RUNS_READ" in answer.message
