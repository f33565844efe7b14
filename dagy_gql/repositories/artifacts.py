"""The index of stored files: flow archives (without a run) and what runs saved."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository

ARCHIVE_TYPE = "application/zip"


class ArtifactRepository(OrgRepository):
    table = "artifacts"
    noun = "artifact"
    columns = "id, run_id, task_key, name, content_type, size_bytes, sha256, key, created_at"

    async def archive(self, sha256: str) -> asyncpg.Record | None:
        return await self.first(self.where().add("sha256 = {} AND run_id IS NULL", sha256))

    async def add_archive(
        self, sha256: str, *, size_bytes: int, key: str, now: datetime
    ) -> asyncpg.Record:
        """The row of this content; an upload that comes second finds the first one's."""
        async with db.transaction():
            await db.fetch_value("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)
            found = await self.archive(sha256)
            if found is not None:
                return found
            sql = (
                "INSERT INTO artifacts (id, org_id, name, content_type, size_bytes, sha256, key,"
                " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING "
            )
            row = await db.fetch_row(
                sql + self.columns,
                new_id(),
                self.org_id,
                f"{sha256}.zip",
                ARCHIVE_TYPE,
                size_bytes,
                sha256,
                key,
                now,
            )
        assert row is not None
        return row

    async def of_runs(self, run_ids: Sequence[UUID]) -> list[asyncpg.Record]:
        where = self.where().add("run_id = ANY({}::uuid[])", list(run_ids))
        return await self.all(where)
