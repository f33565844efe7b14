"""Schedules: changes at once, and what is kept beside them for whoever ticks."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import ScheduleKind
from dagy_gql.errors import BadUserInput, Conflict, NotFound
from dagy_gql.ids import new_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import deployments, schedules
from tests.services.test_deployments import deployed


async def scheduled(rt: Runtime, **changes: Any) -> tuple[Actor, Any]:
    who, _ = await deployed(rt, parameters={"city": "Bonn"})
    values = {
        "name": "often",
        "deployment_name": "nightly",
        "kind": ScheduleKind.INTERVAL,
        "interval_seconds": 1.5,
    } | changes
    return who, await schedules.create(rt, who, values)


async def test_the_next_due_time_is_stored_and_counted_from_the_creation(rt: Runtime) -> None:
    _, row = await scheduled(rt)
    step = timedelta(seconds=1.5)
    assert row["next_run_at"] == row["created_at"] + step
    later = row["created_at"] + 10 * step
    assert schedules.next_due(row, after=later) == later + step


async def test_a_schedule_that_is_over_has_no_next_time(rt: Runtime) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    _, row = await scheduled(rt, start_at=past, end_at=past + timedelta(days=1))
    assert row["next_run_at"] is None


async def test_a_moment_that_was_is_refused_only_where_it_is_new(rt: Runtime) -> None:
    who, row = await scheduled(
        rt,
        kind=ScheduleKind.ONCE,
        interval_seconds=None,
        at=clock.now() + timedelta(seconds=60),
    )
    await db.execute("UPDATE schedules SET at = now() - interval '1 hour'")
    changed = await schedules.update(rt, who, {"name": "was"}, schedule_id=row["id"])
    assert (changed["name"], changed["next_run_at"]) == ("was", None)
    with pytest.raises(BadUserInput) as caught:
        await schedules.update(rt, who, {"at": clock.now()}, schedule_id=row["id"])
    assert caught.value.extensions["field"] == "at"


async def test_changes_of_different_columns_at_once_are_both_kept(rt: Runtime) -> None:
    who, row = await scheduled(rt)
    await asyncio.gather(
        schedules.update(rt, who, {"enabled": False}, schedule_id=row["id"]),
        schedules.update(rt, who, {"jitter_seconds": 3.0}, schedule_id=row["id"]),
        schedules.update(rt, who, {"timezone": "Asia/Tokyo"}, schedule_id=row["id"]),
    )
    found = await db.fetch_row("SELECT enabled, jitter_seconds, timezone FROM schedules")
    assert tuple(found or ()) == (False, 3.0, "Asia/Tokyo")


async def test_the_same_name_at_once_makes_one_schedule(rt: Runtime) -> None:
    who, _ = await scheduled(rt, name="first")
    values = {"name": "x", "deployment_name": "nightly", "kind": ScheduleKind.MANUAL}
    answers = await asyncio.gather(
        *(schedules.create(rt, who, values) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 2
    assert await db.fetch_value("SELECT count(*) FROM schedules") == 2


async def test_a_schedule_goes_with_its_deployment(rt: Runtime) -> None:
    who, row = await scheduled(rt)
    await deployments.delete(rt, who, deployment_id=row["deployment_id"])
    assert await db.fetch_value("SELECT count(*) FROM schedules") == 0
    with pytest.raises(NotFound):
        await schedules.update(rt, who, {"enabled": False}, schedule_id=row["id"])
    with pytest.raises(NotFound):
        await schedules.delete(rt, who, schedule_id=new_id())


async def test_a_schedule_moves_to_another_deployment(rt: Runtime) -> None:
    who, row = await scheduled(rt)
    other = await deployments.create(rt, who, {"name": "other", "flow_name": "report"})
    with pytest.raises(BadUserInput) as caught:
        await schedules.update(rt, who, {"deployment_name": "other"}, schedule_id=row["id"])
    assert caught.value.extensions["field"] == "parameters.city"
    moved = await schedules.update(
        rt,
        who,
        {"deployment_id": other["id"], "parameters": {"city": "Ulm"}},
        schedule_id=row["id"],
    )
    assert (moved["deployment_id"], moved["parameters"]) == (other["id"], {"city": "Ulm"})
