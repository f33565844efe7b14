"""Runs and logs as files: what is in them, who may have them, and that a piece follows a piece."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from dagy_gql import db
from dagy_gql.repositories import run_records
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.repositories.run_records import LogRow
from dagy_gql.services import live, run_export
from tests.api.client import Client, Org
from tests.api.conftest import deploy, trigger

FIRST = "2026-11-22T08:00:00.5+00:00"


async def get(client: Client, path: str, **parameters: Any) -> httpx.Response:
    return await client.http.get(f"/export/{path}", params=parameters, headers=client.auth)


def refused(response: httpx.Response) -> tuple[int, str, str | None]:
    error = response.json()["error"]
    return response.status_code, error["code"], error.get("field")


async def runs(client: Client, count: int = 3) -> list[Any]:
    await deploy(client, environment="production")
    made: list[Any] = [await trigger(client, tags={"n": str(n)}) for n in range(count)]
    return [each["run"] for each in made]


async def exports() -> list[Any]:
    rows = await db.fetch(
        "SELECT action, resource_name, after FROM audit_logs WHERE action LIKE 'run.export%'"
        " ORDER BY sequence"
    )
    return [tuple(row) for row in rows]


async def test_runs_as_json_lines_are_what_the_api_shows(
    owner: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_export, "_CHUNK", 2)
    made = await runs(owner)
    await runs(stranger)

    response = await get(owner, "runs")

    assert response.headers["content-type"] == "application/jsonl"
    assert response.headers["content-disposition"] == 'attachment; filename="runs.jsonl"'
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert [line["slug"] for line in lines] == [run["slug"] for run in reversed(made)]
    query = """query Q($slug: String) { run(slug: $slug) { id slug state trigger executor attempt
    createdAt queuedAt startedAt finishedAt queueMs durationMs tags createdBy
    flow { version } } }"""
    shown = (await owner(query, slug=made[0]["slug"])).data["run"]
    version = shown.pop("flow")["version"]
    assert {key: lines[-1][key] for key in shown} == shown
    assert {key: lines[-1][key] for key in lines[-1].keys() - shown.keys()} == {
        "flow": "report",
        "flowVersion": version,
        "deployment": "nightly",
        "environment": "production",
        "reason": None,
        "errorCode": None,
        "error": None,
        "retryOf": None,
    }


async def test_runs_as_csv_are_filtered_and_calculate_nothing(owner: Client) -> None:
    made = await runs(owner)
    error = {"code": "FAILED", "message": '=HYPERLINK("http://evil")'}
    await db.execute(
        "UPDATE runs SET state = 'FAILED', error = $2::text::jsonb WHERE slug = $1",
        made[1]["slug"],
        db.json_text(error),
    )

    response = await get(
        owner, "runs", format="csv", filter=json.dumps({"state": ["FAILED"], "search": "rep"})
    )

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="runs.csv"'
    (row,) = csv.DictReader(io.StringIO(response.text))
    assert (row["slug"], row["state"]) == (made[1]["slug"], "FAILED")
    assert row["error"] == '\'=HYPERLINK("http://evil")'
    assert row["tags"] == '{"n":"1"}'
    wanted = {"format": "csv", "filter": {"state": ["FAILED"], "search": "rep"}}
    assert await exports() == [("run.export", "", wanted)]


async def test_nothing_is_a_file_too(owner: Client) -> None:
    head = (await get(owner, "runs", format="csv")).text

    assert head.startswith("id,slug,state,")
    assert head.endswith(",createdBy\r\n")
    assert (await get(owner, "runs")).text == ""


async def test_addresses_are_for_those_who_may_read_them(owner: Client, viewer: Client) -> None:
    await runs(owner, 1)

    assert "createdBy" not in json.loads((await get(viewer, "runs")).text)
    assert "createdBy" in json.loads((await get(owner, "runs")).text)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"format": "xlsx"}, "format"),
        ({"filter": "{"}, "filter"),
        ({"filter": "[]"}, "filter"),
        ({"filter": '{"nothing": 1}'}, "filter"),
        ({"filter": '{"state": ["OLD"]}'}, "filter"),
        ({"filter": '{"executor": ["local"]}'}, "filter"),
        ({"filter": '{"createdAfter": "2026-01-01T00:00:00"}'}, "filter"),
        ({"filter": json.dumps({"search": "x" * 201})}, "filter.search"),
        ({"filter": json.dumps({"flowName": "a\x00"})}, "filter.flowName"),
        ({"filter": " " * 10_001}, "filter"),
        ({"other": "1"}, "other"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    owner: Client, parameters: dict[str, str], field: str
) -> None:
    response = await get(owner, "runs", **parameters)

    assert refused(response) == (400, "BAD_USER_INPUT", field)
    assert await exports() == []


async def log(org: Org, run: Any, lines: int) -> None:
    run_id = decode_id_of("Run", run["id"])
    for number in range(1, lines + 1):
        task = None if number % 2 else "load"
        line = [FIRST, "WARNING", "stdout", 1, f"line {number} ✓"]
        text = db.json_text([line])
        await run_records.add_log_chunks([LogRow(org.id, run_id, number, 1, task, text)])


async def test_the_log_of_a_run_is_a_text(
    owner: Client, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_CHUNKS_A_READ", 2)
    (run,) = await runs(owner, 1)
    await log(org, run, 5)

    response = await get(owner, "logs", run=run["slug"])

    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    name = f'attachment; filename="{run["slug"]}.log"'
    assert response.headers["content-disposition"] == name
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.text.splitlines() == [
        "2026-11-22T08:00:00.500Z WARNING  line 1 ✓",
        "2026-11-22T08:00:00.500Z WARNING  [load] line 2 ✓",
        "2026-11-22T08:00:00.500Z WARNING  line 3 ✓",
        "2026-11-22T08:00:00.500Z WARNING  [load] line 4 ✓",
        "2026-11-22T08:00:00.500Z WARNING  line 5 ✓",
    ]
    assert await exports() == [("run.export_log", run["slug"], {})]


async def test_the_log_of_a_task_is_a_text(owner: Client, org: Org) -> None:
    (run,) = await runs(owner, 1)
    await log(org, run, 2)
    await db.execute(
        "INSERT INTO task_runs (id, org_id, run_id, key, name, position, state, attempt,"
        " created_at) SELECT gen_random_uuid(), org_id, id, 'load', 'load', 0, 'RUNNING', 1,"
        " now() FROM runs"
    )

    response = await get(owner, "logs", run=run["slug"], task="load")

    assert response.text == "2026-11-22T08:00:00.500Z WARNING  [load] line 2 ✓\n"
    assert refused(await get(owner, "logs", run=run["slug"], task="no")) == (404, "NOT_FOUND", None)


async def test_files_are_for_those_who_may_read_what_is_in_them(
    owner: Client, viewer: Client, stranger: Client, anonymous: Client, org: Org
) -> None:
    (run,) = await runs(owner, 1)
    await log(org, run, 1)
    slug = run["slug"]

    assert (await get(stranger, "runs")).text == ""
    assert refused(await get(stranger, "logs", run=slug)) == (404, "NOT_FOUND", None)
    assert refused(await get(viewer, "logs", run=slug)) == (403, "FORBIDDEN", "/export/logs")
    assert refused(await get(owner, "logs")) == (400, "BAD_USER_INPUT", "run")
    for path in ("runs", "logs"):
        assert refused(await get(anonymous, path, run=slug))[:2] == (401, "UNAUTHENTICATED")
    assert [row[0] for row in await exports()] == ["run.export"]
