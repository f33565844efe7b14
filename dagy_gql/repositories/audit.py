"""The audit log. Rows are appended only: the database numbers and chains them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dagy_gql import db
from dagy_gql.db import json_text
from dagy_gql.enums import ActorKind
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository
from dagy_gql.repositories.pagination import NEWEST_FIRST

# In the order of the notes, so that one after another they make the chain.
_APPEND = """
INSERT INTO audit_logs (id, org_id, actor_kind, actor_id, actor_name, action, resource_type,
    resource_id, resource_name, before, after, request_id, address)
SELECT id, org_id, actor_kind, actor_id, actor_name, action, resource_type,
    resource_id, resource_name, before, after, request_id, address
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
    $8::uuid[], $9::text[], $10::jsonb[], $11::jsonb[], $12::text[], $13::text[])
    WITH ORDINALITY AS entry (id, org_id, actor_kind, actor_id, actor_name, action, resource_type,
    resource_id, resource_name, before, after, request_id, address, position)
ORDER BY org_id, position
"""


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


class AuditRepository(OrgRepository):
    table = "audit_logs"
    noun = "audit log entry"
    order = NEWEST_FIRST
    columns = (
        "id, org_id, sequence, actor_kind, actor_id, actor_name, action, resource_type,"
        " resource_id, resource_name, before, after, request_id, address, at, previous_hash, hash"
    )
