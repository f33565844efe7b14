"""What a dashboard asks: sums over the runs of a window, and what needs somebody's attention.

Windows are ranges of ids, which are times, so the index on (organization, id) serves them all.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.repositories.run_statistics import DURATION_MS, FAILING
from dagy_gql.repositories.runs import first_id

_ENVIRONMENT = "AND {column} = ${place}"
_WINDOW = "org_id = $1 AND id >= $2 AND id < $3"
_QUEUE_MS = """CASE WHEN queued_at <= started_at
    THEN (date_part('epoch', started_at - queued_at) * 1000)::bigint END"""

_TOTALS = """
WITH found AS (
    SELECT state, deployment_id, finished_at - created_at AS whole,
        {duration} AS duration_ms, {queue} AS queue_ms
    FROM runs WHERE {window} {environment}
)
SELECT count(*) AS runs,
    count(*) FILTER (WHERE state = 'SUCCEEDED') AS succeeded,
    count(*) FILTER (WHERE state IN {failing}) AS failed,
    count(*) FILTER (WHERE state = 'CANCELLED') AS cancelled,
    percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY duration_ms)
        FILTER (WHERE state = 'SUCCEEDED') AS durations,
    percentile_disc(0.95) WITHIN GROUP (ORDER BY queue_ms) AS p95_queue_ms,
    count(*) FILTER (WHERE sla_seconds IS NOT NULL
        AND (state = 'SUCCEEDED' OR state IN {failing})) AS sla_total,
    count(*) FILTER (WHERE state = 'SUCCEEDED'
        AND whole <= make_interval(secs => sla_seconds)) AS sla_met
FROM found LEFT JOIN deployments d ON d.id = found.deployment_id
"""

# One row for every slot, state and flow; flows that are not among the busiest have no name.
_LOAD = """
WITH counted AS MATERIALIZED (
    SELECT flow_name, state, greatest(0, least($5::int - 1,
            floor(date_part('epoch', created_at - $4) / $6::int)))::int AS slot,
        count(*) AS runs, sum({duration}) AS ms
    FROM runs WHERE {window} {environment} GROUP BY 1, 2, 3
), busiest AS (
    SELECT flow_name FROM counted GROUP BY 1 ORDER BY sum(runs) DESC, 1 LIMIT $7
)
SELECT busiest.flow_name, state, slot, sum(runs)::bigint AS runs,
    coalesce(sum(ms), 0)::bigint AS total_ms
FROM counted LEFT JOIN busiest USING (flow_name) GROUP BY 1, 2, 3
"""

_NOW = """
SELECT count(*) FILTER (WHERE state = 'QUEUED') AS queued,
    count(*) FILTER (WHERE state <> 'QUEUED') AS running
FROM runs WHERE org_id = $1 AND state IN ('QUEUED', 'RUNNING', 'CANCELLING') {environment}
"""

# Each state's newest run is looked up by itself, so it does not matter how many there are.
_BROKEN = """
SELECT d.id AS deployment_id, d.name AS deployment_name, newest.id, newest.slug, newest.state,
    newest.finished_at
FROM deployments d CROSS JOIN LATERAL (
    SELECT r.* FROM unnest(ARRAY['SUCCEEDED', 'CANCELLED', 'FAILED', 'CRASHED', 'TIMED_OUT'])
        AS states(state)
    CROSS JOIN LATERAL (
        SELECT id, slug, state, finished_at FROM runs
        WHERE org_id = $1 AND deployment_id = d.id AND runs.state = states.state
        ORDER BY id DESC LIMIT 1
    ) AS r ORDER BY id DESC LIMIT 1
) AS newest
WHERE d.org_id = $1 AND newest.id >= $2 AND newest.state IN {failing} {environment}
ORDER BY newest.id DESC LIMIT $3
"""

_LONG_WAITS = """
SELECT deployment_id, flow_name, count(*) AS count, min(queued_at) AS since,
    (array_agg(id ORDER BY id))[1] AS id
FROM runs WHERE org_id = $1 AND state = 'QUEUED' AND id < $2 AND queued_at < $3 {environment}
GROUP BY 1, 2 ORDER BY since DESC LIMIT $4
"""

_LATE = """
SELECT r.id, r.slug, d.id AS deployment_id, d.name AS deployment_name, d.sla_seconds,
    r.created_at + make_interval(secs => d.sla_seconds) AS due
FROM runs r JOIN deployments d ON d.id = r.deployment_id
WHERE r.org_id = $1 AND r.state IN ('RUNNING', 'CANCELLING')
    AND r.created_at + make_interval(secs => d.sla_seconds) < $2 {environment}
ORDER BY due DESC LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class DashboardRepository:
    """Of one organization, and of one of its environments where that is given."""

    org_id: UUID
    environment_id: UUID | None = None

    async def totals(self, start: datetime, end: datetime) -> asyncpg.Record:
        (row,) = await self._fetch(_TOTALS, first_id(start), first_id(end))
        return row

    async def load(
        self, start: datetime, end: datetime, *, slots: int, slot_seconds: int, flows: int
    ) -> list[asyncpg.Record]:
        """Runs by `flow_name` (None: not among the `flows` that ran most), `state` and `slot`."""
        window = first_id(start), first_id(end)
        return await self._fetch(_LOAD, *window, start, slots, slot_seconds, flows)

    async def now(self) -> asyncpg.Record:
        """How many runs are `queued` and `running`."""
        (row,) = await self._fetch(_NOW)
        return row

    async def broken(self, since: datetime, *, limit: int) -> list[asyncpg.Record]:
        """Deployments whose newest run that has ended did not end well; the newest first."""
        return await self._fetch(_BROKEN, first_id(since), limit, column="d.environment_id")

    async def long_waits(self, before: datetime, *, limit: int) -> list[asyncpg.Record]:
        """Runs that have been queued since before then, by deployment: how many, and the first."""
        return await self._fetch(_LONG_WAITS, first_id(before), before, limit)

    async def late(self, now: datetime, *, limit: int) -> list[asyncpg.Record]:
        """Runs that run, though their deployment's time is over."""
        return await self._fetch(_LATE, now, limit, column="d.environment_id")

    async def _fetch(
        self, template: str, *values: Any, column: str = "environment_id"
    ) -> list[asyncpg.Record]:
        given = [self.org_id, *values]
        environment = ""
        if self.environment_id is not None:
            given.append(self.environment_id)
            environment = _ENVIRONMENT.format(column=column, place=len(given))
        sql = template.format(
            window=_WINDOW,
            environment=environment,
            failing=FAILING,
            duration=DURATION_MS,
            queue=_QUEUE_MS,
        )
        return await db.fetch(sql, *given)
