"""Notifications: a channel and its rules, at once."""

import asyncio

import pytest

from dagy_gql import db
from dagy_gql.enums import AlertTrigger, ChannelKind
from dagy_gql.errors import Conflict, NotFound
from dagy_gql.runtime import Runtime
from dagy_gql.services import environments, notifications
from tests.services.test_flows import actor

MAIL = {"name": "mail", "kind": ChannelKind.EMAIL, "config": {"to": ["ann@example.com"]}}
RULE = {"name": "broken", "trigger": AlertTrigger.ON_FAILURE}


async def test_a_channel_is_never_deleted_under_a_new_rule(rt: Runtime) -> None:
    who = await actor()
    for _ in range(5):
        channel = await notifications.create_channel(rt, who, MAIL)
        rule = RULE | {"channel_id": channel["id"]}
        answers = await asyncio.gather(
            notifications.delete_channel(rt, who, channel_id=channel["id"]),
            notifications.create_rule(rt, who, rule),
            return_exceptions=True,
        )
        failed = [answer for answer in answers if isinstance(answer, Conflict | NotFound)]
        assert len(failed) == 1, answers
        channels = await db.fetch_value("SELECT count(*) FROM notification_channels")
        assert channels == await db.fetch_value("SELECT count(*) FROM alert_rules")
        await db.execute("DELETE FROM notification_channels")


async def test_an_environment_with_rules_stays(rt: Runtime) -> None:
    who = await actor()
    channel = await notifications.create_channel(rt, who, MAIL)
    staging = await environments.create(rt, who, {"name": "staging"})
    rule = RULE | {"channel_id": channel["id"], "environment": "staging"}
    made = await notifications.create_rule(rt, who, rule)
    with pytest.raises(Conflict, match="1 alert rules"):
        await environments.delete(rt, who, environment_id=staging["id"])
    assert await db.fetch_value("SELECT environment_id FROM alert_rules") == staging["id"]
    await notifications.update_rule(rt, who, {"environment": None}, rule_id=made["id"])
    await environments.delete(rt, who, environment_id=staging["id"])
    assert await db.fetch_value("SELECT count(*) FROM alert_rules") == 1
