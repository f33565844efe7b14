"""Whose a token is, and what its holder may do today. Nobody's organization is known before that,
so these look across all of them; a row is there only for credentials that are good now."""

from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.enums import ActorKind

# What a holder may do: a person through the membership, a service account by itself.
_HOLDER = "h.role AS holder_role, r.permissions AS holder_permissions, h.custom_role_id"

_SESSION = f"""
SELECT t.id AS credential_id, t.org_id, t.user_id, t.last_used_at, u.email, u.is_super_admin,
       {_HOLDER}
FROM access_tokens t
JOIN users u ON u.id = t.user_id AND u.disabled_at IS NULL
JOIN memberships h ON h.user_id = t.user_id AND h.org_id = t.org_id
LEFT JOIN custom_roles r ON r.id = h.custom_role_id
WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2
"""

_PERSON = f"""
SELECT NULL::uuid AS credential_id, h.org_id, h.user_id, u.email, u.is_super_admin, {_HOLDER}
FROM memberships h
JOIN users u ON u.id = h.user_id AND u.disabled_at IS NULL
LEFT JOIN custom_roles r ON r.id = h.custom_role_id
WHERE h.user_id = $1 AND h.org_id = $2
"""

# Two statements for two kinds of key in one: at most one of them finds a row.
_KEY_WHERE = """
WITH k AS MATERIALIZED (
  SELECT * FROM api_keys
  WHERE {}
    AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
)
SELECT k.id AS credential_id, k.org_id, k.created_by_id AS user_id, k.prefix, k.role, k.scopes,
       k.last_used_at, NULL::uuid AS service_account_id, NULL AS service_account,
       u.is_super_admin, {}
FROM k
JOIN users u ON u.id = k.created_by_id AND u.disabled_at IS NULL
JOIN memberships h ON h.user_id = k.created_by_id AND h.org_id = k.org_id
LEFT JOIN custom_roles r ON r.id = h.custom_role_id
WHERE k.service_account_id IS NULL
UNION ALL
SELECT k.id, k.org_id, NULL, k.prefix, k.role, k.scopes, k.last_used_at, h.id, h.name, false,
       {}
FROM k
JOIN service_accounts h ON h.id = k.service_account_id AND h.disabled_at IS NULL
LEFT JOIN custom_roles r ON r.id = h.custom_role_id
"""
_KEY = _KEY_WHERE.format(
    "(key_hash = $1 OR (previous_hash = $1 AND previous_expires_at > $2))", _HOLDER, _HOLDER
)
_KEY_BY_ID = _KEY_WHERE.format("id = $1", _HOLDER, _HOLDER)

_USED = {
    ActorKind.USER: "access_tokens",
    ActorKind.API_KEY: "api_keys",
    ActorKind.SERVICE_ACCOUNT: "api_keys",
}


@tenancy.across_organizations
async def session_all_orgs(token_hash: str, now: datetime) -> asyncpg.Record | None:
    return await db.fetch_row(_SESSION, token_hash, now)


@tenancy.across_organizations
async def key_all_orgs(key_hash: str, now: datetime) -> asyncpg.Record | None:
    """By the present secret, or by the one before it until its grace time is over."""
    return await db.fetch_row(_KEY, key_hash, now)


@tenancy.across_organizations
async def key_by_id_all_orgs(key_id: UUID, now: datetime) -> asyncpg.Record | None:
    """The same without its secret, for what it was used to ask for earlier."""
    return await db.fetch_row(_KEY_BY_ID, key_id, now)


@tenancy.across_organizations
async def person_all_orgs(user_id: UUID, org_id: UUID) -> asyncpg.Record | None:
    """A member whom somebody else (a signed JWT) vouches for."""
    return await db.fetch_row(_PERSON, user_id, org_id)


@tenancy.across_organizations
async def mark_used_all_orgs(kind: ActorKind, key: UUID, now: datetime) -> None:
    sql = f"UPDATE {_USED[kind]} SET last_used_at = $2 WHERE id = $1"
    await db.execute(sql, key, now)
