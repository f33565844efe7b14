"""Runs that were: of a state and a time, written as they would have been left behind."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dagy_gql import clock, db
from dagy_gql.enums import RunState
from dagy_gql.ids import new_id, new_slug
from dagy_gql.repositories.runs import first_id

_ADD = """
INSERT INTO runs (id, org_id, slug, flow_id, flow_name, deployment_id, environment_id, state,
    trigger, executor, routing, parameters, result, tags, created_by, attempt, crashes, fence,
    event_seq, log_seq, created_at, queued_at, started_at, finished_at)
SELECT $1, d.org_id, $2, d.flow_id, d.flow_name, d.id, d.environment_id, $3, 'API', 'local',
    '{"executor": "local", "level": "DEFAULT", "reason": "the default"}', $4::text::jsonb,
    $5::text::jsonb, '{}', 'past', 1, 0, 1, 1, 0, $6, $6, $7, $8
FROM deployments d WHERE d.name = $9 AND ($10::uuid IS NULL OR d.org_id = $10) RETURNING *
"""


def id_at(moment: datetime) -> UUID:
    """A new id of that millisecond."""
    start = first_id(moment)
    assert start is not None
    return UUID(int=start.int | (new_id().int & ((1 << 62) - 1)))


async def add_run(
    state: RunState = RunState.SUCCEEDED,
    *,
    at: datetime | None = None,
    waited: float = 0.5,
    took: float = 1.0,
    deployment: str = "nightly",
    parameters: Any = None,
    result: Any = None,
    org_id: UUID | None = None,
) -> Any:
    """The row. `at` is when it was created; it waited and took so many seconds."""
    at = at or clock.now()
    started = None if state is RunState.QUEUED else at + timedelta(seconds=waited)
    finished = started + timedelta(seconds=took) if started and state.is_terminal else None
    values = (db.json_text(parameters or {}), None if result is None else db.json_text(result))
    row = await db.fetch_row(
        _ADD, id_at(at), new_slug(), state, *values, at, started, finished, deployment, org_id
    )
    assert row is not None
    return row
