"""Schedule, and the times at which one is due."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from dagy_gql import clock
from dagy_gql.auth.permissions import Permission
from dagy_gql.services import schedules
from schema.audit.types import audit_by_resource
from schema.deployments.types import deployments_by_id
from schema.enums import CatchupPolicy, OverlapPolicy, ScheduleKind
from schema.fields import field, lazy, object_type
from schema.nodes import Node, node_id
from schema.pagination import lazy_connection, pages
from schema.runs.types import runs_by_id
from schema.scalars import JSON, DateTime

DST_RULES = (
    "A cron expression is read as wall-clock time of its zone. A time that a day skips is due at"
    " the first moment after the gap; one that a day has twice is due once, the first time. An"
    " expression that is due in every hour of the day follows elapsed time instead: it goes on"
    " through the repeated hour, and nothing is made up for the skipped one."
)
_TIMETABLE = (
    "kind",
    "cron",
    "interval_seconds",
    "at",
    "timezone",
    "enabled",
    "start_at",
    "end_at",
    "created_at",
)


@object_type(description="A moment at which a schedule is due, before any jitter.")
class DueTime:
    at: DateTime
    local_time: str = field(
        read=lambda due: due.local.isoformat(), description="In the schedule's zone, with offset."
    )
    note: str | None = field(
        description="What daylight saving time does to it; null on an ordinary day."
    )


def _next_run_at(row: Any) -> datetime | None:
    return schedules.next_due(row, after=clock.now())


def _preview(
    self: Any,
    count: int = 5,
    from_: Annotated[DateTime | None, strawberry.argument(name="from")] = None,
) -> Any:
    return schedules.preview(schedules.timetable_of(self), count=count, start=from_)


@object_type(description="When a deployment runs by itself.")
class Schedule(Node):
    id: strawberry.ID = node_id("Schedule")
    name: str
    kind: ScheduleKind
    cron: str | None = field(description="Five fields: " + DST_RULES)
    interval_seconds: float | None = field(
        description="Elapsed time, counted from startAt, else from the schedule's creation."
    )
    at: DateTime | None
    timezone: str
    parameters: JSON = field(
        requires=Permission.PAYLOADS_READ,
        description="Put over those of the deployment. They were checked when the schedule was "
        "written; a flow version that has come since may refuse them when a run is due.",
    )
    enabled: bool
    start_at: DateTime | None
    end_at: DateTime | None
    catchup_policy: CatchupPolicy
    overlap_policy: OverlapPolicy
    jitter_seconds: float = field(description="Runs start up to so much later, at random.")
    next_run_at: DateTime | None = field(
        read=_next_run_at,
        columns=_TIMETABLE,
        description="The next due time from now; null when it is not enabled, or over.",
    )
    preview: list[DueTime] = field(
        _preview,
        columns=_TIMETABLE,
        description="The next due times, enabled or not: at most 100, and within 20 years.",
    )
    last_triggered_at: DateTime | None
    last_run: Any = field(
        load=runs_by_id,
        key="last_run_id",
        requires=Permission.RUNS_READ,
        type_=lazy("runs", "Run") | None,
    )
    deployment: Any = field(
        load=deployments_by_id,
        key="deployment_id",
        requires=Permission.DEPLOYMENTS_READ,
        type_=lazy("deployments", "Deployment"),
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
