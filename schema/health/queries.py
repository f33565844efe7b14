"""health."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.services import health
from schema.context import Info
from schema.fields import field
from schema.health.types import Health


async def _health(info: Info) -> Any:
    return await health.check(info.context.rt)


@strawberry.type
class HealthQueries:
    health: Health = field(_health, requires=Permission.HEALTH_READ)
