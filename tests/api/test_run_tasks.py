"""A run's tasks come in one page, however many there are."""

from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.repositories.pagination import LARGEST_PAGE_SIZE, decode_id
from tests.api.client import Client
from tests.api.conftest import deploy, trigger

TASK = "key name state attempt mapIndex startedAt finishedAt durationMs dependsOn"
BY_RUN = f"""query Q($slug: String, $first: Int) {{ run(slug: $slug) {{
  slug state flow {{ name }} taskCounts {{ succeeded }}
  taskRuns(first: $first) {{ nodes {{ {TASK} }} pageInfo {{ hasNextPage }} }} }} }}"""
BY_ROOT = f"""query Q($id: ID!, $first: Int) {{ taskRuns(runId: $id, first: $first) {{
  nodes {{ {TASK} }} pageInfo {{ hasNextPage }} }} }}"""

ADD = """
INSERT INTO task_runs (id, org_id, run_id, key, name, map_index, position, state, attempt,
    started_at, finished_at, created_at)
SELECT gen_random_uuid(), org_id, id, 'render[' || i || ']', 'render', i, 1, 'SUCCEEDED', 1, now(),
    now() + interval '1.5 seconds', now()
FROM runs, generate_series(1, $2::int) i WHERE id = $1
"""


@pytest.fixture
async def run(developer: Client) -> Any:
    await deploy(developer)
    triggered: Any = await trigger(developer)
    return triggered["run"]


async def add_tasks(run: Any, count: int) -> None:
    await db.execute(ADD, decode_id(run["id"])[1], count)


async def test_a_thousand_tasks_come_in_one_page(viewer: Client, run: Any) -> None:
    await add_tasks(run, 1000)

    found = (await viewer(BY_RUN, slug=run["slug"], first=1000)).data["run"]
    listed = (await viewer(BY_ROOT, id=run["id"], first=LARGEST_PAGE_SIZE)).data["taskRuns"]

    assert found["taskRuns"] == listed
    assert len(listed["nodes"]) == 1000
    assert listed["pageInfo"] == {"hasNextPage": False}
    task = next(each for each in listed["nodes"] if each["mapIndex"] == 7)
    assert (task["key"], task["state"], task["durationMs"]) == ("render[7]", "SUCCEEDED", 1500)
    assert task["dependsOn"] == ["load"]


@pytest.mark.parametrize("query", [BY_RUN, BY_ROOT])
async def test_a_page_of_tasks_has_a_bound(viewer: Client, run: Any, query: str) -> None:
    answer = await viewer(query, **run_of(run, query), first=LARGEST_PAGE_SIZE + 1)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "first")
    assert answer.message == "first is 5001: it must be from 0 to 5000."


def run_of(run: Any, query: str) -> dict[str, Any]:
    return {"slug": run["slug"]} if query == BY_RUN else {"id": run["id"]}


COUNTS = """query Q($slug: String, $filter: RunFilter) {
  run(slug: $slug) { taskCounts { ...All } }
  runs(filter: $filter) { nodes { slug taskCounts { ...All } } } }
fragment All on TaskCounts { pending running retrying succeeded failed skipped timedOut cancelled
  cached total done left }"""
NO_TASKS = dict.fromkeys(
    ("pending running retrying succeeded failed skipped timedOut cancelled cached total done"
     " left").split(), 0
)  # fmt: skip


async def counts_of(client: Client, run: Any) -> dict[str, int]:
    """As the page of the run has them, and the list."""
    found = (await client(COUNTS, slug=run["slug"])).data
    (listed,) = [each for each in found["runs"]["nodes"] if each["slug"] == run["slug"]]
    assert listed["taskCounts"] == found["run"]["taskCounts"]
    counts: dict[str, int] = listed["taskCounts"]
    return counts


async def test_items_of_a_map_are_counted_as_tasks(developer: Client, run: Any) -> None:
    """Of 300 items 253 have succeeded and 40 have failed when the run is cancelled."""
    other: Any = (await trigger(developer))["run"]
    key = decode_id(run["id"])[1]
    await add_tasks(run, 293)
    await db.execute("UPDATE task_runs SET state = 'FAILED' WHERE map_index > 253")
    await db.execute(
        """
        INSERT INTO task_runs (id, org_id, run_id, key, name, position, mapped_count, state,
            attempt, created_at)
        SELECT gen_random_uuid(), org_id, id, key, key, 1, mapped, 'RUNNING', 1, now()
        FROM runs, (VALUES ('load', NULL), ('render', 300)) AS tasks(key, mapped) WHERE id = $1
        """,
        key,
    )
    await db.execute("UPDATE runs SET state = 'RUNNING', attempt = 1 WHERE id = $1", key)
    ended = {"succeeded": 253, "failed": 40, "total": 301, "done": 253}

    assert await counts_of(developer, run) == NO_TASKS | ended | {
        "running": 1, "pending": 7, "left": 8,
    }  # fmt: skip
    await db.execute("UPDATE runs SET state = 'CANCELLED' WHERE id = $1", key)
    assert await counts_of(developer, run) == NO_TASKS | ended | {"cancelled": 8}
    planned = NO_TASKS | {"pending": 2, "total": 2, "left": 2}
    assert await counts_of(developer, other) == planned


async def test_a_run_that_is_cancelled_in_the_queue_has_done_nothing(
    developer: Client, run: Any
) -> None:
    await developer.input("cancelRun", "CancelRunInput", "run { id }", id=run["id"])
    assert await counts_of(developer, run) == NO_TASKS | {"cancelled": 2, "total": 2}


async def test_other_lists_keep_their_bound(viewer: Client) -> None:
    answer = await viewer("{ runs(first: 101) { nodes { id } } }")
    assert answer.message == "first is 101: it must be from 0 to 100."


async def test_many_runs_with_all_their_tasks_cost_too_much(viewer: Client) -> None:
    query = "{ runs(first: 10) { nodes { taskRuns(first: 5000) { nodes { id } } } } }"
    answer = await viewer(query)
    assert answer.message == "The operation costs 50021 points; at most 25000 are allowed."
