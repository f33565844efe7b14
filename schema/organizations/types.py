"""Organization and Environment."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.repositories.organizations import EnvironmentRepository
from schema.context import Context
from schema.fields import object_type
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


async def environments_by_id(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    rows = await EnvironmentRepository(context.actor.org_id).by_ids(keys)
    return {row["id"]: row for row in rows}
