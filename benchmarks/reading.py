"""Case H: reading pages, against the floor in the same run; and pages of a million runs.

The API runs as anybody would start it: authentication, permissions and limits are on.
"""

import asyncio
import base64
import itertools
import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median
from typing import Any

import asyncpg
import orjson

from benchmarks.cases import Outcome
from benchmarks.reading_data import MINE

RUN = """id slug state trigger executor attempt createdBy createdAt queuedAt startedAt finishedAt
durationMs"""
PAGE = f"{{ runs(first: 50) {{ nodes {{ {RUN} }} }} }}"
NESTED = f"""{{ runs(first: 50) {{ nodes {{ {RUN} flow {{ name version }} taskRuns(first: 10) {{
nodes {{ id key name state attempt startedAt finishedAt durationMs }} }} }} }} }}"""
FILTERED = f"""query Q($filter: RunFilter, $after: String) {{
runs(first: 50, filter: $filter, after: $after) {{ nodes {{ {RUN} }} }} }}"""

_CONNECTIONS = 16
_ROUNDS = 12
_ROUND_SECONDS = 1.0
_DEEP_ROWS = 999 * 50
_SAMPLES_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    token: str = ""

    def ask(
        self, *bodies: str, connections: int, seconds: float, pause_seconds: float = 0.0
    ) -> dict[str, Any]:
        job = {
            "url": self.url,
            "token": self.token,
            "bodies": bodies,
            "connections": connections,
            "seconds": seconds,
            "pause_seconds": pause_seconds,
        }
        command = [sys.executable, "-m", "benchmarks.reading_load", json.dumps(job)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        answer: dict[str, Any] = json.loads(printed)
        return answer


class Reading:
    """The API and the floor over the same database."""

    def __init__(self, dsn: str, api: Target, floor_url: str) -> None:
        self._dsn = dsn
        self._api = api
        self._floor_url = floor_url

    def measure(self) -> dict[str, Outcome]:
        return {
            "page": self._ratio(PAGE, "q1"),
            "nested": self._ratio(NESTED, "q2"),
            "page_tail": self._tail(PAGE),
            "nested_tail": self._tail(NESTED),
            "deep": asyncio.run(self._deep()),
        }

    def _ratio(self, query: str, name: str) -> Outcome:
        """The API's requests a second as a part of the floor's; rounds take turns."""
        floor = Target(f"{self._floor_url}/{name}")
        body = json.dumps({"query": query})
        mine = self._api.ask(body, connections=_CONNECTIONS, seconds=_ROUND_SECONDS)
        same = floor.ask("", connections=_CONNECTIONS, seconds=_ROUND_SECONDS)
        if mine["body"] != same["body"]:
            raise RuntimeError(f"{name}: the floor's JSON is not the API's")
        outcome = Outcome()
        for _ in range(_ROUNDS):
            mine = self._api.ask(body, connections=_CONNECTIONS, seconds=_ROUND_SECONDS)
            below = floor.ask("", connections=_CONNECTIONS, seconds=_ROUND_SECONDS)
            outcome.samples.append(mine["rate"] / below["rate"])
            outcome.load_cpu_seconds += mine["cpu_seconds"] + below["cpu_seconds"]
        return outcome

    def _tail(self, query: str) -> Outcome:
        """p99 / p50 at one connection, a round each."""
        outcome, body = Outcome(), json.dumps({"query": query})
        for _ in range(5):
            answer = self._api.ask(body, connections=1, seconds=3)
            ms = sorted(answer["ms"])
            outcome.samples.append(ms[int(0.99 * len(ms))] / median(ms))
            outcome.load_cpu_seconds += answer["cpu_seconds"]
        return outcome

    async def _deep(self) -> Outcome:
        """Page 1,000 (or the last full one) / page 1, for every filter and every pair of them."""
        connection = await asyncpg.connect(self._dsn)
        try:
            filters = await _filters(connection)
            outcome = Outcome()
            for size in (0, 1, 2):
                for names in itertools.combinations(filters, size):
                    chosen = {key: filters[key] for key in names}
                    ratio = await self._deep_ratio(connection, chosen)
                    outcome.samples += [] if ratio is None else [ratio]
            return outcome
        finally:
            await connection.close()

    async def _deep_ratio(
        self, connection: "asyncpg.Connection[asyncpg.Record]", chosen: dict[str, Any]
    ) -> float | None:
        where = " AND ".join(["true", *(condition for condition, _ in chosen.values())])
        count = await connection.fetchval(
            f"SELECT count(*) FROM (SELECT 1 FROM runs WHERE {where} LIMIT {_DEEP_ROWS}) AS found"
        )
        if count < 200:
            return None
        key = await connection.fetchval(
            f"SELECT id FROM runs WHERE {where} ORDER BY id DESC LIMIT 1 OFFSET {count - 100}"
        )
        wanted = {name: value for _, values in chosen.values() for name, value in values.items()}
        bodies = [
            json.dumps({"query": FILTERED, "variables": {"filter": wanted, "after": after}})
            for after in (None, _cursor(key))
        ]
        answer = self._api.ask(*bodies, connections=1, seconds=_SAMPLES_SECONDS)
        ms = answer["ms"][4:]
        return median(ms[1::2]) / median(ms[0::2])


def _cursor(key: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([str(key)])).decode().rstrip("=")


async def _filters(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, Any]:
    """By name: the condition in SQL, and the same in the API's words."""
    some = await connection.fetchrow(
        """
        SELECT d.id, d.name, f.id AS flow_id, f.name AS flow, e.id AS environment_id,
               e.name AS environment
        FROM deployments d JOIN flows f ON f.id = d.flow_id
        JOIN environments e ON e.id = d.environment_id ORDER BY d.name LIMIT 1
        """
    )
    assert some is not None
    mine = await connection.fetchval(f"SELECT {MINE}")
    first, last = await connection.fetchrow("SELECT min(created_at), max(created_at) FROM runs")
    early, late = first + (last - first) / 10, last - (last - first) / 10
    return {
        "states": ("state IN ('FAILED', 'CRASHED')", {"state": ["FAILED", "CRASHED"]}),
        "flow": (f"flow_name = '{some['flow']}'", {"flowName": some["flow"]}),
        "deployment": (f"deployment_id = '{some['id']}'", {"deploymentName": some["name"]}),
        "environment": (
            f"environment_id = '{some['environment_id']}'",
            {"environment": some["environment"]},
        ),
        "trigger": ("trigger = 'SCHEDULE'", {"trigger": "SCHEDULE"}),
        "search": ("slug >= 'ab' AND slug < 'ab~'", {"search": "ab"}),
        "tags": ("""tags @> '{"team": "ops"}'""", {"tags": {"team": "ops"}}),
        "mine": (f"created_by = '{mine}'", {"mine": True}),
        "duration": ("duration_ms >= 50000", {"minDurationMs": 50_000}),
        "executor": ("executor IN ('ecs', 'lambda')", {"executor": ["ECS", "LAMBDA"]}),
        "flows": ("flow_name IN ('flow-1', 'flow-2')", {"flowNames": ["flow-1", "flow-2"]}),
        "after": (f"created_at >= '{early}'", {"createdAfter": early.isoformat()}),
        "before": (f"created_at < '{late}'", {"createdBefore": late.isoformat()}),
    }
