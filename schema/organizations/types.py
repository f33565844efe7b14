"""Organization and Environment."""

import strawberry

from dagy_gql.repositories.organizations import EnvironmentRepository
from schema.fields import object_type
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.scalars import DateTime


@object_type()
class Organization:
    id: strawberry.ID = node_id("Organization")
    name: str
    slug: str


@object_type(description="A name that deployments and their runs carry.")
class Environment(Node):
    id: strawberry.ID = node_id("Environment")
    name: str
    description: str
    created_at: DateTime


environments_by_id = RowsById(EnvironmentRepository)
