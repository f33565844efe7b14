"""The floor: the same JSON as the API's, written by hand. `python -m benchmarks.floor PORT DSN`.

Starlette, asyncpg and orjson and nothing else: no authentication, no permissions, no limits, no
GraphQL. `/q1` is the page of runs, `/q2` the page with flows and task runs.
"""

import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_RUNS = """
SELECT id, slug, state, trigger, executor, attempt, created_by, created_at, queued_at, started_at,
       finished_at, flow_id
FROM runs WHERE org_id = $1 ORDER BY id DESC LIMIT 51
"""
_FLOWS = "SELECT id, name, version FROM flows WHERE org_id = $1 AND id = ANY($2::uuid[])"
_TASKS = """
SELECT page.* FROM unnest($2::uuid[]) AS runs(id) CROSS JOIN LATERAL (
    SELECT run_id, id, key, name, state, attempt, started_at, finished_at FROM task_runs
    WHERE org_id = $1 AND run_id = runs.id ORDER BY position, id LIMIT 11
) AS page
"""


class Floor:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(self._dsn, min_size=1, max_size=8) as self._pool:
            self._org_id = await self._pool.fetchval("SELECT id FROM organizations")
            yield

    async def q1(self, request: Request) -> Response:
        await request.body()
        rows = await self._pool.fetch(_RUNS, self._org_id)
        return _json({"runs": {"nodes": [_run(row) for row in rows[:50]]}})

    async def q2(self, request: Request) -> Response:
        await request.body()
        rows = (await self._pool.fetch(_RUNS, self._org_id))[:50]
        flow_ids = list({row["flow_id"] for row in rows})
        flows = {
            row["id"]: {"name": row["name"], "version": row["version"]}
            for row in await self._pool.fetch(_FLOWS, self._org_id, flow_ids)
        }
        tasks: dict[Any, list[Any]] = {row["id"]: [] for row in rows}
        for task in await self._pool.fetch(_TASKS, self._org_id, list(tasks)):
            tasks[task["run_id"]].append(_task(task))
        nodes = [
            _run(row)
            | {"flow": flows[row["flow_id"]], "taskRuns": {"nodes": tasks[row["id"]][:10]}}
            for row in rows
        ]
        return _json({"runs": {"nodes": nodes}})


def _run(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": b64encode(f"Run:{row['id']}".encode()).decode(),
        "slug": row["slug"],
        "state": row["state"],
        "trigger": row["trigger"],
        "executor": row["executor"].upper(),
        "attempt": row["attempt"],
        "createdBy": row["created_by"],
        "createdAt": row["created_at"],
        "queuedAt": row["queued_at"],
        "startedAt": row["started_at"],
        "finishedAt": row["finished_at"],
        "durationMs": _milliseconds(row),
    }


def _task(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": b64encode(f"TaskRun:{row['id']}".encode()).decode(),
        "key": row["key"],
        "name": row["name"],
        "state": row["state"],
        "attempt": row["attempt"],
        "startedAt": row["started_at"],
        "finishedAt": row["finished_at"],
        "durationMs": _milliseconds(row),
    }


def _milliseconds(row: asyncpg.Record) -> int | None:
    started, finished = row["started_at"], row["finished_at"]
    return None if finished is None else round((finished - started).total_seconds() * 1000)


def _json(data: object) -> Response:
    body = orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z)
    return Response(body, media_type="application/json")


def main(port: int, dsn: str) -> None:
    floor = Floor(dsn)
    routes = [Route(f"/{name}", getattr(floor, name), methods=["POST"]) for name in ("q1", "q2")]
    app = Starlette(routes=routes, lifespan=floor.lifespan)
    uvicorn.run(
        app, port=port, http="httptools", loop="uvloop", access_log=False, log_level="warning"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
