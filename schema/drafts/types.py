"""DagDraft: a flow that is being drawn."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.drafts import DagDraftRepository
from dagy_gql.services import draft_graphs
from schema.audit.types import audit_by_resource
from schema.context import Context
from schema.fields import field, lazy, object_type
from schema.flows.types import flows_by_id
from schema.nodes import Node, node_id
from schema.pagination import lazy_connection, pages
from schema.scalars import JSON, DateTime

GRAPH = (
    '{"nodes": [{"id", …}], "edges": [{"source", "target", …}]}: ids are unique, edges lead from '
    "node to node, whatever else is in it stays as it is. At most 1 MiB."
)


async def _graphs(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return await DagDraftRepository(context.actor.org_id).values("graph", keys)


async def _problems(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    found = await _graphs(context, keys)
    return {key: draft_graphs.problems(graph) for key, graph in found.items()}


@object_type(description="What keeps a draft from being a flow.")
class DraftProblem:
    code: str = field(description="EMPTY, CYCLE or DUPLICATE_EDGE.")
    message: str
    node_ids: list[str]


@object_type(description="A flow that is being drawn and has not been published.")
class DagDraft(Node):
    id: strawberry.ID = node_id("DagDraft")
    name: str
    description: str
    graph: JSON = field(load=_graphs, description=GRAPH)
    problems: list[DraftProblem] = field(load=_problems)
    revision: int = field(description="Grows with every save.")
    flow: Any = field(
        load=flows_by_id,
        key="flow_id",
        requires=Permission.FLOWS_READ,
        type_=lazy("flows", "Flow") | None,
        description="The version it was drawn from.",
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    updated_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
