"""What a run is compared with."""

from uuid import UUID

import asyncpg

from dagy_gql import db

_BEFORE = """
SELECT * FROM runs WHERE org_id = $1 AND {same} = $2 AND state = 'SUCCEEDED' AND id < $3
ORDER BY id DESC LIMIT 1
"""


async def last_good_before(org_id: UUID, run: asyncpg.Record) -> asyncpg.Record | None:
    """The last run before it that succeeded, of the same deployment; where the deployment is gone,
    of the same flow name."""
    same = "flow_name" if run["deployment_id"] is None else "deployment_id"
    return await db.fetch_row(_BEFORE.format(same=same), org_id, run[same], run["id"])


async def tasks_of(org_id: UUID, run_id: UUID, *, limit: int) -> list[asyncpg.Record]:
    """In the flow's order."""
    return await db.fetch(
        """
        SELECT key, state, position, started_at, finished_at FROM task_runs
        WHERE org_id = $1 AND run_id = $2 ORDER BY position, id LIMIT $3
        """,
        org_id,
        run_id,
        limit,
    )
