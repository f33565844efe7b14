"""One-time links that set a new password. Users stand above organizations, and so do these."""

from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.ids import new_id

_ADD = """
INSERT INTO password_resets (id, user_id, token_hash, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5)
"""
_BY_LINK = """
SELECT r.id, r.user_id, u.email
FROM password_resets r JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
WHERE r.token_hash = $1 AND r.used_at IS NULL AND r.expires_at > $2
"""


@tenancy.across_organizations
async def add_all_orgs(
    user_id: UUID, *, token_hash: str, expires_at: datetime, now: datetime
) -> UUID:
    key = new_id()
    await db.execute(_ADD, key, user_id, token_hash, expires_at, now)
    return key


@tenancy.across_organizations
async def by_token_all_orgs(token_hash: str, now: datetime) -> asyncpg.Record | None:
    """A link that can still be used, with its user."""
    return await db.fetch_row(_BY_LINK, token_hash, now)


@tenancy.across_organizations
async def take_all_orgs(key: UUID, now: datetime) -> bool:
    """Whether it was us who used it up."""
    sql = "UPDATE password_resets SET used_at = $2 WHERE id = $1 AND used_at IS NULL"
    return await db.execute(sql, key, now) == 1


@tenancy.across_organizations
async def end_others_all_orgs(user_id: UUID, now: datetime) -> int:
    sql = "UPDATE password_resets SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL"
    return await db.execute(sql, user_id, now)
