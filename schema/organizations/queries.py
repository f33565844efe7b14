"""environment, environments."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.organizations import EnvironmentRepository
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import environments
from schema.arguments import exactly_one
from schema.context import Info
from schema.fields import field
from schema.organizations.types import Environment


async def _environment(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    exactly_one(id=id, name=name)
    context = info.context
    if name is not None:
        return await environments.by_name(context.rt, context.actor, name)
    key = decode_id_of("Environment", id or "")
    return await EnvironmentRepository(context.actor.org_id).by_id(key)


async def _environments(info: Info) -> Any:
    repository = EnvironmentRepository(info.context.actor.org_id)
    return await repository.all(repository.where())


@strawberry.type
class OrganizationQueries:
    environment: Environment | None = field(_environment, requires=Permission.ENVIRONMENTS_READ)
    environments: list[Environment] = field(_environments, requires=Permission.ENVIRONMENTS_READ)
