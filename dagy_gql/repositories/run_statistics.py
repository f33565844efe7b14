"""How the last runs of flows and deployments went: one statement for a whole list of them."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import asyncpg

from dagy_gql import db

LAST_RUNS = 100
MARKS = 20

# Null until the run has ended. `extract` would reckon in numerics: over 200,000 runs it takes half
# a second longer.
DURATION_MS = """CASE WHEN started_at <= finished_at
    THEN (date_part('epoch', finished_at - started_at) * 1000)::bigint END"""
FAILING = "('FAILED', 'CRASHED', 'TIMED_OUT')"

_KEY_TYPES = {"flow_name": "text", "deployment_id": "uuid"}

K = TypeVar("K", str, UUID)

# Each of the parents' runs are read from the end of an index on (parent, id).
_STATISTICS = """
SELECT parents.key, count(*) AS runs,
    count(*) FILTER (WHERE state = 'SUCCEEDED') AS succeeded,
    count(*) FILTER (WHERE state IN {failing}) AS failed,
    percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY duration_ms)
        FILTER (WHERE state = 'SUCCEEDED') AS durations,
    array_agg(id ORDER BY id DESC) FILTER (WHERE place <= {marks}) AS ids,
    array_agg(slug ORDER BY id DESC) FILTER (WHERE place <= {marks}) AS slugs,
    array_agg(state ORDER BY id DESC) FILTER (WHERE place <= {marks}) AS states,
    array_agg(duration_ms ORDER BY id DESC) FILTER (WHERE place <= {marks}) AS latest_durations,
    array_agg(created_at ORDER BY id DESC) FILTER (WHERE place <= {marks}) AS created
FROM unnest($2::{key_type}[]) AS parents(key) CROSS JOIN LATERAL (
    SELECT *, row_number() OVER (ORDER BY id DESC) AS place FROM (
        SELECT id, slug, state, created_at, {duration} AS duration_ms
        FROM runs WHERE org_id = $1 AND {parent} = parents.key ORDER BY id DESC LIMIT {last}
    ) AS newest
) AS found
GROUP BY 1
"""


async def of_last_runs(org_id: UUID, parent: str, keys: Sequence[K]) -> dict[K, asyncpg.Record]:
    """By the value of `parent`, "flow_name" or "deployment_id"; what has no runs is left out."""
    sql = _STATISTICS.format(
        failing=FAILING,
        marks=MARKS,
        key_type=_KEY_TYPES[parent],
        duration=DURATION_MS,
        parent=parent,
        last=LAST_RUNS,
    )
    rows = await db.fetch(sql, org_id, list(keys))
    return {row["key"]: row for row in rows}
