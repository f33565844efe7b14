"""Notification channels and alert rules: create, change, delete.

What a channel keeps secret is sealed before it is stored, and no query gives it back.
"""

from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db, timetable
from dagy_gql.auth.actor import Actor
from dagy_gql.db import json_text
from dagy_gql.enums import ChannelKind
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.repositories.notifications import (
    AlertRuleFilter,
    AlertRuleRepository,
    ChannelRepository,
)
from dagy_gql.runtime import Runtime
from dagy_gql.services import changes, channel_configs, environments
from dagy_gql.services.changes import Changes
from dagy_gql.services.labels import checked_name


async def create_channel(rt: Runtime, actor: Actor, wanted: Changes) -> asyncpg.Record:
    """Raises BadUserInput with the field, Conflict (name)."""
    values = _channel(rt, ChannelKind(wanted["kind"]), wanted)
    async with db.transaction():
        return await changes.add(
            actor,
            ChannelRepository(actor.org_id),
            "NotificationChannel",
            {"enabled": True, "created_by": actor.name} | values,
        )


async def update_channel(
    rt: Runtime, actor: Actor, wanted: Changes, *, channel_id: UUID
) -> asyncpg.Record:
    """Columns that are not in `wanted` stay; a config is replaced whole. Raises NotFound too."""
    repository = ChannelRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held(channel_id)
        values = _channel(rt, ChannelKind(row["kind"]), wanted)
        return await changes.alter(actor, repository, "NotificationChannel", row, values)


async def delete_channel(rt: Runtime, actor: Actor, *, channel_id: UUID) -> None:
    """Raises NotFound; Conflict while alert rules send to it."""
    repository, rules = ChannelRepository(actor.org_id), AlertRuleRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held(channel_id)
        count = await rules.count(rules.matching(AlertRuleFilter(channel_id=channel_id)))
        if count:
            raise Conflict(
                f"{count} alert rules send to the channel {row['name']!r}: move or delete them."
            )
        await changes.remove(actor, repository, "NotificationChannel", row)


async def create_rule(rt: Runtime, actor: Actor, wanted: Changes) -> asyncpg.Record:
    """Raises NotFound (channel, environment), BadUserInput with the field, Conflict (name)."""
    own = {
        "flow_name": None,
        "environment_id": None,
        "enabled": True,
        "muted_until": None,
        "created_by": actor.name,
    }
    async with db.transaction():
        values = own | await _rule(rt, actor, wanted)
        return await changes.add(actor, AlertRuleRepository(actor.org_id), "AlertRule", values)


async def update_rule(
    rt: Runtime, actor: Actor, wanted: Changes, *, rule_id: UUID
) -> asyncpg.Record:
    """Columns that are not in `wanted` stay. Raises what `create_rule` does."""
    repository = AlertRuleRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held(rule_id)
        values = await _rule(rt, actor, wanted)
        return await changes.alter(actor, repository, "AlertRule", row, values)


async def delete_rule(rt: Runtime, actor: Actor, *, rule_id: UUID) -> None:
    """Raises NotFound."""
    repository = AlertRuleRepository(actor.org_id)
    async with db.transaction():
        await changes.remove(actor, repository, "AlertRule", await repository.held(rule_id))


def _channel(rt: Runtime, kind: ChannelKind, wanted: Changes) -> dict[str, Any]:
    values = dict(wanted)
    if "name" in values:
        checked_name(values["name"])
    if "config" in values:
        parts = channel_configs.checked(kind, values["config"])
        values["config"] = parts.shown
        values["sealed_config"] = (
            None if parts.sealed is None else rt.sealer.seal(json_text(parts.sealed).encode())
        )
    return values


async def _rule(rt: Runtime, actor: Actor, wanted: Changes) -> dict[str, Any]:
    values = {column: value for column, value in wanted.items() if column != "environment"}
    if "name" in values:
        checked_name(values["name"])
    if "channel_id" in values:
        await ChannelRepository(actor.org_id).by_id(values["channel_id"])
    if "environment" in wanted:
        name = wanted["environment"]
        row = None if name is None else await environments.by_name(rt, actor, name)
        values["environment_id"] = None if row is None else row["id"]
    if values.get("flow_name") is not None:
        await _check_flow(actor, values["flow_name"])
    timetable.check_moment(values.get("muted_until"), field="mutedUntil")
    return values


async def _check_flow(actor: Actor, name: str) -> None:
    if await FlowRepository(actor.org_id).by_version(name, None) is None:
        raise BadUserInput(f"There is no flow {name[:100]!r}.", field="flowName")
