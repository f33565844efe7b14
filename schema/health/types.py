"""Health: the parts Dagy needs, each with its latency."""

import strawberry

from schema.enums import HealthStatus
from schema.fields import field


@strawberry.type
class HealthComponent:
    name: str
    status: HealthStatus
    latency_ms: float
    message: str | None


@strawberry.type
class Health:
    status: HealthStatus = field(description="The worst of the components.")
    components: list[HealthComponent]
