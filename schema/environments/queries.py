"""environment, environments."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.environments import EnvironmentRepository
from schema.context import Info
from schema.entities import one, page_of
from schema.environments.types import Environment
from schema.fields import field
from schema.pagination import Connection


async def _environment(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    return await one(info, EnvironmentRepository, "Environment", id=id, name=name)


async def _environments(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    return await page_of(
        info,
        EnvironmentRepository,
        EnvironmentRepository.where,
        first=first,
        after=after,
        last=last,
        before=before,
    )


@strawberry.type
class EnvironmentQueries:
    environment: Environment | None = field(_environment, requires=Permission.ENVIRONMENTS_READ)
    environments: Connection[Environment] = field(
        _environments, requires=Permission.ENVIRONMENTS_READ, description="Oldest first."
    )
