"""Organizations, memberships and roles of their own making."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.enums import Role
from dagy_gql.errors import NotFound
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.entities import EntityRepository
from dagy_gql.repositories.writing import WritableRepository

_COLUMNS = "id, name, slug, max_running_runs, created_at"

# Organizations are not in one: these are those that the user is a member of.
_OF_USER = """
SELECT o.id, o.name, o.slug, o.max_running_runs, o.created_at, m.role, m.custom_role_id
FROM memberships m JOIN organizations o ON o.id = m.org_id
WHERE m.user_id = $1 ORDER BY o.id
"""

_OTHER_OWNERS = """
SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
WHERE m.org_id = $1 AND m.role = 'owner' AND m.user_id <> $2
"""

# Finished invitations are history: they must not keep a role alive.
_FORGET_ROLE = """
UPDATE invitations SET custom_role_id = NULL
WHERE org_id = $1 AND custom_role_id = $2
  AND (accepted_at IS NOT NULL OR revoked_at IS NOT NULL OR expires_at <= $3)
"""


async def organization(org_id: UUID) -> asyncpg.Record | None:
    return await db.fetch_row(f"SELECT {_COLUMNS} FROM organizations WHERE id = $1", org_id)


@tenancy.across_organizations
async def of_user_all_orgs(user_id: UUID) -> list[asyncpg.Record]:
    """The oldest first, each with the user's role there."""
    return await db.fetch(_OF_USER, user_id)


async def hold_user(user_id: UUID) -> None:
    """What one person does with organizations takes turns until the transaction ends."""
    key = f"organizations of {user_id}"
    await db.fetch_value("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


async def add_organization(name: str, *, slug: str, now: datetime) -> UUID:
    """Raises asyncpg.UniqueViolationError for a slug that is taken."""
    key = new_id()
    await db.execute(
        "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4)",
        key,
        name,
        slug,
        now,
    )
    return key


class OrganizationRepository(OrgRepository):
    """One organization: the one that is asking."""

    table = "organizations"
    noun = "organization"
    columns = _COLUMNS

    def where(self) -> Where:
        return Where(self.org_id, column="id")

    async def held(self) -> asyncpg.Record:
        """The row, locked until the transaction ends. Raises NotFound."""
        # Rows that refer to it may be added meanwhile.
        sql = f"SELECT {_COLUMNS} FROM organizations WHERE id = $1 FOR NO KEY UPDATE"
        row = await db.fetch_row(sql, self.org_id)
        if row is None:
            raise NotFound(self.noun, self.org_id)
        return row

    async def change(self, values: Mapping[str, Any]) -> asyncpg.Record:
        """`values` is not empty. Raises asyncpg.UniqueViolationError for a slug that is taken."""
        settings = ", ".join(f"{column} = ${place + 2}" for place, column in enumerate(values))
        sql = f"UPDATE organizations SET {settings} WHERE id = $1 RETURNING {_COLUMNS}"
        row = await db.fetch_row(sql, self.org_id, *values.values())
        assert row is not None
        return row


@dataclass(frozen=True, slots=True)
class MembershipFilter:
    """None does not filter."""

    role: Role | None = None
    custom_role_id: UUID | None = None
    user_id: UUID | None = None


class MembershipRepository(WritableRepository):
    table = "memberships"
    noun = "membership"
    columns = "id, org_id, user_id, role, custom_role_id, created_at"

    def matching(self, filter_: MembershipFilter) -> Where:
        where = self.where()
        if filter_.role is not None:
            where.add("role = {}", filter_.role)
        if filter_.custom_role_id is not None:
            where.add("custom_role_id = {}", filter_.custom_role_id)
        if filter_.user_id is not None:
            where.add("user_id = {}", filter_.user_id)
        return where

    async def add(
        self,
        user_id: UUID,
        role: Role | None,
        *,
        custom_role_id: UUID | None = None,
        now: datetime,
    ) -> asyncpg.Record:
        """Raises asyncpg.UniqueViolationError for somebody who is a member already."""
        return await self.insert(
            {
                "id": new_id(),
                "user_id": user_id,
                "role": role,
                "custom_role_id": custom_role_id,
                "created_at": now,
            }
        )

    async def hold(self) -> None:
        """Changes of who owns the organization take turns until the transaction ends."""
        key = f"{self.org_id}:members"
        await db.fetch_value("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)

    async def has_owner_beside(self, user_id: UUID) -> bool:
        """Whether somebody else who can sign in is an owner; the caller holds the members."""
        return bool(await db.fetch_value(_OTHER_OWNERS, self.org_id, user_id))

    async def of_user(self, user_id: UUID) -> asyncpg.Record | None:
        return await self.first(self.matching(MembershipFilter(user_id=user_id)))

    async def revoke_sessions(self, user_id: UUID, now: datetime) -> int:
        """The sessions that the user has in this organization."""
        return await db.execute(
            "UPDATE access_tokens SET revoked_at = $3"
            " WHERE org_id = $1 AND user_id = $2 AND revoked_at IS NULL",
            self.org_id,
            user_id,
            now,
        )

    async def users(self, keys: Iterable[UUID]) -> list[asyncpg.Record]:
        """Those of the users who are members."""
        sql = (
            "SELECT u.id, u.email, u.name, u.disabled_at, u.created_at, u.is_super_admin"
            " FROM memberships m JOIN users u ON u.id = m.user_id"
            " WHERE m.org_id = $1 AND m.user_id = ANY($2::uuid[])"
        )
        return await db.fetch(sql, self.org_id, list(keys))


class CustomRoleRepository(EntityRepository):
    table = "custom_roles"
    noun = "role"
    columns = "id, name, description, permissions, created_by, created_at, updated_at"

    async def leave_finished_invitations(self, key: UUID, now: datetime) -> None:
        await db.execute(_FORGET_ROLE, self.org_id, key, now)
