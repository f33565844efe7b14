"""Lists ask the database as often for two rows as for five: once per relation and level."""

from collections.abc import Callable
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.ids import new_id
from tests.api.client import Client, Org
from tests.api.conftest import deploy, trigger

RUN = """id slug state stateReason { code } trigger attempt executor createdAt queuedAt startedAt
finishedAt queueMs durationMs routing { level } tags createdBy error { code traceback }"""

# The statements of each operation, whatever the number of rows.
OPERATIONS = {
    "runs": (f"{{ runs(first: 50) {{ nodes {{ {RUN} }} pageInfo {{ endCursor }} }} }}", 1),
    "runs with their total": ("{ runs(first: 50) { totalCount edges { cursor node { id } } } }", 2),
    "runs and all they refer to": (
        """{ runs(first: 50) { edges { node { slug state flow { name version }
        deployment { name environment { name } } environment { name } retryOf { slug }
        taskCounts { succeeded failed } parameters result artifacts { name } } } } }""",
        # Runs, flows, deployments, environments (those of the deployments are known by then),
        # counts, parameters, results, files; nothing is retried.
        8,
    ),
    "what runs wait for": ("{ runs { nodes { state waiting { code limit running } } } }", 3),
    "runs with task runs": (
        """{ runs(first: 50) { nodes { slug flow { name } taskRuns(first: 10) {
        nodes { key state durationMs dependsOn result } pageInfo { hasNextPage } } } } }""",
        # Runs, flows, task runs, the runs and specs behind dependsOn, results.
        6,
    ),
    "runs twice": ("{ a: runs { nodes { slug } } b: runs { nodes { flow { name } } } }", 3),
    "flows": (
        """{ flows(first: 20) { edges { node { name version parametersSchema
        deployments(first: 5) { edges { node { name paused parameters } } }
        runs(first: 5) { nodes { slug state } } versions { nodes { version } } } } } }""",
        5,
    ),
    "flows with how they went": (
        """{ flows { nodes { name statistics { successRate latest { slug } }
        schedules(first: 1) { nodes { name } } } } }""",
        3,
    ),
    "deployments with how they went": ("{ deployments { nodes { statistics { runs } } } }", 2),
    "deployments": (
        "{ deployments { nodes { name flow { name } runs(first: 3) { nodes { state } } } } }",
        3,
    ),
    "task runs of a run": (
        "query Q($id: ID!) { taskRuns(runId: $id) { nodes { key run { slug flow { name } } } } }",
        4,
    ),
}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []

    def count(name: str) -> None:
        original: Callable[..., Any] = getattr(db, name)

        async def counted(sql: str, *values: Any) -> Any:
            seen.append(sql)
            return await original(sql, *values)

        monkeypatch.setattr(db, name, counted)

    for name in ("fetch", "fetch_row", "fetch_value", "execute"):
        count(name)
    return seen


async def add_run(client: Client, org: Org, number: int) -> str:
    """A run of a deployment of its own, with three task runs."""
    made = await client.input(
        "createDeployment",
        "CreateDeploymentInput",
        "deployment { id }",
        name=f"nightly-{number}",
        flowName="report",
        environment="production",
    )
    assert made.data
    answer: Any = await trigger(client, deploymentName=f"nightly-{number}")
    run = answer["run"]
    for position in range(3):
        await db.execute(
            """
            INSERT INTO task_runs (id, org_id, run_id, key, name, position, state, attempt,
                created_at)
            SELECT $1, org_id, id, 'step' || $2::int, 'step', $2, 'SUCCEEDED', 1, now()
            FROM runs WHERE slug = $3
            """,
            new_id(),
            position,
            run["slug"],
        )
    return str(run["id"])


@pytest.mark.parametrize("name", OPERATIONS)
async def test_the_number_of_statements_does_not_grow_with_the_rows(
    owner: Client, org: Org, statements: list[str], name: str
) -> None:
    query, expected = OPERATIONS[name]
    await deploy(owner)
    counts = []
    for numbers in (range(2), range(2, 5)):
        ids = [await add_run(owner, org, number) for number in numbers]
        variables = {"id": ids[0]} if "$id" in query else {}
        assert (await owner("{ viewer { role } }")).data
        statements.clear()
        assert (await owner(query, **variables)).data
        counts.append(len(statements))

    assert counts == [expected, expected], statements


async def test_lists_read_the_columns_that_are_selected(
    owner: Client, org: Org, statements: list[str]
) -> None:
    await deploy(owner)
    await add_run(owner, org, 1)
    assert (await owner("{ viewer { role } }")).data
    statements.clear()

    query = "{ runs { nodes { durationMs flow { name } taskRuns { nodes { key } } } } }"
    assert (await owner(query)).data

    runs, *relations = [sql.partition(" FROM ")[0] for sql in statements]
    assert runs == "SELECT finished_at, flow_id, id, started_at"
    assert relations[0] == "SELECT id, name"
    assert "(SELECT id, key, position FROM task_runs" in statements[2]
