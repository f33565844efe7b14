"""Deployments: create, change, delete. Parameters are checked against the flow's schema."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg

from dagy.errors import BadParameterError
from dagy.validation import validate_parameters
from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.db import json_text
from dagy_gql.enums import Executor, RunState
from dagy_gql.errors import BadUserInput, Conflict, Forbidden, NotFound
from dagy_gql.repositories.deployments import DeploymentRepository, DeploymentValues
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, environments, flows, protection, runs
from dagy_gql.services.labels import checked_name, checked_tags

_MAX_INTEGER = 2**31 - 1


class UnfinishedRunsAction(StrEnum):
    """What becomes of the queued and running runs of a deployment that is deleted."""

    CANCEL = "CANCEL"
    KEEP = "KEEP"


# What a client sent, by column; what it left out is not there.
Changes = Mapping[str, Any]

_AUDITED = (
    "name",
    "flow_id",
    "flow_name",
    "environment_id",
    "parameters",
    "tags",
    "paused",
    "concurrency_limit",
    "default_executor",
    "sla_seconds",
)


async def create(rt: Runtime, actor: Actor, changes: Changes) -> asyncpg.Record:
    """Raises NotFound (flow, environment), BadUserInput with the field, Conflict (name), Forbidden
    (a protected environment)."""
    flow = await flows.by_version(
        rt, actor, name=changes["flow_name"], version=changes.get("flow_version")
    )
    values = await _values(rt, actor, changes, flow=flow, current={})
    async with db.transaction():
        await _require(actor, values.environment_id, field="environment")
        try:
            row = await DeploymentRepository(actor.org_id).add(
                values, created_by=actor.name, now=clock.now()
            )
        except asyncpg.UniqueViolationError as error:
            raise _taken(values.name) from error
        _note(actor, "create", after=row)
    return row


async def update(
    rt: Runtime, actor: Actor, changes: Changes, *, deployment_id: UUID
) -> asyncpg.Record:
    """Columns that are not in `changes` stay. Raises as `create` does."""
    repository = DeploymentRepository(actor.org_id)
    async with db.transaction():
        current = await repository.held(deployment_id)
        if current is None:
            raise NotFound("deployment", deployment_id)
        await _require(actor, current["environment_id"], field="id")
        flow = await _flow_after(rt, actor, changes, current=current)
        values = await _values(rt, actor, changes, flow=flow, current=current)
        await _require(actor, values.environment_id, field="environment")
        try:
            row = await repository.change(deployment_id, values, now=clock.now())
        except asyncpg.UniqueViolationError as error:
            raise _taken(values.name) from error
        _note(actor, "update", before=current, after=row)
    return row


async def delete(
    rt: Runtime, actor: Actor, *, deployment_id: UUID, action: UnfinishedRunsAction | None = None
) -> int:
    """Its runs stay; answers how many of them were cancelled. Those that are queued or running
    are cancelled, or kept within the deployment's limit to their end.

    Raises NotFound; Conflict with their counts where there are any and `action` is None; Forbidden
    for who may not cancel runs and wants to, and where its environment is protected.
    """
    repository = DeploymentRepository(actor.org_id)
    async with db.transaction():
        current = await repository.held(deployment_id)
        if current is None:
            raise NotFound("deployment", deployment_id)
        await _require(actor, current["environment_id"], field="id")
        unfinished = await repository.unfinished_runs(deployment_id)
        if unfinished:
            await _settle(rt, actor, current, unfinished, action=action)
        await repository.remove(deployment_id)
        _note(actor, "delete", before=current)
    return len(unfinished) if action is UnfinishedRunsAction.CANCEL else 0


async def _settle(
    rt: Runtime,
    actor: Actor,
    deployment: asyncpg.Record,
    unfinished: Sequence[asyncpg.Record],
    *,
    action: UnfinishedRunsAction | None,
) -> None:
    if action is None:
        raise _unsettled(deployment["name"], unfinished)
    if action is UnfinishedRunsAction.CANCEL:
        if not actor.can(Permission.RUNS_WRITE):
            raise Forbidden(Permission.RUNS_WRITE.name, field="runs")
        await runs.cancel_all(rt, actor, unfinished, field="runs")
    # What is being cancelled holds its slot until its process is gone.
    await DeploymentRepository(actor.org_id).retire(deployment["id"])


async def _require(actor: Actor, environment_id: UUID | None, *, field: str) -> None:
    permission = Permission.PROTECTED_DEPLOYMENTS_WRITE
    await protection.require(actor, permission, [environment_id], field=field)


def _unsettled(name: str, unfinished: Sequence[asyncpg.Record]) -> Conflict:
    states = Counter(row["state"] for row in unfinished)
    queued = states[RunState.QUEUED]
    running = len(unfinished) - queued
    return Conflict(
        f"The deployment {name!r} has {queued} queued and {running} running runs: say whether to"
        " cancel them, or to keep them, within its limit.",
        field="runs",
        queued=queued,
        running=running,
    )


def _note(
    actor: Actor,
    verb: str,
    *,
    before: asyncpg.Record | None = None,
    after: asyncpg.Record | None = None,
) -> None:
    row = after or before
    assert row is not None
    old, new = audit.changed(before, after, columns=_AUDITED)
    audit.note(
        actor,
        f"deployment.{verb}",
        "Deployment",
        row["id"],
        name=row["name"],
        before=old,
        after=new,
    )


async def by_name(rt: Runtime, actor: Actor, name: str) -> asyncpg.Record:
    """Raises NotFound."""
    row = await DeploymentRepository(actor.org_id).by_name(name)
    if row is None:
        raise NotFound("deployment", name)
    return row


async def _flow_after(
    rt: Runtime, actor: Actor, changes: Changes, *, current: asyncpg.Record
) -> asyncpg.Record:
    """A version without a name is one of the same flow; a name alone means its latest."""
    name, version = changes.get("flow_name"), changes.get("flow_version")
    if name is None and version is None:
        return await FlowRepository(actor.org_id).by_id(current["flow_id"])
    return await flows.by_version(rt, actor, name=name or current["flow_name"], version=version)


async def _values(
    rt: Runtime,
    actor: Actor,
    changes: Changes,
    *,
    flow: asyncpg.Record,
    current: Mapping[str, Any] | asyncpg.Record,
) -> DeploymentValues:
    after = dict(current) | dict(changes)
    tags = after.get("tags")
    return DeploymentValues(
        name=checked_name(after["name"]),
        flow_id=flow["id"],
        flow_name=flow["name"],
        environment_id=await _environment_id(rt, actor, changes, current=current),
        parameters=json_text(await _parameters(actor, flow, after.get("parameters"))),
        tags=json_text(checked_tags({} if tags is None else tags)),
        paused=bool(after.get("paused")),
        concurrency_limit=_at_least_one(after.get("concurrency_limit"), field="concurrencyLimit"),
        default_executor=_executor(rt, after.get("default_executor")),
        sla_seconds=_at_least_one(after.get("sla_seconds"), field="slaSeconds"),
    )


async def _environment_id(
    rt: Runtime, actor: Actor, changes: Changes, *, current: Mapping[str, Any] | asyncpg.Record
) -> UUID | None:
    if "environment" not in changes:
        return current.get("environment_id")
    if changes["environment"] is None:
        return None
    row = await environments.by_name(rt, actor, changes["environment"])
    key: UUID = row["id"]
    return key


async def _parameters(actor: Actor, flow: asyncpg.Record, parameters: Any) -> dict[str, Any]:
    """Only what is there is checked: a run may add what is missing."""
    if parameters is None or parameters == {}:
        return {}
    if not isinstance(parameters, dict):
        raise BadUserInput("parameters is an object.", field="parameters")
    spec = await FlowRepository(actor.org_id).spec(flow["id"])
    schema = spec["parameters"] | {"required": []}
    try:
        validate_parameters(schema, parameters)
    except BadParameterError as error:
        raise BadUserInput(error.message, field=f"parameters.{error.field}") from error
    return parameters


def _at_least_one(number: int | None, *, field: str) -> int | None:
    if number is not None and not 1 <= number <= _MAX_INTEGER:
        raise BadUserInput(f"{field} is {number}: it must be at least 1.", field=field)
    return number


def _executor(rt: Runtime, name: str | None) -> Executor | None:
    if name is None:
        return None
    executor = Executor(name)
    if executor not in rt.engines:
        known = ", ".join(sorted(rt.engines))
        raise BadUserInput(
            f"The executor {executor!s} is not configured here. There are: {known}.",
            field="defaultExecutor",
        )
    return executor


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a deployment {name!r} already.", field="name")
