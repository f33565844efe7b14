"""Schedules: create, change, delete, and when they are due.

Parameters are checked here against the deployment as it is now; a deployment that later moves to
another flow version is not held up by its schedules: what it refuses is found when a run is due.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db, timetable
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import CatchupPolicy, OverlapPolicy, ScheduleKind
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories.schedules import ScheduleRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import changes, protection, targets
from dagy_gql.services.changes import Changes
from dagy_gql.services.labels import checked_name
from dagy_gql.services.run_plans import checked_parameters
from dagy_gql.timetable import Due, Timetable

MAX_PREVIEW = 100
MAX_JITTER_SECONDS = 86_400.0

# What only one kind has: it goes when the kind changes.
_OF_ONE_KIND = ("cron", "interval_seconds", "at")
_OF_TIMETABLES = (*_OF_ONE_KIND, "kind", "timezone", "start_at", "end_at")
_DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(_OF_ONE_KIND),
    "timezone": "UTC",
    "parameters": {},
    "enabled": True,
    "start_at": None,
    "end_at": None,
    "catchup_policy": CatchupPolicy.NONE,
    "overlap_policy": OverlapPolicy.ALLOW,
    "jitter_seconds": 0.0,
}
_COLUMNS = ("name", "kind", *_DEFAULTS)


async def create(rt: Runtime, actor: Actor, wanted: Changes) -> asyncpg.Record:
    """Raises NotFound (deployment), BadUserInput with the field, Conflict (name), Forbidden (the
    deployment is in a protected environment)."""
    now = clock.now()
    async with db.transaction():
        values = await _values(actor, wanted, _DEFAULTS | {"created_at": now}, now=now)
        values["created_by"] = actor.name
        return await changes.add(actor, ScheduleRepository(actor.org_id), "Schedule", values)


async def update(
    rt: Runtime, actor: Actor, wanted: Changes, *, schedule_id: UUID
) -> asyncpg.Record:
    """Columns that are not in `wanted` stay, but for those of another kind. Raises as `create`."""
    repository = ScheduleRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held(schedule_id)
        await protection.require_for_triggers(actor, [row["deployment_id"]], field="id")
        current = {column: row[column] for column in (*_COLUMNS, "deployment_id", "created_at")}
        if wanted.get("kind", row["kind"]) != row["kind"]:
            current |= dict.fromkeys(_OF_ONE_KIND)
        values = await _values(actor, wanted, current, now=clock.now())
        return await changes.alter(actor, repository, "Schedule", row, values)


async def delete(rt: Runtime, actor: Actor, *, schedule_id: UUID) -> None:
    """Its runs stay. Raises NotFound, Forbidden."""
    repository = ScheduleRepository(actor.org_id)
    async with db.transaction():
        current = await repository.held(schedule_id)
        await protection.require_for_triggers(actor, [current["deployment_id"]], field="id")
        await changes.remove(actor, repository, "Schedule", current)


def timetable_of(row: Mapping[str, Any] | asyncpg.Record) -> Timetable:
    """When the schedule of a row is due, enabled or not."""
    values = {column: row[column] for column in _OF_TIMETABLES}
    values["kind"] = ScheduleKind(values["kind"])
    return Timetable(anchor=row["created_at"], **values)


def next_due(row: Mapping[str, Any] | asyncpg.Record, *, after: datetime) -> datetime | None:
    """None for a schedule that is switched off or over."""
    return timetable_of(row).next(after=after) if row["enabled"] else None


def preview(table: Timetable, *, count: int, start: datetime | None) -> list[Due]:
    """The next due times after `start` (now). Raises BadUserInput."""
    if not 1 <= count <= MAX_PREVIEW:
        raise BadUserInput(f"count is {count}: it must be from 1 to {MAX_PREVIEW}.", field="count")
    timetable.check_moment(start, field="from")
    return table.first(count, after=start or clock.now())


async def _values(
    actor: Actor, wanted: Changes, current: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """The columns to store: what is `wanted` over what is there."""
    after = dict(current) | {column: wanted[column] for column in wanted if column in _COLUMNS}
    if wanted.get("at") is not None and wanted["at"] <= now:
        raise BadUserInput(f"at is {wanted['at']:%Y-%m-%d %H:%M:%S} UTC: it is over.", field="at")
    table = timetable.checked(timetable_of(after))
    target = await targets.chosen(actor, wanted, current=current.get("deployment_id"))
    if target is not None:
        given = target["parameters"] | after["parameters"]
        checked_parameters(target["spec"]["parameters"], given)
        after["deployment_id"] = target["deployment_id"]
    return after | {
        "name": checked_name(after["name"]),
        "cron": table.cron,
        "jitter_seconds": _jitter(after["jitter_seconds"]),
        "next_run_at": table.next(after=now) if after["enabled"] else None,
    }


def _jitter(seconds: float) -> float:
    if not 0 <= seconds <= MAX_JITTER_SECONDS:
        raise BadUserInput(
            f"jitterSeconds is {seconds}: it must be from 0 to {MAX_JITTER_SECONDS:.0f} (a day).",
            field="jitterSeconds",
        )
    return seconds
