"""Runs of one organization: look-ups, lists by indexed columns, and the insert of a new run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.db import json_text
from dagy_gql.enums import Executor, RetryMode, RunTrigger
from dagy_gql.errors import NotFound
from dagy_gql.ids import new_slug
from dagy_gql.repositories.base import OrgRepository
from dagy_gql.repositories.pagination import NEWEST_FIRST, OLDEST_FIRST, Order


class RunOrder(StrEnum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"

    @property
    def order(self) -> Order:
        return NEWEST_FIRST if self is RunOrder.CREATED_AT_DESC else OLDEST_FIRST


def first_id(moment: datetime | None) -> UUID | None:
    """The smallest UUIDv7 of a millisecond (RFC 9562: 48 bits of Unix time come first)."""
    if moment is None:
        return None
    milliseconds = max(0, round(moment.timestamp() * 1000))
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62))


@dataclass(slots=True)
class NewRun:
    id: UUID
    slug: str
    flow_id: UUID
    flow_name: str
    deployment_id: UUID | None
    environment_id: UUID | None
    trigger: RunTrigger
    executor: Executor
    routing: dict[str, Any]
    parameters: dict[str, Any]
    tags: dict[str, str]
    created_by: str
    idempotency_key: str | None = None
    retry_of_id: UUID | None = None
    retry_mode: RetryMode | None = None
    retry_task_key: str | None = None


class RunRepository(OrgRepository):
    table = "runs"
    noun = "run"
    order = NEWEST_FIRST

    async def by_slug(self, slug: str) -> asyncpg.Record:
        """Raises NotFound."""
        row = await self.first(self.where().add("slug = {}", slug))
        if row is None:
            raise NotFound(self.noun, slug)
        return row

    async def by_idempotency_key(self, key: str) -> asyncpg.Record | None:
        return await self.first(self.where().add("idempotency_key = {}", key))

    async def add(self, run: NewRun) -> asyncpg.Record | None:
        """Insert as QUEUED; None if the organization has used the idempotency key before. Where
        another run has the slug, the run gets a new one."""
        while (row := await self._add(run)) is None:
            key = run.idempotency_key
            if key is not None and await self.by_idempotency_key(key) is not None:
                return None
            run.slug = new_slug()
        return row

    async def _add(self, run: NewRun) -> asyncpg.Record | None:
        return await db.fetch_row(
            """
            INSERT INTO runs (id, org_id, slug, flow_id, flow_name, deployment_id, environment_id,
                state, trigger, executor, routing, parameters, tags, created_by, idempotency_key,
                retry_of_id, retry_mode, retry_task_key, attempt, crashes, fence, event_seq,
                log_seq, created_at, queued_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'QUEUED', $8, $9, $10::text::jsonb,
                $11::text::jsonb, $12::text::jsonb, $13, $14, $15, $16, $17, 0, 0, 0, 1, 0,
                now(), now())
            ON CONFLICT DO NOTHING RETURNING *
            """,
            run.id,
            self.org_id,
            run.slug,
            run.flow_id,
            run.flow_name,
            run.deployment_id,
            run.environment_id,
            run.trigger,
            run.executor,
            json_text(run.routing),
            json_text(run.parameters),
            json_text(run.tags),
            run.created_by,
            run.idempotency_key,
            run.retry_of_id,
            run.retry_mode,
            run.retry_task_key,
        )

    async def startable(self, *, deployment_id: UUID | None, name: str | None) -> asyncpg.Record:
        """A deployment with all that a new run of it needs. Raises NotFound."""
        row = await db.fetch_row(
            """
            SELECT d.id AS deployment_id, d.name AS deployment_name, d.environment_id, d.paused,
                   d.parameters, d.tags, d.default_executor AS deployment_executor,
                   f.id AS flow_id, f.name AS flow_name, f.spec, f.status,
                   f.default_executor AS flow_executor,
                   CASE WHEN e.is_protected THEN e.name END AS protected_environment
            FROM deployments d JOIN flows f ON f.id = d.flow_id
            LEFT JOIN environments e ON e.id = d.environment_id
            WHERE d.org_id = $1 AND (d.id = $2 OR d.name = $3)
            """,
            self.org_id,
            deployment_id,
            name,
        )
        if row is None:
            raise NotFound("deployment", name or deployment_id)
        return row

    async def spec(self, flow_id: UUID) -> dict[str, Any]:
        """The FlowSpec document of a flow version. Raises NotFound."""
        found = await db.fetch_value(
            "SELECT spec FROM flows WHERE org_id = $1 AND id = $2", self.org_id, flow_id
        )
        if found is None:
            raise NotFound("flow", flow_id)
        spec: dict[str, Any] = found
        return spec

    async def limits(self, run_ids: Sequence[UUID]) -> list[asyncpg.Record]:
        """Of those that are queued: the concurrency limits of the deployment and the organization,
        and how many runs hold a slot of either."""
        return await db.fetch(
            """
            WITH active AS (
                SELECT coalesce(deployment_id, retired_deployment_id) AS slots,
                       count(*) AS running
                FROM runs
                WHERE org_id = $1 AND state IN ('RUNNING', 'CANCELLING') GROUP BY 1
            )
            SELECT r.id, coalesce(d.concurrency_limit, t.concurrency_limit) AS concurrency_limit,
                   coalesce(d.name, t.name) AS deployment_name, o.max_running_runs,
                   coalesce(a.running, 0) AS deployment_running,
                   (SELECT coalesce(sum(running), 0)::bigint FROM active) AS organization_running
            FROM runs r JOIN organizations o ON o.id = r.org_id
            LEFT JOIN deployments d ON d.id = r.deployment_id
            LEFT JOIN retired_deployments t ON t.id = r.retired_deployment_id
            LEFT JOIN active a ON a.slots = coalesce(r.deployment_id, r.retired_deployment_id)
            WHERE r.org_id = $1 AND r.id = ANY($2::uuid[]) AND r.state = 'QUEUED'
            """,
            self.org_id,
            list(run_ids),
        )
