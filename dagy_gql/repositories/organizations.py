"""Organizations, memberships and environments."""

from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.enums import Role
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository


async def organization(org_id: UUID) -> asyncpg.Record | None:
    return await db.fetch_row("SELECT id, name, slug FROM organizations WHERE id = $1", org_id)


async def add_organization(name: str, *, slug: str, now: datetime) -> UUID:
    key = new_id()
    await db.execute(
        "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $3, $4)",
        key,
        name,
        slug,
        now,
    )
    return key


class MembershipRepository(OrgRepository):
    table = "memberships"
    noun = "membership"

    async def add(self, user_id: UUID, role: Role, *, now: datetime) -> None:
        await db.execute(
            "INSERT INTO memberships (id, org_id, user_id, role, created_at)"
            " VALUES ($1, $2, $3, $4, $5)",
            new_id(),
            self.org_id,
            user_id,
            role,
            now,
        )


class EnvironmentRepository(OrgRepository):
    table = "environments"
    noun = "environment"
    columns = "id, name, description, created_at"

    async def by_name(self, name: str) -> asyncpg.Record | None:
        return await self.first(self.where().add("name = {}", name))

    async def add(self, name: str, *, description: str = "", now: datetime) -> asyncpg.Record:
        row = await db.fetch_row(
            "INSERT INTO environments (id, org_id, name, description, created_at)"
            " VALUES ($1, $2, $3, $4, $5) RETURNING id, name, description, created_at",
            new_id(),
            self.org_id,
            name,
            description,
            now,
        )
        assert row is not None
        return row
