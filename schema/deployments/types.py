"""Deployment: a name bound to a flow version."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.repositories.schedules import ScheduleRepository
from dagy_gql.repositories.sensors import SensorRepository
from schema.audit.types import audit_by_resource
from schema.creators import Creator, creators_by_stored_name
from schema.enums import Executor
from schema.environments.types import Environment, environments_by_id
from schema.fields import field, lazy, object_type
from schema.flows.statistics import FlowStatistics, statistics_of_deployments
from schema.flows.types import flows_by_id
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.pagination import Pages, lazy_connection, pages
from schema.runs.columns import RUN_COLUMNS
from schema.scalars import JSON, DateTime

deployments_by_id = RowsById(DeploymentRepository)
_runs = Pages(RunRepository, "deployment_id", columns=RUN_COLUMNS)
_schedules = Pages(ScheduleRepository, "deployment_id")
_sensors = Pages(SensorRepository, "deployment_id")


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
    created_by: str = field(requires=Permission.EMAILS_READ)
    creator: Creator = field(
        load=creators_by_stored_name, key="created_by", requires=Permission.EMAILS_READ
    )
    created_at: DateTime
    updated_at: DateTime
    runs: Any = pages(_runs, lazy_connection("runs", "Run"), requires=Permission.RUNS_READ)
    schedules: Any = pages(
        _schedules, lazy_connection("schedules", "Schedule"), requires=Permission.SCHEDULES_READ
    )
    sensors: Any = pages(
        _sensors, lazy_connection("sensors", "Sensor"), requires=Permission.SENSORS_READ
    )
    statistics: FlowStatistics = field(
        load=statistics_of_deployments, requires=Permission.RUNS_READ
    )
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
