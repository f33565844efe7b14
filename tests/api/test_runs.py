"""Runs through the API."""

from tests.api.client import Client
from tests.api.conftest import deploy, trigger

DETAILS = """
query Run($id: ID, $slug: String) {
  run(id: $id, slug: $slug) {
    id slug state stateReason { code message } trigger executor attempt queueMs durationMs
    flow { name version } deployment { name } environment { name }
    parameters result error { code } tags createdBy createdAt finishedAt
    taskCounts { pending running succeeded }
    routing { executor level reason } waiting { code message limit running }
    retryOf { id } taskRuns { nodes { key } totalCount }
    events { nodes { sequence type runState } edges { cursor } pageInfo { hasNextPage endCursor } }
    logs { nodes { message } } artifacts { name url }
  }
}
"""


async def test_a_triggered_run_is_queued_with_all_it_needs(developer: Client) -> None:
    await deploy(developer, environment="production", tags={"team": "weather"})
    triggered = await trigger(developer)
    assert triggered["created"] is True
    run = (await developer(DETAILS, id=triggered["run"]["id"])).data["run"]
    assert run["state"] == "QUEUED"
    assert run["parameters"] == {"city": "Bonn", "days": 7}
    assert run["tags"] == {"team": "weather"}
    assert run["flow"]["name"] == "report"
    assert run["deployment"] == {"name": "nightly"}
    assert run["environment"] == {"name": "production"}
    assert run["executor"] == "LOCAL"
    assert run["routing"]["level"] == "DEFAULT"
    assert run["waiting"]["code"] == "NO_WORKER"
    assert run["events"]["nodes"] == [{"sequence": 1, "type": "RUN_QUEUED", "runState": "QUEUED"}]
    assert (run["result"], run["error"], run["retryOf"]) == (None, None, None)
    assert (run["taskRuns"]["nodes"], run["logs"]["nodes"], run["artifacts"]) == ([], [], [])
    assert run["createdAt"].endswith("Z")
    by_slug = (await developer(DETAILS, slug=run["slug"])).data["run"]
    assert by_slug["id"] == run["id"]
