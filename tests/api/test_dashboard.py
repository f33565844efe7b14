"""The dashboard through the API: numbers, bars, and what needs attention."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from dagy_gql import clock, db
from dagy_gql.enums import Role, RunState
from dagy_gql.runtime import Runtime
from tests.api import flows
from tests.api.client import Client, Org
from tests.api.conftest import As, deploy, register
from tests.api.past import add_run

TOTALS = """runs succeeded failed cancelled successRate p50DurationMs p95DurationMs p95QueueMs
  slaMet slaTotal"""
DASHBOARD = f"""query D($range: TimeRange! = DAY, $environment: String) {{
  dashboard(range: $range, environment: $environment) {{
    from to bucketSeconds running queued current {{ {TOTALS} }} previous {{ {TOTALS} }}
    buckets {{ start counts {{ state count isCapped }} }}
    topFlows {{ flowName flow {{ version }} runs failed totalDurationMs buckets }}
    attention {{ kind message at run {{ slug }} deployment {{ name }} count }}
    workers {{ alive slots busy }} }} }}"""
EMPTY = {
    "runs": 0,
    "succeeded": 0,
    "failed": 0,
    "cancelled": 0,
    "successRate": None,
    "p50DurationMs": None,
    "p95DurationMs": None,
    "p95QueueMs": None,
    "slaMet": 0,
    "slaTotal": 0,
}


async def look(client: Client, **variables: Any) -> Any:
    return (await client(DASHBOARD, **variables)).data["dashboard"]


def ago(**span: float) -> datetime:
    return clock.now() - timedelta(**span)


async def add_worker(*, capacity: int = 4, running: int = 1) -> None:
    await db.execute(
        """
        INSERT INTO workers (id, hostname, pid, capacity, running, started_at, heartbeat_at)
        VALUES ('w', 'here', 1, $1, $2, now(), now())
        """,
        capacity,
        running,
    )


async def test_an_organization_without_runs_has_a_whole_dashboard(viewer: Client) -> None:
    await add_worker(capacity=0, running=0)
    found = await look(viewer)
    assert (found["running"], found["queued"], found["bucketSeconds"]) == (0, 0, 1800)
    assert (found["current"], found["previous"]) == (EMPTY, EMPTY)
    assert len(found["buckets"]) == 48
    assert {str(bucket["counts"]) for bucket in found["buckets"]} == {"[]"}
    assert (found["buckets"][0]["start"], found["topFlows"]) == (found["from"], [])
    assert found["attention"] == []
    assert found["workers"] == {"alive": 1, "slots": 0, "busy": 0}
    span = datetime.fromisoformat(found["to"]) - datetime.fromisoformat(found["from"])
    assert span == timedelta(days=1)


async def test_runs_count_in_their_range_and_bucket(developer: Client, viewer: Client) -> None:
    await deploy(developer, slaSeconds=4)
    await add_worker()
    for state in RunState:
        await add_run(state, at=ago(minutes=5), waited=1.0, took=2.0)
    await add_run(at=ago(minutes=5), waited=1.0, took=20.0)
    await add_run(at=ago(hours=25))
    await add_run(at=ago(days=3))

    found = await look(viewer)

    assert (found["running"], found["queued"]) == (2, 1)
    assert found["current"] == {
        "runs": 9,
        "succeeded": 2,
        "failed": 3,
        "cancelled": 1,
        "successRate": 0.4,
        "p50DurationMs": 2000,
        "p95DurationMs": 20_000,
        "p95QueueMs": 1000,
        "slaMet": 1,
        "slaTotal": 5,
    }
    assert (found["previous"]["runs"], found["previous"]["successRate"]) == (1, 1.0)
    full = [bucket for bucket in found["buckets"] if bucket["counts"]]
    counts = {each["state"]: each["count"] for bucket in full for each in bucket["counts"]}
    assert counts == {state.name: 1 for state in RunState} | {"SUCCEEDED": 2}
    assert found["workers"] == {"alive": 1, "slots": 4, "busy": 1}
    (load,) = found["topFlows"]
    assert (load["flowName"], load["runs"], load["failed"]) == ("report", 9, 3)
    assert load["totalDurationMs"] == 5 * 2000 + 20_000
    assert (len(load["buckets"]), sum(load["buckets"][-2:])) == (12, 9)
    assert load["flow"]["version"]


@pytest.mark.parametrize(("range_", "buckets"), [("HOUR", 60), ("WEEK", 42), ("MONTH", 30)])
async def test_every_range_has_its_buckets(
    developer: Client, viewer: Client, range_: str, buckets: int
) -> None:
    await deploy(developer)
    await add_run(at=ago(seconds=30))
    found = await look(viewer, range=range_)
    assert len(found["buckets"]) == buckets
    assert found["current"]["runs"] == 1


async def test_only_the_busiest_flows_are_listed(developer: Client, viewer: Client) -> None:
    for number in range(10):
        name = f"flow-{number}"
        await register(developer, name, spec=flows.spec(name))
        await deploy(developer, name=name, flowName=name)
        for _ in range(number):
            await add_run(deployment=name)

    found = await look(viewer)

    assert [load["flowName"] for load in found["topFlows"]] == [
        f"flow-{number}" for number in range(9, 1, -1)
    ]
    assert found["current"]["runs"] == 45


async def test_an_environment_narrows_everything(developer: Client, viewer: Client) -> None:
    await add_worker()
    await deploy(developer, name="prod", environment="production")
    await deploy(developer)
    rows = [await add_run(RunState.FAILED, deployment=name) for name in ("prod", "nightly")]
    prod = "SELECT environment_id FROM deployments d WHERE d.id = runs.deployment_id"
    await db.execute(f"UPDATE runs SET environment_id = ({prod})")

    found = await look(viewer, environment="production")

    assert found["current"]["runs"] == 1
    assert [item["run"]["slug"] for item in found["attention"]] == [rows[0]["slug"]]
    assert (await look(viewer))["current"]["runs"] == 2
    answer = await viewer(DASHBOARD, environment="nowhere")
    assert answer.code == "NOT_FOUND"


async def test_another_organization_counts_its_own_runs(
    developer: Client, stranger: Client, org: Org
) -> None:
    await deploy(developer)
    await deploy(stranger)
    await add_worker()
    await add_run(RunState.FAILED, org_id=org.id)
    assert (await look(developer))["current"]["runs"] == 1
    found = await look(stranger)
    assert (found["current"], found["attention"], found["topFlows"]) == (EMPTY, [], [])


async def kinds(client: Client) -> dict[str, Any]:
    return {item["kind"]: item for item in (await look(client))["attention"]}


async def test_a_deployment_whose_last_run_failed_needs_attention(
    developer: Client, viewer: Client
) -> None:
    await add_worker()
    await deploy(developer)
    await deploy(developer, name="mended")
    await deploy(developer, name="crashing")
    await add_run(at=ago(hours=1))
    failed = await add_run(RunState.TIMED_OUT, at=ago(minutes=2))
    await add_run(RunState.RUNNING)
    await add_run(RunState.FAILED, deployment="mended", at=ago(minutes=2))
    await add_run(deployment="mended")
    await add_run(RunState.CRASHED, deployment="crashing", at=ago(minutes=1))

    items = (await look(viewer))["attention"]

    assert [item["kind"] for item in items] == ["RUN_CRASHED", "LATEST_RUN_FAILED"]
    assert [item["deployment"]["name"] for item in items] == ["crashing", "nightly"]
    assert items[1]["message"] == f"The last run of nightly, {failed['slug']}, timed out."
    assert items[1]["run"] == {"slug": failed["slug"]}


async def test_runs_that_wait_long_say_what_for(developer: Client, viewer: Client) -> None:
    await deploy(developer, concurrencyLimit=1)
    await add_worker()
    await add_run(RunState.RUNNING)
    oldest = await add_run(RunState.QUEUED, at=ago(minutes=3))
    await add_run(RunState.QUEUED, at=ago(minutes=2))
    await add_run(RunState.QUEUED)

    item = (await kinds(viewer))["LONG_WAIT"]

    assert item["message"] == (
        "2 runs of report have waited for over a minute:"
        " the deployment 'nightly' runs 1 of at most 1 runs at once."
    )
    assert (item["count"], item["run"]["slug"]) == (2, oldest["slug"])


async def test_a_run_past_its_time_is_at_risk(developer: Client, viewer: Client) -> None:
    await deploy(developer, slaSeconds=60)
    late = await add_run(RunState.RUNNING, at=ago(minutes=2))
    await add_run(RunState.RUNNING)

    item = (await kinds(viewer))["SLA_RISK"]

    assert item["run"]["slug"] == late["slug"]
    assert item["message"] == (
        f"{late['slug']} of nightly should have ended within 60 s, and is still running."
    )


async def test_queued_runs_without_a_worker_say_so_once(
    developer: Client, viewer: Client, owner: Client
) -> None:
    await deploy(developer)
    for _ in range(2):
        await add_run(RunState.QUEUED, at=ago(minutes=3))

    for client in (viewer, owner):
        found = await kinds(client)
        assert set(found) == {"WORKER_MISSING"}
        assert found["WORKER_MISSING"]["message"] == (
            "2 runs are queued and no worker is alive: start one with `dagy worker`."
        )


async def test_only_who_may_read_health_learns_of_it(owner: Client) -> None:
    made = await owner.input(
        "createApiKey",
        "CreateApiKeyInput",
        "secret",
        name="runs",
        scopes=["RUNS_READ", "FLOWS_READ", "DEPLOYMENTS_READ"],
    )
    assert await kinds(Client(owner.http, made.data["createApiKey"]["secret"])) == {}
    item = (await kinds(owner))["COMPONENT_UNHEALTHY"]
    assert item["message"] == "workers is degraded: no worker is alive."
    assert item["run"] is None


async def test_whoever_looks_at_the_same_time_costs_one_look(
    rt: Runtime, developer: Client, viewer: Client, statements_of: Callable[[], int]
) -> None:
    await deploy(developer)
    await look(viewer)
    before = statements_of()
    again = await look(viewer)
    assert statements_of() - before == 0
    await add_run()
    assert await look(viewer) == again
    assert (await look(viewer, range="HOUR"))["current"]["runs"] == 1


@pytest.fixture
def statements_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many of the dashboard's own statements there were."""
    seen: list[str] = []
    original = db.fetch

    async def counted(sql: str, *values: Any) -> Any:
        seen.append(sql)
        return await original(sql, *values)

    monkeypatch.setattr(db, "fetch", counted)
    return lambda: sum("percentile_disc" in sql or "busiest" in sql for sql in seen)


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
async def test_a_dashboard_writes_nothing(developer: Client, as_: As, role: Role) -> None:
    await deploy(developer)
    await add_run(RunState.FAILED)
    before = await db.fetch_value("SELECT count(*) FROM audit_logs")
    await look(as_(role))
    assert await db.fetch_value("SELECT count(*) FROM audit_logs") == before
