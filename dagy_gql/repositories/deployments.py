"""Deployments. Each pins one flow version; runs outlive their deployment."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.pagination import NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class DeploymentFilter:
    """None does not filter."""

    name: str | None = None
    flow_name: str | None = None
    environment_id: UUID | None = None
    paused: bool | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class DeploymentValues:
    """The columns a client sets. `parameters` and `tags` are JSON text."""

    name: str
    flow_id: UUID
    flow_name: str
    environment_id: UUID | None
    parameters: str
    tags: str
    paused: bool
    concurrency_limit: int | None
    default_executor: str | None
    sla_seconds: int | None


_VALUES = [column.name for column in fields(DeploymentValues)]


class DeploymentRepository(OrgRepository):
    table = "deployments"
    noun = "deployment"
    order = NEWEST_FIRST
    columns = (
        "id, name, flow_id, flow_name, environment_id, parameters, tags, paused,"
        " concurrency_limit, default_executor, sla_seconds, created_by, created_at, updated_at"
    )

    def matching(self, filter_: DeploymentFilter) -> Where:
        where = self.where()
        if filter_.name is not None:
            where.add("name = {}", filter_.name)
        if filter_.flow_name is not None:
            where.add("flow_name = {}", filter_.flow_name)
        if filter_.environment_id is not None:
            where.add("environment_id = {}", filter_.environment_id)
        if filter_.paused is not None:
            where.add("paused = {}", filter_.paused)
        if filter_.search:
            part = "strpos(lower(name || ' ' || flow_name), lower({})) > 0"
            where.add(part, filter_.search)
        return where

    async def by_name(self, name: str) -> asyncpg.Record | None:
        return await self.first(self.where().add("name = {}", name))

    async def held(self, key: UUID) -> asyncpg.Record | None:
        """The row, locked until the transaction ends."""
        sql = " ".join(
            ["SELECT", self.columns, "FROM deployments WHERE org_id = $1 AND id = $2 FOR UPDATE"]
        )
        return await db.fetch_row(sql, self.org_id, key)

    async def add(
        self, values: DeploymentValues, *, created_by: str, now: datetime
    ) -> asyncpg.Record:
        """Raises asyncpg.UniqueViolationError for a name that is taken."""
        columns = ["id", "org_id", "created_by", "created_at", "updated_at", *_VALUES]
        places = ", ".join(f"${index + 1}" for index in range(len(columns)))
        sql = " ".join(
            ["INSERT INTO deployments (", ", ".join(columns), ") VALUES (", places, ") RETURNING"]
        )
        row = await db.fetch_row(
            f"{sql} {self.columns}", new_id(), self.org_id, created_by, now, now, *_tuple(values)
        )
        assert row is not None
        return row

    async def change(self, key: UUID, values: DeploymentValues, *, now: datetime) -> asyncpg.Record:
        """Raises asyncpg.UniqueViolationError for a name that is taken."""
        settings = ", ".join(f"{column} = ${index + 4}" for index, column in enumerate(_VALUES))
        sql = " ".join(
            [
                "UPDATE deployments SET updated_at = $3,",
                settings,
                "WHERE org_id = $1 AND id = $2 RETURNING",
                self.columns,
            ]
        )
        row = await db.fetch_row(sql, self.org_id, key, now, *_tuple(values))
        assert row is not None
        return row

    async def unfinished_runs(self, key: UUID) -> list[asyncpg.Record]:
        """Key, slug and state of its runs that are queued, running or being cancelled."""
        return await db.fetch(
            """
            SELECT id, slug, state FROM runs WHERE org_id = $1 AND deployment_id = $2
              AND state IN ('QUEUED', 'RUNNING', 'CANCELLING') ORDER BY id
            """,
            self.org_id,
            key,
        )

    async def retire(self, key: UUID) -> None:
        """Before `remove`: have its limit, if it has one, outlive it for its unfinished runs."""
        kept = await db.execute(
            """
            INSERT INTO retired_deployments (id, org_id, name, concurrency_limit)
            SELECT id, org_id, name, concurrency_limit FROM deployments
            WHERE org_id = $1 AND id = $2 AND concurrency_limit IS NOT NULL
            """,
            self.org_id,
            key,
        )
        if kept:
            await db.execute(
                """
                UPDATE runs SET retired_deployment_id = deployment_id
                WHERE org_id = $1 AND deployment_id = $2
                  AND state IN ('QUEUED', 'RUNNING', 'CANCELLING')
                """,
                self.org_id,
                key,
            )

    async def remove(self, key: UUID) -> bool:
        """False if there was none. Its runs stay, and point to no deployment."""
        sql = "DELETE FROM deployments WHERE org_id = $1 AND id = $2"
        return await db.execute(sql, self.org_id, key) == 1


def _tuple(values: DeploymentValues) -> tuple[Any, ...]:
    return tuple(getattr(values, column) for column in _VALUES)
