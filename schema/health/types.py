"""Health: the parts Dagy needs, each with its latency."""

from schema.enums import HealthStatus
from schema.fields import field, object_type


@object_type()
class HealthComponent:
    name: str
    status: HealthStatus
    latency_ms: float
    message: str | None


@object_type()
class Health:
    status: HealthStatus = field(description="The worst of the components.")
    components: list[HealthComponent]
