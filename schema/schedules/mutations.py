"""createSchedule, updateSchedule, deleteSchedule."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import schedules
from schema.arguments import json_object, optional_id
from schema.context import Info
from schema.entities import sent
from schema.enums import CatchupPolicy, OverlapPolicy, ScheduleKind
from schema.fields import field, object_type
from schema.scalars import JSON, DateTime
from schema.schedules.types import Schedule

_NULLABLE = frozenset({"cron", "interval_seconds", "at", "start_at", "end_at"})
_PARAMETERS = "Values over those of the deployment; together they must be what its flow takes."


@strawberry.input(
    description="Name the deployment by its id or by its name. A kind takes its own field only: "
    "CRON cron, INTERVAL intervalSeconds, ONCE at, MANUAL none."
)
class CreateScheduleInput:
    deployment_id: strawberry.ID | None = UNSET
    deployment_name: str | None = UNSET
    name: str
    kind: ScheduleKind
    cron: str | None = UNSET
    interval_seconds: float | None = strawberry.field(
        default=UNSET, description="From 1 second to a year."
    )
    at: DateTime | None = UNSET
    timezone: str | None = strawberry.field(
        default=UNSET, description="As the IANA database has it; left out: UTC."
    )
    parameters: JSON | None = strawberry.field(default=UNSET, description=_PARAMETERS)
    enabled: bool | None = UNSET
    start_at: DateTime | None = UNSET
    end_at: DateTime | None = UNSET
    catchup_policy: CatchupPolicy | None = UNSET
    overlap_policy: OverlapPolicy | None = UNSET
    jitter_seconds: float | None = UNSET


@strawberry.input(
    description="What is left out stays as it is; null empties. A new kind drops the field of the "
    "old one."
)
class UpdateScheduleInput:
    id: strawberry.ID
    deployment_id: strawberry.ID | None = UNSET
    deployment_name: str | None = UNSET
    name: str | None = UNSET
    kind: ScheduleKind | None = UNSET
    cron: str | None = UNSET
    interval_seconds: float | None = UNSET
    at: DateTime | None = UNSET
    timezone: str | None = UNSET
    parameters: JSON | None = strawberry.field(default=UNSET, description=_PARAMETERS)
    enabled: bool | None = strawberry.field(
        default=UNSET, description="False pauses the schedule, true resumes it."
    )
    start_at: DateTime | None = UNSET
    end_at: DateTime | None = UNSET
    catchup_policy: CatchupPolicy | None = UNSET
    overlap_policy: OverlapPolicy | None = UNSET
    jitter_seconds: float | None = UNSET


@strawberry.input
class DeleteScheduleInput:
    id: strawberry.ID


@object_type(requires=Permission.SCHEDULES_WRITE)
class CreateSchedulePayload:
    schedule: Schedule


@object_type(requires=Permission.SCHEDULES_WRITE)
class UpdateSchedulePayload:
    schedule: Schedule


@object_type(requires=Permission.SCHEDULES_WRITE)
class DeleteSchedulePayload:
    deleted_id: strawberry.ID


def _wanted(input: CreateScheduleInput | UpdateScheduleInput) -> dict[str, Any]:
    wanted = sent(input, nullable=_NULLABLE)
    json_object(wanted.get("parameters"), field="parameters")
    if "deployment_id" in wanted:
        key = optional_id("Deployment", wanted["deployment_id"], field="deploymentId")
        wanted["deployment_id"] = key
    return wanted


async def _create(info: Info, input: CreateScheduleInput) -> Any:
    context = info.context
    return {"schedule": await schedules.create(context.rt, context.actor, _wanted(input))}


async def _update(info: Info, input: UpdateScheduleInput) -> Any:
    context = info.context
    key = decode_id_of("Schedule", input.id)
    row = await schedules.update(context.rt, context.actor, _wanted(input), schedule_id=key)
    return {"schedule": row}


async def _delete(info: Info, input: DeleteScheduleInput) -> Any:
    context = info.context
    key = decode_id_of("Schedule", input.id)
    await schedules.delete(context.rt, context.actor, schedule_id=key)
    return {"deleted_id": input.id}


@strawberry.type
class ScheduleMutations:
    create_schedule: CreateSchedulePayload = field(_create, requires=Permission.SCHEDULES_WRITE)
    update_schedule: UpdateSchedulePayload = field(_update, requires=Permission.SCHEDULES_WRITE)
    delete_schedule: DeleteSchedulePayload = field(
        _delete, requires=Permission.SCHEDULES_WRITE, description="Its runs stay."
    )
