"""What the list of runs can be narrowed by, how they are counted, and which run retries which."""

from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.enums import RunState
from dagy_gql.repositories.run_filters import RunFilter, RunSearch
from dagy_gql.services import run_filters
from tests.api.client import Client, Org
from tests.api.conftest import deploy, register, trigger

RUNS = """query Q($filter: RunFilter, $first: Int, $after: String) {
runs(filter: $filter, first: $first, after: $after) {
totalCount nodes { slug } pageInfo { endCursor hasNextPage } } }"""
COUNTS = """query Q($filter: RunFilter) { runCounts(filter: $filter) {
states { state count isCapped } total isCapped } }"""


async def made(client: Client, slug: str, **values: Any) -> str:
    """A run with a slug, and columns, of our own."""
    given: dict[str, Any] = {"deploymentName": values.pop("deployment", "nightly")}
    if "tags" in values:
        given["tags"] = values.pop("tags")
    run: Any = (await trigger(client, **given))["run"]
    columns = {"slug": slug, **values}
    sets = ", ".join(f"{name} = ${place + 2}" for place, name in enumerate(columns))
    await db.execute(f"UPDATE runs SET {sets} WHERE slug = $1", run["slug"], *columns.values())
    return slug


async def found(client: Client, **filter: Any) -> list[str]:
    answer = await client(RUNS, filter=filter)
    runs = answer.data["runs"]
    assert runs["totalCount"] == len(runs["nodes"])
    return [run["slug"] for run in runs["nodes"]]


async def test_runs_have_all_the_tags_that_are_asked_for(owner: Client, stranger: Client) -> None:
    for client in (owner, stranger):
        await deploy(client)
        await made(client, "plain")
        await made(client, "data", tags={"team": "data"})
        await made(client, "both", tags={"team": "data", "city": "Köln ✓"})
        await made(client, "split", tags={"tea": "mdata"})

    assert await found(owner, tags={"team": "data"}) == ["both", "data"]
    assert await found(owner, tags={"team": "data", "city": "Köln ✓"}) == ["both"]
    assert await found(owner, tags={"tea": "mdata"}) == ["split"]
    assert await found(owner, tags={"team": "ops"}) == []
    assert await found(owner, tags={}) == ["split", "both", "data", "plain"]


async def test_runs_of_mine_of_engines_of_flows_and_that_took_long(
    owner: Client, developer: Client
) -> None:
    await deploy(owner)
    await register(owner, "other")
    await made(owner, "short")
    await made(owner, "long")
    await made(owner, "far", executor="ecs")
    await made(developer, "theirs", flow_name="other")
    await db.execute(
        """
        UPDATE runs SET started_at = created_at, state = 'SUCCEEDED', finished_at = created_at
            + CASE WHEN slug = 'long' THEN interval '1.4996 s' ELSE interval '10 ms' END
        WHERE slug IN ('short', 'long')
        """
    )

    assert await found(owner, mine=True) == ["far", "long", "short"]
    assert await found(developer, mine=True) == ["theirs"]
    assert await found(owner, mine=True, state=["SUCCEEDED"]) == ["long", "short"]
    assert await found(owner, mine=False) == ["theirs", "far", "long", "short"]
    assert await found(owner, executor=["ECS"]) == ["far"]
    assert await found(owner, executor=["LAMBDA", "LOCAL"]) == ["theirs", "long", "short"]
    assert await found(owner, executor=["LAMBDA"]) == []
    assert await found(owner, executor=[]) == []
    assert await found(owner, executor=["ECS", "LOCAL"], search="rep", state=["QUEUED"]) == ["far"]
    assert await found(owner, flowNames=["other", "nothing"]) == ["theirs"]
    assert await found(owner, flowNames=[]) == []
    assert await found(owner, minDurationMs=0) == ["long", "short"]
    assert await found(owner, minDurationMs=1500) == ["long"]
    assert await found(owner, minDurationMs=1501) == []
    assert await found(
        owner, mine=True, executor=["LOCAL", "ECS"], flowNames=["report"], search="report"
    ) == ["far", "long", "short"]


@pytest.mark.parametrize(
    ("filter", "field"),
    [
        ({"search": "x" * 201}, "filter.search"),
        ({"search": "a\x00"}, "filter.search"),
        ({"flowNames": ["x"] * 51}, "filter.flowNames"),
        ({"flowNames": ["\x00"]}, "filter.flowNames"),
        ({"tags": ["a"]}, "filter.tags"),
        ({"tags": {"a": 1}}, "filter.tags"),
        ({"tags": {f"t{number}": "" for number in range(11)}}, "filter.tags"),
        ({"minDurationMs": -1}, "filter.minDurationMs"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(
    owner: Client, filter: dict[str, Any], field: str
) -> None:
    answer = await owner(RUNS, filter=filter)

    assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)


async def test_runs_are_counted_by_state(owner: Client, stranger: Client) -> None:
    for client in (owner, stranger):
        await deploy(client)
        for number in range(3):
            await made(client, f"calm-{number}", state="FAILED" if number else "QUEUED")
    await made(owner, "other-1", state="FAILED")

    every = (await owner(COUNTS)).data["runCounts"]
    calm = (await owner(COUNTS, filter={"search": "calm"})).data["runCounts"]
    failed = (await owner(COUNTS, filter={"state": ["FAILED"]})).data["runCounts"]

    assert [each["state"] for each in every["states"]] == [str(state) for state in RunState]
    assert counted(every) == {"QUEUED": 1, "FAILED": 3}
    assert (every["total"], every["isCapped"]) == (4, False)
    assert counted(calm) == {"QUEUED": 1, "FAILED": 2}
    assert counted(failed) == {"FAILED": 3}


def counted(counts: dict[str, Any]) -> dict[str, int]:
    return {each["state"]: each["count"] for each in counts["states"] if each["count"]}


async def test_counting_stops_at_the_cap(
    owner: Client, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_filters, "COUNT_CAP", 2)
    await deploy(owner)
    for number in range(3):
        await made(owner, f"calm-{number}")
    await made(owner, "one", state="FAILED")

    counts = (await owner(COUNTS)).data["runCounts"]

    assert counted(counts) == {"QUEUED": 2, "FAILED": 1}
    assert [each["isCapped"] for each in counts["states"]] == [True] + [False] * 7
    assert (counts["total"], counts["isCapped"]) == (3, True)


async def test_a_run_knows_the_runs_that_retry_it(owner: Client) -> None:
    await deploy(owner)
    run: Any = (await trigger(owner))["run"]
    assert (await owner.input("cancelRun", "CancelRunInput", "run { id }", id=run["id"])).data
    slugs = []
    for _ in range(3):
        answer = await owner.input(
            "retryRun", "RetryRunInput", "run { slug }", id=run["id"], mode="FROM_START"
        )
        slugs.append(answer.data["retryRun"]["run"]["slug"])

    query = """query Q($id: ID!) { run(id: $id) { retries(first: 2) {
    nodes { slug retryOf { id } retries { nodes { slug } } } pageInfo { hasNextPage } } } }"""
    retries = (await owner(query, id=run["id"])).data["run"]["retries"]

    assert [each["slug"] for each in retries["nodes"]] == [slugs[2], slugs[1]]
    assert {each["retryOf"]["id"] for each in retries["nodes"]} == {run["id"]}
    assert [each["retries"]["nodes"] for each in retries["nodes"]] == [[], []]
    assert retries["pageInfo"]["hasNextPage"] is True


async def test_many_names_that_hold_the_term_are_all_searched(
    owner: Client, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past the limit the text itself is compared."""
    monkeypatch.setattr("dagy_gql.repositories.run_filters._MAX_NAMES", 1)
    for name in ("reports", "report-b"):
        await register(owner, name)
        await deploy(owner, f"{name}-nightly", flowName=name)
        await made(owner, f"of-{name}", deployment=f"{name}-nightly")
    search = RunSearch(org.id)

    settled = await search.settled(RunFilter(search="report"))

    assert settled.found is not None
    assert (settled.found.flow_names, settled.found.deployment_ids) == (None, None)
    assert len(await search.newest(settled, limit=10)) == 2
