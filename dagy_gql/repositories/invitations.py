"""Invitations into an organization."""

from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.repositories.base import Where
from dagy_gql.repositories.pagination import NEWEST_FIRST
from dagy_gql.repositories.writing import WritableRepository

# Whoever holds the link is nobody's member yet.
_BY_LINK = """
SELECT i.id, i.org_id, i.email, i.role, i.custom_role_id, i.expires_at, i.created_by,
       o.name AS organization
FROM invitations i JOIN organizations o ON o.id = i.org_id
WHERE i.token_hash = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2
"""
_TAKE = """
UPDATE invitations SET accepted_at = $2
WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2
"""


@tenancy.across_organizations
async def by_token_all_orgs(token_hash: str, now: datetime) -> asyncpg.Record | None:
    """An invitation that can still be accepted, with its organization's name."""
    return await db.fetch_row(_BY_LINK, token_hash, now)


@tenancy.across_organizations
async def take_all_orgs(key: UUID, now: datetime) -> bool:
    """Whether it was us who used it up."""
    return await db.execute(_TAKE, key, now) == 1


class InvitationRepository(WritableRepository):
    """Without the hashes of their links, which nobody reads."""

    table = "invitations"
    noun = "invitation"
    order = NEWEST_FIRST
    columns = (
        "id, email, role, custom_role_id, expires_at, accepted_at, revoked_at, created_by,"
        " created_at"
    )

    def open(self, now: datetime) -> Where:
        """Those that can still be accepted."""
        return self.where().add(
            "accepted_at IS NULL AND revoked_at IS NULL AND expires_at > {}", now
        )

    async def withdraw(self, email: str, now: datetime) -> int:
        """End those that were sent to the address before."""
        return await self.change_where(self.open(now).add("email = {}", email), "revoked_at", now)
