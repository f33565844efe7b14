"""Deployment: a name bound to a flow version."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.pagination import Page
from dagy_gql.repositories.runs import RunRepository
from schema.context import Context, Info
from schema.enums import Executor
from schema.fields import field, lazy, object_type
from schema.flows.types import flows_by_id
from schema.nodes import Node, node_id
from schema.organizations.types import Environment, environments_by_id
from schema.pagination import Listing, lazy_connection
from schema.runs.columns import RUN_COLUMNS
from schema.scalars import JSON, DateTime


async def deployments_by_id(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    rows = await DeploymentRepository(context.actor.org_id).by_ids(keys)
    return {row["id"]: row for row in rows}


async def _run_pages(context: Context, keys: Sequence[UUID], page: Page) -> dict[UUID, Listing]:
    repository = RunRepository(context.actor.org_id)
    slices = await repository.slices("deployment_id", keys, page=page, columns=RUN_COLUMNS)
    return {key: Listing(slice_) for key, slice_ in slices.items()}


def _runs(self: Any, info: Info, first: int | None = None, after: str | None = None) -> Any:
    return info.context.load(_run_pages, self["id"], Page.of(first, after))


@object_type()
class Deployment(Node):
    id: strawberry.ID = node_id("Deployment")
    name: str
    flow: Any = field(
        load=flows_by_id, key="flow_id", requires=Permission.FLOWS_READ, type_=lazy("flows", "Flow")
    )
    environment: Environment | None = field(
        load=environments_by_id, key="environment_id", requires=Permission.ENVIRONMENTS_READ
    )
    default_executor: Executor | None
    parameters: JSON = field(
        requires=Permission.PAYLOADS_READ,
        description="Values that every run starts from.",
    )
    tags: JSON
    paused: bool
    concurrency_limit: int | None = field(description="At most so many runs at once.")
    sla_seconds: int | None
    created_by: str
    created_at: DateTime
    updated_at: DateTime
    runs: Any = field(_runs, requires=Permission.RUNS_READ, type_=lazy_connection("runs", "Run"))
