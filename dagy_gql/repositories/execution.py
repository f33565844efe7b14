"""What a worker reads to start runs."""

from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.errors import NotFound


@tenancy.across_organizations
async def flow_all_orgs(flow_id: UUID) -> asyncpg.Record:
    """Raises NotFound."""
    row = await db.fetch_row(
        "SELECT name, version, spec, spec_sha256, artifact_sha256 FROM flows WHERE id = $1",
        flow_id,
    )
    if row is None:
        raise NotFound("flow", flow_id)
    return row


async def task_results(org_id: UUID, run_id: UUID) -> list[asyncpg.Record]:
    """Task runs with a result, and mapped ones with the number of their children."""
    return await db.fetch(
        """
        SELECT key, state, result, mapped_count FROM task_runs
        WHERE run_id = $1 AND org_id = $2
          AND (state IN ('SUCCEEDED', 'CACHED') OR mapped_count IS NOT NULL)
        """,
        run_id,
        org_id,
    )
