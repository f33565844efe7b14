"""Bulk operations of one organization: what was asked for, and how far it has come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.enums import BulkState
from dagy_gql.ids import new_id
from dagy_gql.repositories.pagination import NEWEST_FIRST
from dagy_gql.repositories.writing import WritableRepository

_ACTIVE = "state IN ('WAITING', 'RUNNING')"


class BulkOperationRepository(WritableRepository):
    """`columns` leave out the keys of the runs, of which there may be 100,000."""

    table = "bulk_operations"
    noun = "bulk operation"
    order = NEWEST_FIRST
    columns = (
        "id, action, state, total, position, done, skipped, failed, problems, reason, created_by,"
        " created_at, starts_at, started_at, finished_at"
    )

    whole = columns

    async def add(self, values: Mapping[str, Any], run_ids: Sequence[UUID]) -> asyncpg.Record:
        """`run_ids` are in the order in which they will be dealt with."""
        start = {"position": 0, "done": 0, "skipped": 0, "failed": 0, "problems": "[]"}
        runs = {"total": len(run_ids), "run_ids": list(run_ids)}
        return await self.insert(
            {"id": new_id(), "state": BulkState.WAITING, **start, **runs, **values}
        )

    async def taken(self, key: UUID, *, now: datetime, limit: int) -> asyncpg.Record | None:
        """An operation that is due, locked, with who asked and the next keys. None: it is not due,
        it has ended, or somebody is at it."""
        return await db.fetch_row(
            f"""
            SELECT {self.columns}, org_id, actor_kind, user_id, credential_id,
                   run_ids[position + 1 : position + $4] AS next_run_ids
            FROM bulk_operations
            WHERE org_id = $1 AND id = $2 AND {_ACTIVE} AND starts_at <= $3
            FOR UPDATE SKIP LOCKED
            """,
            self.org_id,
            key,
            now,
            limit,
        )

    async def active(self) -> int:
        found = await db.fetch_value(
            f"SELECT count(*) FROM bulk_operations WHERE org_id = $1 AND {_ACTIVE}", self.org_id
        )
        return int(found)


@tenancy.across_organizations
async def organization_all_orgs(key: UUID) -> UUID | None:
    """Whose operation it is."""
    found: UUID | None = await db.fetch_value(
        "SELECT org_id FROM bulk_operations WHERE id = $1", key
    )
    return found


@tenancy.across_organizations
async def idle_since_all_orgs(moment: datetime, *, limit: int) -> list[UUID]:
    """Those that should be under way and have not moved since."""
    rows = await db.fetch(
        f"""
        SELECT id FROM bulk_operations
        WHERE {_ACTIVE} AND starts_at < $1 AND moved_at < $1 ORDER BY starts_at LIMIT $2
        """,
        moment,
        limit,
    )
    return [row["id"] for row in rows]
