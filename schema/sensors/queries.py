"""sensor, sensors."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import sensors as stored
from dagy_gql.repositories.sensors import SensorRepository
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import one, page_of
from schema.enums import SensorKind
from schema.fields import field
from schema.pagination import Connection
from schema.sensors.types import Sensor


@strawberry.input
class SensorFilter:
    deployment_id: strawberry.ID | None = None
    deployment_name: str | None = None
    enabled: bool | None = None
    kind: SensorKind | None = None

    def stored(self) -> stored.SensorFilter:
        return stored.SensorFilter(
            deployment_id=optional_id("Deployment", self.deployment_id, field="deploymentId"),
            deployment_name=self.deployment_name,
            enabled=self.enabled,
            kind=self.kind,
        )


async def _sensor(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    return await one(info, SensorRepository, "Sensor", id=id, name=name)


async def _sensors(
    info: Info,
    filter: SensorFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = (filter or SensorFilter()).stored()
    return await page_of(
        info,
        SensorRepository,
        lambda rows: rows.matching(wanted),
        first=first,
        after=after,
        last=last,
        before=before,
    )


@strawberry.type
class SensorQueries:
    sensor: Sensor | None = field(_sensor, requires=Permission.SENSORS_READ)
    sensors: Connection[Sensor] = field(
        _sensors, requires=Permission.SENSORS_READ, description="Newest first."
    )
