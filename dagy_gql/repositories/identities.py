"""What identity providers call our users, and sign-ins that are on their way through one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.ids import new_id

_USER = """
SELECT u.id, u.email, u.disabled_at
FROM user_identities i JOIN users u ON u.id = i.user_id
WHERE i.issuer = $1 AND i.subject = $2
"""
_ADD = """
INSERT INTO user_identities (id, user_id, issuer, subject, created_at) VALUES ($1, $2, $3, $4, $5)
"""
_BEGIN = """
INSERT INTO oidc_attempts (id, state_hash, nonce, code_verifier, return_to, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_TAKE = """
DELETE FROM oidc_attempts WHERE state_hash = $1
RETURNING nonce, code_verifier, return_to, expires_at
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    state_hash: str
    nonce: str
    code_verifier: str
    return_to: str
    expires_at: datetime


@tenancy.across_organizations
async def user_all_orgs(issuer: str, subject: str) -> asyncpg.Record | None:
    return await db.fetch_row(_USER, issuer, subject)


@tenancy.across_organizations
async def organization_all_orgs(name: str) -> UUID | None:
    """The organization of that id, or else of that slug: anybody may choose the slug of a new one,
    and so write another's id there."""
    found: UUID | None = await db.fetch_value(
        "SELECT id FROM organizations WHERE slug = $1 OR id::text = $1 ORDER BY slug = $1 LIMIT 1",
        name,
    )
    return found


@tenancy.across_organizations
async def add_all_orgs(user_id: UUID, *, issuer: str, subject: str, now: datetime) -> None:
    """Raises asyncpg.UniqueViolationError for an identity that is somebody's."""
    await db.execute(_ADD, new_id(), user_id, issuer, subject, now)


@tenancy.across_organizations
async def begin_attempt_all_orgs(attempt: Attempt, now: datetime) -> None:
    await db.execute(
        _BEGIN,
        new_id(),
        attempt.state_hash,
        attempt.nonce,
        attempt.code_verifier,
        attempt.return_to,
        attempt.expires_at,
        now,
    )


@tenancy.across_organizations
async def take_attempt_all_orgs(state_hash: str) -> asyncpg.Record | None:
    """The attempt, which can be taken once."""
    return await db.fetch_row(_TAKE, state_hash)
