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

    async def counts(self, run_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
        """Task runs by state, for each run."""
        rows = await db.fetch(
            """
            SELECT run_id, state, count(*) AS number FROM task_runs
            WHERE org_id = $1 AND run_id = ANY($2::uuid[]) GROUP BY 1, 2
            """,
            self.org_id,
            list(run_ids),
        )
        counts: dict[UUID, dict[str, int]] = {run_id: {} for run_id in run_ids}
        for row in rows:
            counts[row["run_id"]][row["state"]] = row["number"]
        return counts

    async def of_run(self, run_id: UUID) -> list[asyncpg.Record]:
        return await self.all(self.where().add("run_id = {}", run_id))
