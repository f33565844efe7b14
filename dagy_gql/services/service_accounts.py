"""Programs with a name and a role of their own; their keys outlive the people who made them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.ids import new_id
from dagy_gql.repositories.service_accounts import ServiceAccountRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, roles
from dagy_gql.services.labels import checked_name

_MAX_NAME = 100
_AUDITED = ("name", "description", "role", "custom_role_id", "disabled_at")

# What a client sent, by column (`disabled` for disabled_at); what it left out is not there.
Changes = Mapping[str, Any]


async def create(
    rt: Runtime,
    actor: Actor,
    *,
    name: str,
    description: str,
    role: Role | None,
    custom_role_id: UUID | None,
) -> asyncpg.Record:
    """Raises BadUserInput, NotFound (the custom role), Forbidden, NotAllowed (owner), Conflict."""
    grant = await roles.granted(actor, role=role, custom_role_id=custom_role_id)
    values = {
        "id": new_id(),
        "name": _checked_name(name),
        "description": description,
        "role": grant.role,
        "custom_role_id": grant.custom_role_id,
        "created_by": actor.name,
        "created_at": clock.now(),
    }
    async with db.transaction():
        try:
            row = await ServiceAccountRepository(actor.org_id).insert(values)
        except asyncpg.UniqueViolationError as error:
            raise _taken(name) from error
        _note(actor, "create", after=row)
    return row


async def update(
    rt: Runtime, actor: Actor, changes: Changes, *, account_id: UUID
) -> asyncpg.Record:
    """A disabled account's keys do nothing. Raises as `create` does, and NotFound."""
    repository = ServiceAccountRepository(actor.org_id)
    async with db.transaction():
        before = await repository.held(account_id)
        roles.require_covering(actor, await roles.grant_of(actor, before), field="id")
        values = await _values(actor, changes, before=before)
        try:
            row = await repository.change(account_id, values) if values else before
        except asyncpg.UniqueViolationError as error:
            raise _taken(values["name"]) from error
        _note(actor, "update", before=before, after=row)
    return row


async def delete(rt: Runtime, actor: Actor, *, account_id: UUID) -> None:
    """Its keys go with it. Raises NotFound, Forbidden, NotAllowed."""
    repository = ServiceAccountRepository(actor.org_id)
    async with db.transaction():
        before = await repository.held(account_id)
        roles.require_covering(actor, await roles.grant_of(actor, before), field="id")
        await repository.remove(account_id)
        _note(actor, "delete", before=before)


async def _values(actor: Actor, changes: Changes, *, before: asyncpg.Record) -> dict[str, Any]:
    values = dict(changes)
    if "name" in values:
        values["name"] = _checked_name(values["name"])
    if "disabled" in values:
        # When it was disabled first is what people want to know.
        since = before["disabled_at"] or clock.now()
        values["disabled_at"] = since if values.pop("disabled") else None
    if values.get("role") is not None or values.get("custom_role_id") is not None:
        grant = await roles.granted(
            actor, role=values.get("role"), custom_role_id=values.get("custom_role_id")
        )
        values |= {"role": grant.role, "custom_role_id": grant.custom_role_id}
    return values


def _checked_name(name: str) -> str:
    if len(checked_name(name)) > _MAX_NAME:
        raise BadUserInput(f"A name here has at most {_MAX_NAME} characters.", field="name")
    return name


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a service account {name!r} already.", field="name")


def _note(
    actor: Actor,
    verb: str,
    *,
    before: asyncpg.Record | None = None,
    after: asyncpg.Record | None = None,
) -> None:
    row = after if after is not None else before
    assert row is not None
    sides = audit.changed(before, after, columns=_AUDITED)
    audit.note(
        actor,
        f"service_account.{verb}",
        "ServiceAccount",
        row["id"],
        name=row["name"],
        before=sides[0],
        after=sides[1],
    )
