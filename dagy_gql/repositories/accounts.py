"""Users, sessions and keys. People stand above organizations, so these look across all of them;
each function that does says so in its name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.enums import Role
from dagy_gql.ids import new_id

# Any constant does: two first starts must agree on it.
_BOOTSTRAP_LOCK = 0x0DA6_1E01

_SESSION = """
SELECT t.org_id, t.user_id, t.expires_at, u.email AS name, m.role
FROM access_tokens t
JOIN users u ON u.id = t.user_id
JOIN memberships m ON m.user_id = t.user_id AND m.org_id = t.org_id
WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2
"""

# A key never has more rights than the one who made it has today.
_KEY = """
SELECT k.org_id, k.created_by_id AS user_id, k.expires_at, 'key:' || k.prefix AS name,
       k.role, k.scopes, m.role AS creator_role
FROM api_keys k
LEFT JOIN memberships m ON m.user_id = k.created_by_id AND m.org_id = k.org_id
WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
"""

_SIGN_IN = """
SELECT u.id, u.password_hash, m.org_id, m.role
FROM users u JOIN memberships m ON m.user_id = u.id
WHERE u.email = $1 ORDER BY m.created_at, m.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class NewKey:
    org_id: UUID
    created_by_id: UUID
    name: str
    prefix: str
    key_hash: str
    role: Role


async def by_access_token_all_orgs(token_hash: str, now: datetime) -> asyncpg.Record | None:
    return await db.fetch_row(_SESSION, token_hash, now)


async def by_api_key_all_orgs(key_hash: str, now: datetime) -> asyncpg.Record | None:
    return await db.fetch_row(_KEY, key_hash, now)


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
) -> None:
    await db.execute(
        "INSERT INTO access_tokens (id, user_id, org_id, token_hash, expires_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        new_id(),
        user_id,
        org_id,
        token_hash,
        expires_at,
        now,
    )


async def revoke_access_token(token_hash: str, now: datetime) -> None:
    await db.execute(
        "UPDATE access_tokens SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL",
        token_hash,
        now,
    )


async def add_api_key(key: NewKey, now: datetime) -> None:
    await db.execute(
        "INSERT INTO api_keys (id, org_id, created_by_id, name, prefix, key_hash, role, scopes,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '[]', $8)",
        new_id(),
        key.org_id,
        key.created_by_id,
        key.name,
        key.prefix,
        key.key_hash,
        key.role,
        now,
    )
