"""Keys of programs: of people, and of service accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.db import json_text
from dagy_gql.enums import Role
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import Where
from dagy_gql.repositories.pagination import NEWEST_FIRST
from dagy_gql.repositories.writing import WritableRepository

_HOLDERS = """
SELECT k.prefix, k.name, u.email FROM api_keys k JOIN users u ON u.id = k.created_by_id
WHERE k.org_id = $1 AND k.prefix = ANY($2) ORDER BY k.id
"""


_LOCAL = """
SELECT id, org_id, name, prefix, role, scopes, expires_at, revoked_at, service_account_id
FROM api_keys WHERE key_hash = $1 AND name = ANY($2) AND created_by_id IS NOT NULL FOR UPDATE
"""


@tenancy.across_organizations
async def local_for_update_all_orgs(key_hash: str, names: Sequence[str]) -> asyncpg.Record | None:
    """A person's key of one of those names, over or revoked as it may be."""
    return await db.fetch_row(_LOCAL, key_hash, list(names))


@dataclass(frozen=True, slots=True)
class NewKey:
    """Of `created_by_id` and `service_account_id` one holds the key."""

    name: str
    prefix: str
    key_hash: str
    created_by_id: UUID | None = None
    service_account_id: UUID | None = None
    role: Role | None = None
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKeyFilter:
    """None does not filter; `user_id` finds that person's own keys."""

    user_id: UUID | None = None
    service_account_id: UUID | None = None
    prefix: str | None = None


class ApiKeyRepository(WritableRepository):
    """Without the hashes, which nobody reads."""

    table = "api_keys"
    noun = "API key"
    order = NEWEST_FIRST
    columns = (
        "id, created_by_id, service_account_id, name, prefix, role, scopes, expires_at,"
        " previous_expires_at, revoked_at, rotated_at, last_used_at, created_at"
    )

    def matching(self, filter_: ApiKeyFilter) -> Where:
        where = self.where()
        if filter_.user_id is not None:
            where.add("created_by_id = {} AND service_account_id IS NULL", filter_.user_id)
        if filter_.service_account_id is not None:
            where.add("service_account_id = {}", filter_.service_account_id)
        if filter_.prefix is not None:
            where.add("prefix = {}", filter_.prefix)
        return where

    async def add(self, key: NewKey, *, now: datetime) -> asyncpg.Record:
        return await self.insert(
            {
                "id": new_id(),
                "created_by_id": key.created_by_id,
                "service_account_id": key.service_account_id,
                "name": key.name,
                "prefix": key.prefix,
                "key_hash": key.key_hash,
                "role": key.role,
                "scopes": json_text(list(key.scopes)),
                "expires_at": key.expires_at,
                "created_at": now,
            }
        )

    async def holders(self, prefixes: Sequence[str]) -> dict[str, asyncpg.Record]:
        """By prefix the key's name and its holder's address; of several the newest."""
        rows = await db.fetch(_HOLDERS, self.org_id, list(prefixes))
        return {row["prefix"]: row for row in rows}

    async def revoke_of_person(self, user_id: UUID, now: datetime) -> int:
        """Every key that is the person's own; those of service accounts stay."""
        mine = self.matching(ApiKeyFilter(user_id=user_id)).add("revoked_at IS NULL")
        return await self.change_where(mine, "revoked_at", now)
