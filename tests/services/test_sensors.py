"""Sensors: changes at once, and what goes with a deployment."""

import asyncio
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import SensorKind
from dagy_gql.errors import Conflict, NotFound
from dagy_gql.ids import new_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import deployments, sensors
from tests.services.test_deployments import deployed

HOOK = {"name": "hook", "deployment_name": "nightly", "kind": SensorKind.WEBHOOK}


async def hooked(rt: Runtime) -> tuple[Actor, Any]:
    who, _ = await deployed(rt)
    row, _ = await sensors.create(rt, who, HOOK)
    return who, row


async def test_the_same_name_at_once_makes_one_sensor(rt: Runtime) -> None:
    who, _ = await deployed(rt)
    answers = await asyncio.gather(
        *(sensors.create(rt, who, HOOK) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 2
    assert await db.fetch_value("SELECT count(*) FROM sensors") == 1


async def test_changes_of_different_columns_at_once_are_both_kept(rt: Runtime) -> None:
    who, row = await hooked(rt)
    await asyncio.gather(
        sensors.update(rt, who, {"enabled": False}, sensor_id=row["id"]),
        sensors.update(rt, who, {"parameters": {"days": 3}}, sensor_id=row["id"]),
        sensors.rotate_token(rt, who, sensor_id=row["id"]),
    )
    found = await db.fetch_row("SELECT enabled, parameters FROM sensors")
    assert tuple(found or ()) == (False, {"days": 3})


async def test_a_sensor_goes_with_its_deployment(rt: Runtime) -> None:
    who, row = await hooked(rt)
    await deployments.delete(rt, who, deployment_id=row["deployment_id"])
    assert await db.fetch_value("SELECT count(*) FROM sensors") == 0
    for key in (row["id"], new_id()):
        with pytest.raises(NotFound):
            await sensors.delete(rt, who, sensor_id=key)
        with pytest.raises(NotFound):
            await sensors.rotate_token(rt, who, sensor_id=key)
