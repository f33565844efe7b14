"""schedule, schedules, previewSchedule."""

from typing import Annotated, Any

import strawberry

from dagy_gql import clock, timetable
from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import schedules as stored
from dagy_gql.repositories.schedules import ScheduleRepository
from dagy_gql.services import schedules
from dagy_gql.timetable import Timetable
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import one, page_of
from schema.enums import ScheduleKind
from schema.fields import field
from schema.pagination import Connection
from schema.scalars import DateTime
from schema.schedules.types import DST_RULES, DueTime, Schedule


@strawberry.input
class ScheduleFilter:
    deployment_id: strawberry.ID | None = None
    deployment_name: str | None = None
    enabled: bool | None = None
    kind: ScheduleKind | None = None

    def stored(self) -> stored.ScheduleFilter:
        return stored.ScheduleFilter(
            deployment_id=optional_id("Deployment", self.deployment_id, field="deploymentId"),
            deployment_name=self.deployment_name,
            enabled=self.enabled,
            kind=self.kind,
        )


@strawberry.input(description="A schedule that is not stored.")
class PreviewScheduleInput:
    kind: ScheduleKind
    cron: str | None = None
    interval_seconds: float | None = None
    at: DateTime | None = None
    timezone: str = "UTC"
    start_at: DateTime | None = None
    end_at: DateTime | None = None


async def _schedule(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    return await one(info, ScheduleRepository, "Schedule", id=id, name=name)


async def _schedules(
    info: Info,
    filter: ScheduleFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = (filter or ScheduleFilter()).stored()
    return await page_of(
        info,
        ScheduleRepository,
        lambda rows: rows.matching(wanted),
        first=first,
        after=after,
        last=last,
        before=before,
    )


def _preview(
    input: PreviewScheduleInput,
    count: int = 5,
    from_: Annotated[DateTime | None, strawberry.argument(name="from")] = None,
) -> Any:
    table = timetable.checked(Timetable(anchor=from_ or clock.now(), **vars(input)))
    return schedules.preview(table, count=count, start=from_)


@strawberry.type
class ScheduleQueries:
    schedule: Schedule | None = field(_schedule, requires=Permission.SCHEDULES_READ)
    schedules: Connection[Schedule] = field(
        _schedules, requires=Permission.SCHEDULES_READ, description="Newest first."
    )
    preview_schedule: list[DueTime] = field(
        _preview,
        requires=Permission.SCHEDULES_READ,
        description="When a schedule would be due: at most 100 times, and within 20 years. "
        + DST_RULES,
    )
