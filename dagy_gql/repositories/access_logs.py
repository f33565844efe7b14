"""The log of sign-ins and refusals."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.enums import AccessEvent, AccessMethod
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where, select
from dagy_gql.repositories.pagination import NEWEST_FIRST, Page, Slice

_ADD = """
INSERT INTO access_logs (id, org_id, user_id, email, event, method, reason, address, user_agent,
    request_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

# Credentials that were good once: whose they are, and why they no longer are.
_FORMER = """
SELECT org_id, user_id, NULL AS name, revoked_at IS NOT NULL AS is_revoked
FROM access_tokens WHERE token_hash = $1
UNION ALL
SELECT org_id, created_by_id, 'key:' || prefix, revoked_at IS NOT NULL
FROM api_keys WHERE key_hash = $1 OR previous_hash = $1
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """`org_id` is None where nobody could be made out."""

    event: AccessEvent
    method: AccessMethod | None
    org_id: UUID | None
    user_id: UUID | None
    email: str | None
    reason: str | None
    address: str | None
    user_agent: str | None
    request_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AccessLogFilter:
    """None does not filter. `from_id` and `to_id` bound the time: ids grow with it."""

    event: AccessEvent | None = None
    user_id: UUID | None = None
    from_id: UUID | None = None
    to_id: UUID | None = None


@tenancy.across_organizations
async def add_all_orgs(entry: Entry) -> None:
    await db.execute(
        _ADD,
        new_id(),
        entry.org_id,
        entry.user_id,
        entry.email,
        entry.event,
        entry.method,
        entry.reason,
        entry.address,
        entry.user_agent,
        entry.request_id,
        entry.at,
    )


@tenancy.across_organizations
async def former_credential_all_orgs(sha256: str) -> asyncpg.Record | None:
    """Whose a session or key was: org_id, user_id, name (of a key), is_revoked."""
    return await db.fetch_row(_FORMER, sha256)


@tenancy.across_organizations
async def page_all_orgs(filter_: AccessLogFilter, page: Page) -> Slice:
    """Rows that belong to no organization, newest first."""
    where = _Unassigned().add("true")
    AccessLogRepository.narrow(where, filter_).keys(page, NEWEST_FIRST)
    order = NEWEST_FIRST.by(backward=page.backward)
    columns = AccessLogRepository.columns
    sql = select(columns, "access_logs", where, order=order, limit=page.size + 1)
    return Slice.cut(await db.fetch(sql, *where.values), page, NEWEST_FIRST)


class _Unassigned(Where):
    def __init__(self) -> None:
        super().__init__(UUID(int=0))
        self.values.clear()
        self._conditions = ["org_id IS NULL"]


class AccessLogRepository(OrgRepository):
    table = "access_logs"
    noun = "access log entry"
    order = NEWEST_FIRST
    columns = (
        "id, user_id, email, event, method, reason, address, user_agent, request_id, created_at"
    )

    def matching(self, filter_: AccessLogFilter) -> Where:
        return self.narrow(self.where(), filter_)

    @staticmethod
    def narrow(where: Where, filter_: AccessLogFilter) -> Where:
        if filter_.event is not None:
            where.add("event = {}", filter_.event)
        if filter_.user_id is not None:
            where.add("user_id = {}", filter_.user_id)
        if filter_.from_id is not None:
            where.add("id >= {}", filter_.from_id)
        if filter_.to_id is not None:
            where.add("id < {}", filter_.to_id)
        return where
