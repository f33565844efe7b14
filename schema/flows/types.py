"""Flow: one immutable version."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.repositories.pagination import Page
from dagy_gql.repositories.runs import RunRepository
from schema.context import Context, Info
from schema.enums import Executor, FlowStatus
from schema.fields import field, object_type
from schema.nodes import Node, node_id
from schema.pagination import Listing, lazy_connection
from schema.runs.columns import RUN_COLUMNS
from schema.scalars import JSON, DateTime


async def flows_by_id(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    rows = await FlowRepository(context.actor.org_id).by_ids(keys)
    return {row["id"]: row for row in rows}


async def specs_by_flow(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return await FlowRepository(context.actor.org_id).values("spec", keys)


async def _parameter_schemas(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    specs = await specs_by_flow(context, keys)
    return {key: spec["parameters"] for key, spec in specs.items()}


async def _deployment_pages(
    context: Context, keys: Sequence[UUID], page: Page
) -> dict[UUID, Listing]:
    repository = DeploymentRepository(context.actor.org_id)
    slices = await repository.slices("flow_id", keys, page=page)
    return {key: Listing(slice_) for key, slice_ in slices.items()}


async def _run_pages(context: Context, keys: Sequence[UUID], page: Page) -> dict[UUID, Listing]:
    repository = RunRepository(context.actor.org_id)
    slices = await repository.slices("flow_id", keys, page=page, columns=RUN_COLUMNS)
    return {key: Listing(slice_) for key, slice_ in slices.items()}


async def _version_pages(context: Context, keys: Sequence[str], page: Page) -> dict[str, Listing]:
    slices = await FlowRepository(context.actor.org_id).version_slices(keys, page=page)
    return {name: Listing(slice_) for name, slice_ in slices.items()}


def _versions(self: Any, info: Info, first: int | None = None, after: str | None = None) -> Any:
    return info.context.load(_version_pages, self["name"], Page.of(first, after))


def _deployments(self: Any, info: Info, first: int | None = None, after: str | None = None) -> Any:
    return info.context.load(_deployment_pages, self["id"], Page.of(first, after))


def _runs(self: Any, info: Info, first: int | None = None, after: str | None = None) -> Any:
    return info.context.load(_run_pages, self["id"], Page.of(first, after))


@object_type(description="One version of a flow. It never changes.")
class Flow(Node):
    id: strawberry.ID = node_id("Flow")
    name: str
    version: str
    namespace: str
    description: str
    tags: JSON
    spec: JSON = field(load=specs_by_flow, description="The FlowSpec document.")
    parameters_schema: JSON = field(load=_parameter_schemas)
    status: FlowStatus
    default_executor: Executor | None
    artifact_sha256: str
    is_latest: bool
    created_at: DateTime
    created_by: str
    versions: Any = field(
        _versions,
        requires=Permission.FLOWS_READ,
        type_=lazy_connection("flows", "Flow"),
        description="All versions of this name, newest first.",
    )
    deployments: Any = field(
        _deployments,
        requires=Permission.DEPLOYMENTS_READ,
        type_=lazy_connection("deployments", "Deployment"),
    )
    runs: Any = field(_runs, requires=Permission.RUNS_READ, type_=lazy_connection("runs", "Run"))
