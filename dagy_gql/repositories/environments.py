"""Environments of one organization, and what keeps one from being deleted."""

from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.repositories.entities import EntityRepository


class EnvironmentRepository(EntityRepository):
    table = "environments"
    noun = "environment"
    columns = "id, name, description, is_protected, created_by, created_at, updated_at"

    async def uses(self, key: UUID) -> asyncpg.Record:
        """How many deployments, alert rules and secrets belong to it."""
        row = await db.fetch_row(
            """
            SELECT
              (SELECT count(*) FROM deployments WHERE org_id = $1 AND environment_id = $2)
                AS deployments,
              (SELECT count(*) FROM alert_rules WHERE org_id = $1 AND environment_id = $2)
                AS alert_rules,
              (SELECT count(*) FROM secrets WHERE org_id = $1 AND environment_id = $2) AS secrets
            """,
            self.org_id,
            key,
        )
        assert row is not None
        return row
