"""BulkOperation: one action on many runs."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.services.bulk_work import MAX_PROBLEMS
from schema.audit.types import audit_by_resource
from schema.enums import BulkAction, BulkState
from schema.fields import field, object_type
from schema.nodes import Node, node_id
from schema.pagination import lazy_connection, pages
from schema.runs.values import Reason
from schema.scalars import DateTime


@object_type(description="Why a run was not changed.")
class BulkProblem:
    run: str = field(description="Its slug.")
    code: str
    message: str


@object_type(description="One action on many runs, which were settled when it was asked for.")
class BulkOperation(Node):
    id: strawberry.ID = node_id("BulkOperation")
    action: BulkAction
    state: BulkState
    reason: Reason | None = field(description="Why it FAILED.")
    total: int
    done: int
    skipped: int = field(
        description="There was nothing to do: ended already, or nothing in it had failed."
    )
    failed: int
    problems: list[BulkProblem] = field(
        read=lambda row: row["problems"],
        columns=("problems",),
        at_most=MAX_PROBLEMS,
        description="The first 20.",
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    starts_at: DateTime = field(description="Until then it can be undone.")
    started_at: DateTime | None
    finished_at: DateTime | None
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
