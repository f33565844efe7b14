"""Environments of one organization, and what keeps one from being deleted."""

from collections.abc import Sequence
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

    async def protected(self, keys: Sequence[UUID]) -> str | None:
        """The name of one of these that is protected. In a transaction the others stay as they
        are until it ends."""
        rows = await db.fetch(
            """
            SELECT name, is_protected FROM environments
            WHERE org_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR SHARE
            """,
            self.org_id,
            list(keys),
        )
        return next((row["name"] for row in rows if row["is_protected"]), None)

    async def protected_of_runs(self, run_ids: Sequence[UUID]) -> str | None:
        """The name of a protected one that one of these runs was started in."""
        return await self._protected(
            "SELECT environment_id FROM runs WHERE org_id = $1 AND id = ANY($2::uuid[])",
            list(run_ids),
        )

    async def protected_of_deployments(self, keys: Sequence[UUID]) -> str | None:
        """The name of a protected one that one of these deployments is in."""
        return await self._protected(
            "SELECT environment_id FROM deployments WHERE org_id = $1 AND id = ANY($2::uuid[])",
            list(keys),
        )

    async def protected_of_flow(self, flow_name: str) -> str | None:
        """The name of a protected one that a deployment of the flow is in."""
        return await self._protected(
            "SELECT environment_id FROM deployments WHERE org_id = $1 AND flow_name = $2",
            flow_name,
        )

    async def _protected(self, environment_ids: str, value: object) -> str | None:
        sql = " ".join(
            [
                "SELECT name FROM environments WHERE org_id = $1 AND is_protected AND id IN (",
                environment_ids,
                ") ORDER BY name LIMIT 1",
            ]
        )
        name: str | None = await db.fetch_value(sql, self.org_id, value)
        return name
