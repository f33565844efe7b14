"""Sensor: what starts a deployment when something happens elsewhere."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from schema.audit.types import audit_by_resource
from schema.deployments.types import deployments_by_id
from schema.enums import SensorKind
from schema.fields import field, lazy, object_type
from schema.nodes import Node, node_id
from schema.pagination import lazy_connection, pages
from schema.scalars import JSON, DateTime

CONFIGS = (
    'WEBHOOK {}. HTTP {"url", "method": GET | HEAD | POST, "headers", "expectedStatus": 200,'
    ' "jsonPointer"}. RUN {"flowName" or "deploymentName", "states": ["SUCCEEDED", …]}.'
    ' S3 {"bucket", "prefix"}.'
)


@object_type(description="Starts a deployment when something happens elsewhere.")
class Sensor(Node):
    id: strawberry.ID = node_id("Sensor")
    name: str
    kind: SensorKind
    config: JSON = field(requires=Permission.PAYLOADS_READ, description=CONFIGS)
    parameters: JSON = field(
        requires=Permission.PAYLOADS_READ, description="Put over those of the deployment."
    )
    enabled: bool
    interval_seconds: float | None = field(
        description="How often HTTP and S3 sensors look; null for the others."
    )
    last_checked_at: DateTime | None
    last_triggered_at: DateTime | None
    deployment: Any = field(
        load=deployments_by_id,
        key="deployment_id",
        requires=Permission.DEPLOYMENTS_READ,
        type_=lazy("deployments", "Deployment"),
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
