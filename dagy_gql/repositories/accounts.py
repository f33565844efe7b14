"""Users and sessions. People stand above organizations, so these look across all of them;
each function that does says so in its name."""

from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.ids import new_id

# Any constant does: two first starts must agree on it.
_BOOTSTRAP_LOCK = 0x0DA6_1E01

_SIGN_IN = """
SELECT u.id, u.password_hash, m.org_id, m.role
FROM users u JOIN memberships m ON m.user_id = u.id
WHERE u.email = $1 ORDER BY m.created_at, m.id LIMIT 1
"""


async def sign_in_all_orgs(email: str) -> asyncpg.Record | None:
    """The user with the first of their memberships."""
    return await db.fetch_row(_SIGN_IN, email)


async def has_users_all_orgs() -> bool:
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM users)"))


async def hold_bootstrap() -> None:
    """Wait for other first starts; held until the transaction ends."""
    await db.fetch_value("SELECT pg_advisory_xact_lock($1)", _BOOTSTRAP_LOCK)


async def user(user_id: UUID) -> asyncpg.Record | None:
    return await db.fetch_row("SELECT id, email, name FROM users WHERE id = $1", user_id)


async def add_user(email: str, *, password_hash: str, now: datetime) -> UUID:
    key = new_id()
    await db.execute(
        "INSERT INTO users (id, email, name, password_hash, is_super_admin, created_at)"
        " VALUES ($1, $2, '', $3, false, $4)",
        key,
        email,
        password_hash,
        now,
    )
    return key


async def add_access_token(
    token_hash: str, *, user_id: UUID, org_id: UUID, expires_at: datetime, now: datetime
) -> UUID:
    key = new_id()
    await db.execute(
        "INSERT INTO access_tokens (id, user_id, org_id, token_hash, expires_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        key,
        user_id,
        org_id,
        token_hash,
        expires_at,
        now,
    )
    return key


async def revoke_access_token(token_hash: str, now: datetime) -> UUID | None:
    """The id of the session that this ended; None if there was none."""
    key: UUID | None = await db.fetch_value(
        "UPDATE access_tokens SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL"
        " RETURNING id",
        token_hash,
        now,
    )
    return key
