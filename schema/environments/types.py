"""Environment: a name that deployments and their runs carry."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.environments import EnvironmentRepository
from schema.audit.types import audit_by_resource
from schema.fields import field, object_type
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.pagination import Pages, lazy_connection, pages
from schema.scalars import DateTime

environments_by_id = RowsById(EnvironmentRepository)
_deployments = Pages(DeploymentRepository, "environment_id")


@object_type(description="A name that deployments and their runs carry.")
class Environment(Node):
    id: strawberry.ID = node_id("Environment")
    name: str
    description: str
    is_protected: bool = field(
        description="Deploying, runs, secrets and changes there need the PROTECTED_ permissions"
        " too; it cannot be deleted before this is taken back."
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    deployments: Any = pages(
        _deployments,
        lazy_connection("deployments", "Deployment"),
        requires=Permission.DEPLOYMENTS_READ,
    )
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
