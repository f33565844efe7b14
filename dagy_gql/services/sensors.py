"""Sensors: create, change, delete, and the tokens of webhooks.

Parameters are checked one by one: what starts a run may add to them.
"""

from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.auth import tokens
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import SensorKind
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.repositories.sensors import SensorRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import changes, protection, sensor_configs, targets
from dagy_gql.services.changes import Changes
from dagy_gql.services.labels import checked_name
from dagy_gql.services.run_plans import checked_parameters
from dagy_gql.services.sensor_configs import (
    DEFAULT_INTERVAL_SECONDS,
    LOOKING,
    MAX_INTERVAL_SECONDS,
    MIN_INTERVAL_SECONDS,
    RunConfig,
)

TOKEN_PREFIX = "dagy_wh_"  # noqa: S105

_DEFAULTS: dict[str, Any] = {
    "config": {},
    "parameters": {},
    "enabled": True,
    "interval_seconds": None,
}
_COLUMNS = ("name", "kind", *_DEFAULTS)


async def create(rt: Runtime, actor: Actor, wanted: Changes) -> tuple[asyncpg.Record, str | None]:
    """The sensor and, for a webhook, its token: it is shown this once.

    Raises NotFound (deployment), BadUserInput with the field, Conflict (name), Forbidden (the
    deployment is in a protected environment).
    """
    token = tokens.new(TOKEN_PREFIX) if wanted["kind"] == SensorKind.WEBHOOK else None
    own = {"created_by": actor.name, "token_hash": token.sha256 if token else None}
    async with db.transaction():
        values = await _values(actor, wanted, {**_DEFAULTS, "deployment_id": None})
        repository = SensorRepository(actor.org_id)
        row = await changes.add(actor, repository, "Sensor", values | own)
    return row, token.text if token else None


async def update(rt: Runtime, actor: Actor, wanted: Changes, *, sensor_id: UUID) -> asyncpg.Record:
    """Columns that are not in `wanted` stay; a config is replaced whole. Raises as `create`."""
    repository = SensorRepository(actor.org_id)
    async with db.transaction():
        row = await _held(actor, sensor_id)
        current = {column: row[column] for column in (*_COLUMNS, "deployment_id")}
        values = await _values(actor, wanted, current)
        return await changes.alter(actor, repository, "Sensor", row, values)


async def rotate_token(rt: Runtime, actor: Actor, *, sensor_id: UUID) -> tuple[asyncpg.Record, str]:
    """A new token; the old one is worthless at once. Raises NotFound, BadUserInput,
    Forbidden."""
    repository, token = SensorRepository(actor.org_id), tokens.new(TOKEN_PREFIX)
    async with db.transaction():
        row = await _held(actor, sensor_id)
        if row["kind"] != SensorKind.WEBHOOK:
            raise BadUserInput(
                f"The sensor {row['name']!r} is of kind {row['kind']}: only a WEBHOOK has a token.",
                field="id",
            )
        values = {"token_hash": token.sha256}
        changed = await changes.alter(actor, repository, "Sensor", row, values, verb="rotate_token")
    return changed, token.text


async def delete(rt: Runtime, actor: Actor, *, sensor_id: UUID) -> None:
    """Its runs stay. Raises NotFound, Forbidden."""
    repository = SensorRepository(actor.org_id)
    async with db.transaction():
        await changes.remove(actor, repository, "Sensor", await _held(actor, sensor_id))


async def _held(actor: Actor, sensor_id: UUID) -> asyncpg.Record:
    row = await SensorRepository(actor.org_id).held(sensor_id)
    await protection.require_for_triggers(actor, [row["deployment_id"]], field="id")
    return row


def webhook_url(rt: Runtime, token: str) -> str:
    """A path only where no public URL is configured."""
    return f"{rt.settings.public_url.rstrip('/')}/webhooks/{token}"


async def _values(actor: Actor, wanted: Changes, current: dict[str, Any]) -> dict[str, Any]:
    """The columns to store: what is `wanted` over what is there."""
    after = current | {column: wanted[column] for column in wanted if column in _COLUMNS}
    kind = SensorKind(after["kind"])
    target = await targets.chosen(actor, wanted, current=current["deployment_id"])
    if target is not None:
        lenient = target["spec"]["parameters"] | {"required": []}
        checked_parameters(lenient, after["parameters"])
        after["deployment_id"] = target["deployment_id"]
    if target is not None or "config" in wanted:
        config = sensor_configs.checked(kind, after["config"])
        after["config"] = config.document()
        if isinstance(config, RunConfig):
            await _check_watched(actor, config, deployment_id=after["deployment_id"])
    return after | {
        "name": checked_name(after["name"]),
        "interval_seconds": _interval(kind, after["interval_seconds"]),
    }


async def _check_watched(actor: Actor, config: RunConfig, *, deployment_id: UUID) -> None:
    """What is watched is there, and is not what the sensor starts: that would never end."""
    deployments = DeploymentRepository(actor.org_id)
    started = await deployments.by_id(deployment_id)
    if config.flow_name is not None:
        name, own, field = config.flow_name, started["flow_name"], "config.flowName"
        found = await FlowRepository(actor.org_id).by_version(name, None)
    else:
        name, own, field = str(config.deployment_name), started["name"], "config.deploymentName"
        found = await deployments.by_name(name)
    if name == own:
        raise BadUserInput(
            f"The sensor would watch what it starts itself ({name!r}), without end.", field=field
        )
    if found is None:
        raise BadUserInput(f"There is no {name!r} to watch.", field=field)


def _interval(kind: SensorKind, seconds: float | None) -> float | None:
    if kind not in LOOKING:
        if seconds is not None:
            raise BadUserInput(
                f"intervalSeconds goes with the kinds HTTP and S3; this sensor is a {kind}.",
                field="intervalSeconds",
            )
        return None
    if seconds is None:
        return DEFAULT_INTERVAL_SECONDS
    if not MIN_INTERVAL_SECONDS <= seconds <= MAX_INTERVAL_SECONDS:
        raise BadUserInput(
            f"intervalSeconds is {seconds}: it must be from {MIN_INTERVAL_SECONDS:.0f} to"
            f" {MAX_INTERVAL_SECONDS:.0f} (a day).",
            field="intervalSeconds",
        )
    return seconds
