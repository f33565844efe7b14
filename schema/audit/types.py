"""AuditLog, and what verifying the log found."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.audit import AuditRepository
from dagy_gql.repositories.pagination import encode_id
from dagy_gql.services import audit
from schema.enums import ActorKind, AuditFault
from schema.fields import field, object_type
from schema.nodes import Node, node_id
from schema.pagination import Pages
from schema.scalars import JSON, DateTime, Long

audit_by_resource = Pages(AuditRepository, "resource_id")


def _changes(row: Any) -> list[dict[str, Any]]:
    """Column by column; one that is on one side only is null on the other."""
    before, after = row["before"] or {}, row["after"] or {}
    return [
        {"column": column, "before": before.get(column), "after": after.get(column)}
        for column in sorted({*before, *after})
    ]


@object_type(requires=Permission.AUDIT_DIFFS)
class AuditChange:
    column: str
    before: JSON | None
    after: JSON | None


@object_type(description="What somebody did. Rows are never changed and never pruned.")
class AuditLog(Node):
    id: strawberry.ID = node_id("AuditLog")
    sequence: Long = field(description="Counts the organization's rows from 1, without a gap.")
    at: DateTime
    actor_kind: ActorKind
    actor_id: strawberry.ID | None = field(
        read=audit.actor_reference,
        columns=("actor_kind", "actor_id"),
        description="Of the User, ApiKey or ServiceAccount; null for the installation itself.",
    )
    actor_name: str = field(description="An e-mail address, key:<prefix>, or system.")
    action: str = field(description="<noun>.<verb>, such as deployment.update.")
    resource_type: str = field(description="The name of a type of this schema.")
    resource_id: strawberry.ID | None = field(
        read=audit.resource_reference, columns=("resource_type", "resource_id")
    )
    resource_name: str = field(description="As it was called then.")
    before: JSON | None = field(
        requires=Permission.AUDIT_DIFFS,
        description="Of an update, the columns that changed; of a deletion, all that are kept.",
    )
    after: JSON | None = field(requires=Permission.AUDIT_DIFFS)
    changes: list[AuditChange] = field(
        read=_changes, columns=("before", "after"), requires=Permission.AUDIT_DIFFS
    )
    request_id: str | None
    address: str | None = field(description="The client's; null for what came from no request.")
    previous_hash: str
    hash: str = field(description="SHA-256 over this row and previousHash, in hex.")


@object_type()
class AuditHead:
    sequence: Long
    hash: str
    at: DateTime | None


@object_type()
class AuditBreak:
    sequence: Long
    id: strawberry.ID | None = field(
        read=lambda found: None if found.id is None else encode_id("AuditLog", found.id),
        description="Null where the row itself is missing.",
    )
    reason: AuditFault = field(read=lambda found: found.fault)


@object_type()
class AuditVerification:
    valid: bool = field(read=lambda found: found.first_broken is None)
    checked: Long = field(description="How many rows were looked at, the broken one included.")
    first_broken: AuditBreak | None
    head: AuditHead | None = field(
        description="The end of the chain. Keep its hash elsewhere, and give it as knownHash later."
    )
