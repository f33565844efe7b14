"""Users and sessions. People stand above organizations, so these look across all of them;
each function that does says so in its name."""

from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.enums import AccessMethod
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.pagination import NEWEST_FIRST

# Any constant does: two first starts must agree on it.
_BOOTSTRAP_LOCK = 0x0DA6_1E01

# One row for every user, the organization empty where it is none of theirs.
_SIGN_IN = """
SELECT u.id, u.email, u.password_hash, u.disabled_at, o.id AS org_id
FROM users u
LEFT JOIN (memberships m JOIN organizations o ON o.id = m.org_id)
  ON m.user_id = u.id AND ($2::text IS NULL OR o.slug = $2)
WHERE u.email = $1 ORDER BY m.created_at, m.id LIMIT 1
"""

_OWN = """
SELECT id, email, name, password_hash IS NOT NULL AS has_password, is_super_admin, created_at
FROM users WHERE id = $1
"""

_ADD = """
INSERT INTO users (id, email, name, password_hash, is_super_admin, email_verified_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

_ADD_SESSION = """
INSERT INTO access_tokens (id, user_id, org_id, token_hash, method, address, user_agent,
    expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


@tenancy.across_organizations
async def sign_in_all_orgs(email: str, organization: str | None = None) -> asyncpg.Record | None:
    """The user with the organization of that slug, or with the first of theirs."""
    return await db.fetch_row(_SIGN_IN, email, organization)


@tenancy.across_organizations
async def has_users_all_orgs() -> bool:
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM users)"))


async def hold_bootstrap() -> None:
    """Wait for other first starts; held until the transaction ends."""
    await db.fetch_value("SELECT pg_advisory_xact_lock($1)", _BOOTSTRAP_LOCK)


async def user(user_id: UUID) -> asyncpg.Record | None:
    """What people may know of themselves."""
    return await db.fetch_row(_OWN, user_id)


@tenancy.across_organizations
async def by_email_all_orgs(email: str) -> asyncpg.Record | None:
    return await db.fetch_row(
        "SELECT id, email, email_verified_at, password_hash, disabled_at, is_super_admin"
        " FROM users WHERE email = $1",
        email,
    )


async def password_hash(user_id: UUID) -> str | None:
    found: str | None = await db.fetch_value(
        "SELECT password_hash FROM users WHERE id = $1", user_id
    )
    return found


async def set_password(user_id: UUID, password_hash: str | None) -> None:
    await db.execute("UPDATE users SET password_hash = $2 WHERE id = $1", user_id, password_hash)


async def set_name(user_id: UUID, name: str) -> dict[str, str]:
    """The name before."""
    row = await db.fetch_row("SELECT name FROM users WHERE id = $1 FOR UPDATE", user_id)
    await db.execute("UPDATE users SET name = $2 WHERE id = $1", user_id, name)
    return dict(row or {})


async def set_verified(user_id: UUID, now: datetime) -> None:
    await db.execute("UPDATE users SET email_verified_at = $2 WHERE id = $1", user_id, now)


async def add_user(
    email: str,
    *,
    password_hash: str | None,
    name: str = "",
    is_super_admin: bool = False,
    is_verified: bool = False,
    now: datetime,
) -> UUID:
    """Raises asyncpg.UniqueViolationError for an address that is taken."""
    key, verified_at = new_id(), now if is_verified else None
    await db.execute(_ADD, key, email, name, password_hash, is_super_admin, verified_at, now)
    return key


async def add_access_token(
    token_hash: str,
    *,
    user_id: UUID,
    org_id: UUID,
    method: AccessMethod = AccessMethod.PASSWORD,
    address: str | None = None,
    user_agent: str | None = None,
    expires_at: datetime,
    now: datetime,
) -> UUID:
    key = new_id()
    await db.execute(
        _ADD_SESSION,
        key,
        user_id,
        org_id,
        token_hash,
        method,
        address,
        user_agent,
        expires_at,
        now,
    )
    return key


@tenancy.across_organizations
async def own_sessions_all_orgs(
    user_id: UUID, now: datetime, *, limit: int
) -> list[asyncpg.Record]:
    """Those that are still good, newest first."""
    return await db.fetch(
        " ".join(
            [
                "SELECT",
                AccessTokenRepository.columns,
                "FROM access_tokens WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2"
                " ORDER BY id DESC LIMIT $3",
            ]
        ),
        user_id,
        now,
        limit,
    )


@tenancy.across_organizations
async def revoke_session_all_orgs(key: UUID, user_id: UUID, now: datetime) -> asyncpg.Record | None:
    """The session of the user that this ended; None if there was none that was good."""
    return await db.fetch_row(
        "UPDATE access_tokens SET revoked_at = $3"
        " WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL"
        " RETURNING id, org_id, user_id, expires_at",
        key,
        user_id,
        now,
    )


@tenancy.across_organizations
async def revoke_sessions_all_orgs(user_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
    """How many sessions of the user, all `but` one, this ended."""
    return await db.execute(
        "UPDATE access_tokens SET revoked_at = $2"
        " WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2"
        " AND id IS DISTINCT FROM $3",
        user_id,
        now,
        but,
    )


class AccessTokenRepository(OrgRepository):
    """Sessions bound to an organization, without the hashes, which nobody reads."""

    table = "access_tokens"
    noun = "session"
    order = NEWEST_FIRST
    columns = (
        "id, org_id, user_id, method, address, user_agent, expires_at, revoked_at, last_used_at,"
        " created_at"
    )

    def of(self, user_id: UUID | None) -> Where:
        where = self.where()
        return where if user_id is None else where.add("user_id = {}", user_id)

    async def revoke(self, key: UUID, now: datetime) -> asyncpg.Record | None:
        """The session that this ended; None if there was none that was good."""
        return await db.fetch_row(
            "UPDATE access_tokens SET revoked_at = $3"
            " WHERE org_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING id, org_id, user_id",
            self.org_id,
            key,
            now,
        )


class UserRepository(OrgRepository):
    """The people who are members of an organization."""

    table = (
        "(SELECT u.id, u.email, u.name, u.disabled_at, u.created_at, m.org_id"
        " FROM users u JOIN memberships m ON m.user_id = u.id) AS members"
    )
    noun = "user"
    columns = "id, email, name, disabled_at, created_at"
