"""Flow: one immutable version."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.repositories.schedules import OF_FLOW_NAME, ScheduleRepository
from schema.audit.types import audit_by_resource
from schema.context import Context
from schema.creators import Creator, creators_by_stored_name
from schema.enums import Executor, FlowStatus
from schema.fields import field, object_type
from schema.flows.sources import SOURCE_FILES_COST, SourceFile, source_files
from schema.flows.statistics import FlowStatistics, statistics_of_flows
from schema.loaders import RowFetch, RowsById
from schema.nodes import Node, node_id
from schema.pagination import Pages, lazy_connection, pages
from schema.runs.columns import RUN_COLUMNS
from schema.scalars import JSON, DateTime

flows_by_id = RowsById(FlowRepository)
_versions = Pages(FlowRepository, "name", key_type="text")
_deployments = Pages(DeploymentRepository, "flow_id")
_schedules = Pages(ScheduleRepository, "flow_name", key_type="text", match=OF_FLOW_NAME)
_runs = Pages(RunRepository, "flow_id", columns=RUN_COLUMNS)


async def specs_by_flow(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return await FlowRepository(context.actor.org_id).values("spec", keys)


class _LatestByName(RowFetch):
    """The latest version of each name."""

    async def __call__(self, context: Any, keys: Sequence[Any], *arguments: Any) -> dict[Any, Any]:
        repository = FlowRepository(context.actor.org_id)
        where = repository.where().add("is_latest").add("name = ANY({}::text[])", list(keys))
        return {row["name"]: row for row in await repository.all(where)}


latest_by_name = _LatestByName(FlowRepository)


async def _parameter_schemas(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    specs = await specs_by_flow(context, keys)
    return {key: spec["parameters"] for key, spec in specs.items()}


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
    created_by: str = field(requires=Permission.EMAILS_READ)
    creator: Creator = field(
        load=creators_by_stored_name, key="created_by", requires=Permission.EMAILS_READ
    )
    versions: Any = pages(
        _versions,
        lazy_connection("flows", "Flow"),
        requires=Permission.FLOWS_READ,
        key="name",
        description="All versions of this name, newest first.",
    )
    deployments: Any = pages(
        _deployments,
        lazy_connection("deployments", "Deployment"),
        requires=Permission.DEPLOYMENTS_READ,
    )
    runs: Any = pages(_runs, lazy_connection("runs", "Run"), requires=Permission.RUNS_READ)
    schedules: Any = pages(
        _schedules,
        lazy_connection("schedules", "Schedule"),
        requires=Permission.SCHEDULES_READ,
        key="name",
        description="Of all deployments of all versions of this name.",
    )
    source_files: list[SourceFile] = field(
        load=source_files,
        key="artifact_sha256",
        requires=Permission.PAYLOADS_READ,
        at_most=SOURCE_FILES_COST,
        description="Text files only: up to 50 of them, with 200,000 bytes of text in all.",
    )
    statistics: FlowStatistics = field(
        load=statistics_of_flows,
        key="name",
        requires=Permission.RUNS_READ,
        description="Of all versions of this name.",
    )
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
