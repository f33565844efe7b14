"""Secrets, their versions, and which runs were given which. `sealed_value` leaves this file only
to be opened by the service that may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.errors import NotFound
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.entities import EntityRepository, narrowed
from dagy_gql.repositories.pagination import NEWEST_FIRST
from dagy_gql.repositories.writing import WritableRepository

# The row of the run's own environment goes before the general one. The run alone says which one is
# its own: names may have changed hands since it started. A run that has moved on to another worker
# is given nothing more, and a secret that many runs use is touched once a minute.
_GIVE = """
WITH found AS (
    SELECT s.id, s.current_version, v.sealed_value
    FROM runs r
    JOIN secrets s ON s.org_id = r.org_id AND s.name = $2
        AND (s.environment_id IS NULL OR s.environment_id = r.environment_id)
    JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.current_version
    WHERE r.org_id = $1 AND r.id = $3 AND r.fence = $4
    ORDER BY s.environment_id IS NULL LIMIT 1
), used AS (
    INSERT INTO secret_uses (id, org_id, secret_id, version, run_id, attempt, created_at)
    SELECT $5, $1, id, current_version, $3, $6, now() FROM found
    ON CONFLICT (run_id, attempt, secret_id) DO NOTHING
), touched AS (
    UPDATE secrets SET last_used_at = now() FROM found
    WHERE secrets.id = found.id
      AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
)
SELECT id, current_version, sealed_value FROM found
"""


@dataclass(frozen=True, slots=True)
class SecretFilter:
    """None does not filter."""

    name: str | None = None
    environment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RunAttempt:
    """Who asks for a secret: one attempt at one run, as long as it is the current one."""

    run_id: UUID
    fence: int
    attempt: int


class SecretRepository(EntityRepository):
    table = "secrets"
    noun = "secret"
    columns = (
        "id, environment_id, name, description, current_version, last_used_at, created_by,"
        " created_at, updated_at"
    )
    unaudited = EntityRepository.unaudited | {"last_used_at"}

    def matching(self, filter_: SecretFilter) -> Where:
        conditions = (("name = {}", filter_.name), ("environment_id = {}", filter_.environment_id))
        return narrowed(self.where(), conditions)

    async def at(self, name: str, environment_id: UUID | None) -> asyncpg.Record:
        """The secret of this name for one environment, or the general one. Raises NotFound."""
        where = self.where().add("name = {}", name)
        row = await self.first(
            where.add("environment_id IS NOT DISTINCT FROM {}::uuid", environment_id)
        )
        if row is None:
            raise NotFound(self.noun, name)
        return row

    async def give(self, name: str, to: RunAttempt) -> asyncpg.Record | None:
        """The version that a run gets, with a row that says that it got it. None: there is no such
        secret for its environment."""
        key = new_id()
        run = (to.run_id, to.fence, key, to.attempt)
        return await db.fetch_row(_GIVE, self.org_id, name, *run)


class SecretVersionRepository(WritableRepository):
    table = "secret_versions"
    noun = "version of a secret"
    columns = "id, secret_id, version, key_id, created_by, created_at"
    order = NEWEST_FIRST

    async def add(
        self, secret_id: UUID, version: int, *, sealed: str, key_id: str, by: str, now: datetime
    ) -> None:
        await self.insert(
            {
                "id": new_id(),
                "secret_id": secret_id,
                "version": version,
                "sealed_value": sealed,
                "key_id": key_id,
                "created_by": by,
                "created_at": now,
            }
        )

    async def sealed(self, secret_id: UUID, version: int) -> str:
        """Raises NotFound."""
        where = self.where().add("secret_id = {}", secret_id).add("version = {}", version)
        row = await self.first(where, columns="sealed_value")
        if row is None:
            raise NotFound(self.noun, version)
        sealed: str = row["sealed_value"]
        return sealed


class SecretUseRepository(OrgRepository):
    table = "secret_uses"
    noun = "use of a secret"
    columns = "id, secret_id, version, run_id, attempt, created_at"
    order = NEWEST_FIRST


@tenancy.across_organizations
async def key_ids_all_orgs() -> list[str]:
    """The keys that something is sealed with. Jumps from key to key in the index of versions."""
    rows = await db.fetch(
        """
        WITH RECURSIVE keys AS (
            (SELECT key_id FROM secret_versions ORDER BY key_id LIMIT 1)
            UNION ALL
            SELECT (SELECT v.key_id FROM secret_versions v WHERE v.key_id > keys.key_id
                    ORDER BY v.key_id LIMIT 1)
            FROM keys WHERE keys.key_id IS NOT NULL
        )
        SELECT key_id FROM keys WHERE key_id IS NOT NULL
        UNION
        SELECT split_part(sealed_config, ':', 1) FROM notification_channels
        WHERE sealed_config IS NOT NULL
        ORDER BY 1
        """
    )
    return [row["key_id"] for row in rows]


@tenancy.across_organizations
async def stale_versions_all_orgs(
    key_id: str, *, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Versions that another key has sealed, locked until the transaction ends, by id."""
    return await db.fetch(
        """
        SELECT id, org_id, sealed_value AS sealed FROM secret_versions
        WHERE key_id <> $1 AND ($2::uuid IS NULL OR id > $2)
        ORDER BY id LIMIT $3 FOR UPDATE
        """,
        key_id,
        after,
        limit,
    )


@tenancy.across_organizations
async def stale_channels_all_orgs(
    key_id: str, *, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """As `stale_versions_all_orgs`, of notification channels."""
    return await db.fetch(
        """
        SELECT id, org_id, sealed_config AS sealed FROM notification_channels
        WHERE sealed_config IS NOT NULL AND split_part(sealed_config, ':', 1) <> $1
          AND ($2::uuid IS NULL OR id > $2)
        ORDER BY id LIMIT $3 FOR UPDATE
        """,
        key_id,
        after,
        limit,
    )


@tenancy.across_organizations
async def reseal_versions_all_orgs(rows: Sequence[tuple[UUID, str]], key_id: str) -> None:
    """Write (id, sealed text)."""
    await db.execute(
        """
        UPDATE secret_versions v SET sealed_value = d.sealed, key_id = $3
        FROM unnest($1::uuid[], $2::text[]) AS d(id, sealed) WHERE v.id = d.id
        """,
        [key for key, _ in rows],
        [sealed for _, sealed in rows],
        key_id,
    )


@tenancy.across_organizations
async def reseal_channels_all_orgs(rows: Sequence[tuple[UUID, str]], key_id: str) -> None:
    """Write (id, sealed text), which names its key itself."""
    await db.execute(
        """
        UPDATE notification_channels c SET sealed_config = d.sealed
        FROM unnest($1::uuid[], $2::text[]) AS d(id, sealed) WHERE c.id = d.id
        """,
        [key for key, _ in rows],
        [sealed for _, sealed in rows],
    )
