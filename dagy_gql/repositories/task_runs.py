"""Task runs of one organization."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.repositories.base import OrgRepository
from dagy_gql.repositories.pagination import Order, small_int


class TaskRunRepository(OrgRepository):
    """Lists are in the order of the flow's tasks; children of a mapped task follow it."""

    table = "task_runs"
    noun = "task run"
    order = Order(columns=("position", "id"), readers=(small_int, UUID))

    async def counts(self, run_ids: Sequence[UUID]) -> list[asyncpg.Record]:
        """For each run and each state of its rows: `number` of tasks and items; `begun` items and
        the `items` there are, and `listed` tasks of the `planned` ones. `planned` is null once a
        worker has listed all; a run without rows has one row without a state."""
        return await db.fetch(
            """
            SELECT r.id, r.state AS run_state, rows.*,
                CASE WHEN r.attempt = 0 THEN (
                    SELECT jsonb_array_length(f.spec -> 'tasks') FROM flows f WHERE f.id = r.flow_id
                ) END AS planned
            FROM runs r LEFT JOIN LATERAL (
                SELECT t.state,
                    count(*) FILTER (WHERE t.mapped_count IS NULL) AS number,
                    count(*) FILTER (WHERE t.map_index IS NOT NULL) AS begun,
                    count(*) FILTER (WHERE t.map_index IS NULL) AS listed,
                    coalesce(sum(t.mapped_count), 0) AS items
                FROM task_runs t WHERE t.org_id = $1 AND t.run_id = r.id GROUP BY t.state
            ) AS rows ON true
            WHERE r.org_id = $1 AND r.id = ANY($2::uuid[])
            """,
            self.org_id,
            list(run_ids),
        )

    async def of_run(self, run_id: UUID) -> list[asyncpg.Record]:
        return await self.all(self.where().add("run_id = {}", run_id))
