"""The limits that a run which does not exist yet would meet."""

from uuid import UUID

import asyncpg

from dagy_gql import db


async def of_deployment(org_id: UUID, deployment_id: UUID) -> asyncpg.Record:
    """With the columns of `RunRepository.limits`."""
    row = await db.fetch_row(
        """
        SELECT d.concurrency_limit, d.name AS deployment_name, o.max_running_runs,
               active.of_deployment AS deployment_running, active.number AS organization_running
        FROM deployments d JOIN organizations o ON o.id = d.org_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS number, count(*) FILTER (WHERE deployment_id = d.id) AS of_deployment
            FROM runs WHERE org_id = $1 AND state IN ('RUNNING', 'CANCELLING')
        ) AS active
        WHERE d.org_id = $1 AND d.id = $2
        """,
        org_id,
        deployment_id,
    )
    assert row is not None
    return row
