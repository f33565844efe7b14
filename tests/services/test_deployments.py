"""Deployments: two changes at once, and what a change may leave out."""

import asyncio
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.errors import BadUserInput, Conflict, NotFound
from dagy_gql.ids import new_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import deployments, flows
from dagy_gql.services.flows import Registration
from tests.api.flows import spec
from tests.services.test_flows import ARCHIVES, actor


async def deployed(rt: Runtime, **changes: Any) -> tuple[Actor, Any]:
    who = await actor()
    await flows.register(rt, who, Registration(ARCHIVES[0], spec(), version="1"))
    values = {"name": "nightly", "flow_name": "report"} | changes
    return who, await deployments.create(rt, who, values)


async def test_changes_of_different_columns_at_once_are_both_kept(rt: Runtime) -> None:
    who, row = await deployed(rt)
    await asyncio.gather(
        deployments.update(rt, who, {"paused": True}, deployment_id=row["id"]),
        deployments.update(rt, who, {"tags": {"a": "b"}}, deployment_id=row["id"]),
        deployments.update(rt, who, {"sla_seconds": 5}, deployment_id=row["id"]),
    )
    found = await deployments.by_name(rt, who, "nightly")
    assert (found["paused"], found["tags"], found["sla_seconds"]) == (True, {"a": "b"}, 5)


async def test_the_same_name_at_once_makes_one_deployment(rt: Runtime) -> None:
    who, _ = await deployed(rt)
    values = {"name": "hourly", "flow_name": "report"}
    answers = await asyncio.gather(
        *(deployments.create(rt, who, values) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 2
    assert await db.fetch_value("SELECT count(*) FROM deployments") == 2


async def test_required_parameters_may_be_left_to_the_run(rt: Runtime) -> None:
    _, row = await deployed(rt, parameters={"days": 2})
    assert row["parameters"] == {"days": 2}


async def test_a_refused_rename_changes_nothing(rt: Runtime) -> None:
    who, row = await deployed(rt)
    await deployments.create(rt, who, {"name": "hourly", "flow_name": "report"})
    with pytest.raises(Conflict):
        await deployments.update(
            rt, who, {"name": "hourly", "paused": True}, deployment_id=row["id"]
        )
    assert (await deployments.by_name(rt, who, "nightly"))["paused"] is False


async def test_a_deployment_keeps_its_version_when_latest_moves(rt: Runtime) -> None:
    who, row = await deployed(rt)
    await flows.register(rt, who, Registration(ARCHIVES[1], spec(), version="2"))
    changed = await deployments.update(rt, who, {"paused": True}, deployment_id=row["id"])
    assert changed["flow_id"] == row["flow_id"]


async def test_what_is_not_there_is_not_found(rt: Runtime) -> None:
    who, _ = await deployed(rt)
    with pytest.raises(NotFound):
        await deployments.update(rt, who, {}, deployment_id=new_id())
    with pytest.raises(NotFound):
        await deployments.delete(rt, who, deployment_id=new_id())
    with pytest.raises(NotFound):
        await deployments.by_name(rt, who, "nothing")


@pytest.mark.parametrize("tags", [{str(number): "" for number in range(51)}, {"": "x"}, "x"])
async def test_tags_have_limits(rt: Runtime, tags: Any) -> None:
    with pytest.raises(BadUserInput) as caught:
        await deployed(rt, tags=tags)
    assert caught.value.extensions["field"].startswith("tags")
