"""The audit log. Rows are appended only: the database numbers, times and chains them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.db import json_text
from dagy_gql.enums import ActorKind
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.pagination import Order, Page, small_int

# In the order of the notes: one after another, when the transaction commits, they get into
# audit_logs and make the chain. Until then no organization's head is locked.
_APPEND = """
INSERT INTO audit_pending (id, org_id, actor_kind, actor_id, actor_name, action, resource_type,
    resource_id, resource_name, before, after, request_id, address)
SELECT id, org_id, actor_kind, actor_id, actor_name, action, resource_type,
    resource_id, resource_name, before, after, request_id, address
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
    $8::uuid[], $9::text[], $10::jsonb[], $11::jsonb[], $12::text[], $13::text[])
    WITH ORDINALITY AS entry (id, org_id, actor_kind, actor_id, actor_name, action, resource_type,
    resource_id, resource_name, before, after, request_id, address, position)
ORDER BY org_id, position
"""

# What the head promises, and how far the rows go: one statement, so that both are of one moment.
_END = """
SELECT head.sequence, head.hash, head.at, last.sequence AS last_sequence, last.id AS last_id
FROM (VALUES ($1::uuid)) AS org (id)
LEFT JOIN audit_heads AS head ON head.org_id = org.id
LEFT JOIN LATERAL (
    SELECT sequence, id FROM audit_logs WHERE org_id = org.id ORDER BY sequence DESC LIMIT 1
) AS last ON true
"""

# The next rows ($2 < sequence <= $3, at most $4), each judged by the one before it; the first of
# them by the number and hash the caller knows ($5, $6). Answers the last row, how many were read
# up to the first that is wrong, that one, and whether a hash was seen ($7).
_CHECK = """
WITH judged AS MATERIALIZED (
    SELECT id, sequence, hash, expected, hash = $7 AS is_known,
        CASE
            WHEN sequence > expected THEN 'MISSING'
            WHEN sequence < expected THEN 'NOT_APPENDED'
            WHEN previous_hash <> hash_before THEN 'UNCHAINED'
            WHEN hash <> digest THEN 'CHANGED'
        END AS fault
    FROM (
        SELECT id, sequence, previous_hash, hash, digest,
            coalesce(lag(sequence) OVER chain, $5) + 1 AS expected,
            coalesce(lag(hash) OVER chain, $6) AS hash_before
        FROM (
            SELECT entry.id, sequence, previous_hash, hash, audit_digest(entry) AS digest
            FROM audit_logs AS entry
            WHERE org_id = $1 AND sequence > $2 AND sequence <= $3
            ORDER BY sequence LIMIT $4
        ) AS hashed
        WINDOW chain AS (ORDER BY sequence)
    ) AS neighbours
)
SELECT last.sequence, last.hash, wrong.id AS wrong_id, wrong.sequence AS wrong_sequence,
    wrong.expected, wrong.fault, EXISTS (SELECT FROM judged WHERE is_known) AS has_known,
    (
        SELECT count(*) FROM judged WHERE sequence <= coalesce(wrong.sequence, last.sequence)
    ) AS checked
FROM (SELECT * FROM judged ORDER BY sequence DESC LIMIT 1) AS last
LEFT JOIN (
    SELECT * FROM judged WHERE fault IS NOT NULL ORDER BY sequence LIMIT 1
) AS wrong ON true
"""


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain has been followed to. What lies before the first row numbers 0."""

    above: int = -(2**63)
    sequence: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log. `before` and `after` are what the change touched, as JSON has it."""

    org_id: UUID
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_name: str
    action: str
    resource_type: str
    resource_id: UUID | None
    resource_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None
    address: str | None


def _row(entry: Entry) -> tuple[Any, ...]:
    return (
        new_id(),
        entry.org_id,
        entry.actor_kind.value,
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.resource_type,
        entry.resource_id,
        entry.resource_name,
        None if entry.before is None else json_text(entry.before),
        None if entry.after is None else json_text(entry.after),
        entry.request_id,
        entry.address,
    )


async def append(entries: Sequence[Entry]) -> None:
    """Organizations in the order of their ids, so that two writers never wait for each other."""
    await db.execute(_APPEND, *map(list, zip(*map(_row, entries), strict=True)))


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """None does not filter. Times are turned into numbers: they rise together."""

    actor_name: str | None = None
    action: str | None = None
    resource_type: str | None = None
    resource_id: UUID | None = None
    after: datetime | None = None
    before: datetime | None = None

    def apply(self, where: Where) -> Where:
        first_since = (
            "(SELECT sequence FROM audit_logs WHERE org_id = $1 AND at >= {}"
            " ORDER BY at, sequence LIMIT 1)"
        )
        for condition, value in (
            ("actor_name = {}", self.actor_name),
            ("action = {}", self.action),
            ("resource_type = {}", self.resource_type),
            ("resource_id = {}", self.resource_id),
            (f"sequence >= {first_since}", self.after),
            (f"sequence < coalesce({first_since}, {2**63 - 1})", self.before),
        ):
            if value is not None:
                where.add(condition, value)
        return where


class AuditRepository(OrgRepository):
    table = "audit_logs"
    noun = "audit log entry"
    order = Order(("sequence",), descending=True, readers=(small_int,))
    columns = (
        "id, org_id, sequence, actor_kind, actor_id, actor_name, action, resource_type,"
        " resource_id, resource_name, before, after, request_id, address, at, previous_hash, hash"
    )

    async def end(self) -> asyncpg.Record:
        """The head's sequence, hash and time, and the last row's sequence and id; all None where
        there is no head, or no row."""
        row = await db.fetch_row(_END, self.org_id)
        assert row is not None
        return row

    async def checked(
        self, link: Link, *, upto: int, limit: int, known: str | None
    ) -> asyncpg.Record | None:
        """What is wrong with the next rows, if anything; None where there are none."""
        return await db.fetch_row(
            _CHECK, self.org_id, link.above, upto, limit, link.sequence, link.hash, known
        )

    async def exported(
        self, filter_: AuditFilter, *, upto: int, limit: int
    ) -> AsyncIterator[list[asyncpg.Record]]:
        """Every row that matches, oldest first, in pieces; no transaction is kept open."""
        order, last = Order(self.order.columns, readers=self.order.readers), 0
        while True:
            where = filter_.apply(self.where().add("sequence <= {}", upto))
            found = await self.slice(where, page=Page(limit, after=(last,)), order=order)
            if found.rows:
                yield found.rows
                last = found.rows[-1]["sequence"]
            if not found.has_next:
                return
