"""createSensor, updateSensor, deleteSensor, rotateSensorToken."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import sensors
from schema.arguments import json_object, optional_id
from schema.context import Info
from schema.entities import sent
from schema.enums import SensorKind
from schema.fields import field, object_type
from schema.scalars import JSON
from schema.sensors.types import CONFIGS, Sensor

_NULLABLE = frozenset({"interval_seconds"})
_TOKEN = "Shown this once; null unless the sensor is a WEBHOOK."  # noqa: S105
_URL = (
    "Where calls go, with the token in it: as secret as the token. A path only where the server "
    "has no DAGY_PUBLIC_URL."
)


@strawberry.input(description="Name the deployment by its id or by its name.")
class CreateSensorInput:
    deployment_id: strawberry.ID | None = UNSET
    deployment_name: str | None = UNSET
    name: str
    kind: SensorKind
    config: JSON | None = strawberry.field(default=UNSET, description=CONFIGS)
    parameters: JSON | None = UNSET
    enabled: bool | None = UNSET
    interval_seconds: float | None = strawberry.field(
        default=UNSET, description="HTTP and S3: at least 5; left out: 60."
    )


@strawberry.input(
    description="What is left out stays as it is. A config is replaced as a whole; the kind stays."
)
class UpdateSensorInput:
    id: strawberry.ID
    deployment_id: strawberry.ID | None = UNSET
    deployment_name: str | None = UNSET
    name: str | None = UNSET
    config: JSON | None = strawberry.field(default=UNSET, description=CONFIGS)
    parameters: JSON | None = UNSET
    enabled: bool | None = UNSET
    interval_seconds: float | None = UNSET


@strawberry.input
class DeleteSensorInput:
    id: strawberry.ID


@strawberry.input
class RotateSensorTokenInput:
    id: strawberry.ID


@object_type(requires=Permission.SENSORS_WRITE)
class CreateSensorPayload:
    sensor: Sensor
    token: str | None = field(requires=Permission.SENSORS_WRITE, description=_TOKEN)
    url: str | None = field(requires=Permission.SENSORS_WRITE, description=_URL)


@object_type(requires=Permission.SENSORS_WRITE)
class UpdateSensorPayload:
    sensor: Sensor


@object_type(requires=Permission.SENSORS_WRITE)
class DeleteSensorPayload:
    deleted_id: strawberry.ID


@object_type(requires=Permission.SENSORS_WRITE)
class RotateSensorTokenPayload:
    sensor: Sensor
    token: str = field(requires=Permission.SENSORS_WRITE, description="Shown this once.")
    url: str = field(requires=Permission.SENSORS_WRITE, description=_URL)


def _wanted(input: CreateSensorInput | UpdateSensorInput) -> dict[str, Any]:
    wanted = sent(input, nullable=_NULLABLE)
    json_object(wanted.get("parameters"), field="parameters")
    if "deployment_id" in wanted:
        key = optional_id("Deployment", wanted["deployment_id"], field="deploymentId")
        wanted["deployment_id"] = key
    return wanted


async def _create(info: Info, input: CreateSensorInput) -> Any:
    context = info.context
    row, token = await sensors.create(context.rt, context.actor, _wanted(input))
    url = sensors.webhook_url(context.rt, token) if token else None
    return {"sensor": row, "token": token, "url": url}


async def _update(info: Info, input: UpdateSensorInput) -> Any:
    context = info.context
    key = decode_id_of("Sensor", input.id)
    row = await sensors.update(context.rt, context.actor, _wanted(input), sensor_id=key)
    return {"sensor": row}


async def _delete(info: Info, input: DeleteSensorInput) -> Any:
    context = info.context
    await sensors.delete(context.rt, context.actor, sensor_id=decode_id_of("Sensor", input.id))
    return {"deleted_id": input.id}


async def _rotate(info: Info, input: RotateSensorTokenInput) -> Any:
    context = info.context
    key = decode_id_of("Sensor", input.id)
    row, token = await sensors.rotate_token(context.rt, context.actor, sensor_id=key)
    return {"sensor": row, "token": token, "url": sensors.webhook_url(context.rt, token)}


@strawberry.type
class SensorMutations:
    create_sensor: CreateSensorPayload = field(_create, requires=Permission.SENSORS_WRITE)
    update_sensor: UpdateSensorPayload = field(_update, requires=Permission.SENSORS_WRITE)
    delete_sensor: DeleteSensorPayload = field(
        _delete, requires=Permission.SENSORS_WRITE, description="Its runs stay."
    )
    rotate_sensor_token: RotateSensorTokenPayload = field(
        _rotate,
        requires=Permission.SENSORS_WRITE,
        description="A webhook's new token; the old one is worthless at once.",
    )
