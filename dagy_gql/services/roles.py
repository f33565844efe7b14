"""What may be handed out, and by whom: nobody gives or takes more than they have. Roles of an
organization's own making."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db
from dagy_gql.auth import permissions
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.db import json_text
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, Conflict, Forbidden, NotAllowed
from dagy_gql.ids import new_id
from dagy_gql.repositories.organizations import CustomRoleRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit
from dagy_gql.services.labels import checked_name

MAX_ROLES = 100
_MAX_NAME = 100
_AUDITED = ("name", "description", "permissions")

# What a client sent, by column; what it left out is not there.
Changes = Mapping[str, Any]
Row = Mapping[str, Any] | asyncpg.Record


@dataclass(frozen=True, slots=True)
class Grant:
    """What a membership, a service account or an invitation gives: of the first two, one is set."""

    role: Role | None
    custom_role_id: UUID | None
    permissions: frozenset[Permission]


async def granted(
    actor: Actor, *, role: Role | None, custom_role_id: UUID | None, field: str = "role"
) -> Grant:
    """The grant, if it is one that the actor may hand out.

    Raises BadUserInput, NotFound (the custom role), Forbidden, NotAllowed (owners).
    """
    if (role is None) == (custom_role_id is None):
        raise BadUserInput("Give exactly one of role and customRoleId.", field=field)
    grant = await _grant(actor, role=role, custom_role_id=custom_role_id)
    require_covering(actor, grant, field=field)
    return grant


async def grant_of(actor: Actor, row: Row) -> Grant:
    """What a row with the columns `role` and `custom_role_id` gives."""
    role = Role(row["role"]) if row["role"] else None
    return await _grant(actor, role=role, custom_role_id=row["custom_role_id"])


async def _grant(actor: Actor, *, role: Role | None, custom_role_id: UUID | None) -> Grant:
    names: list[str] = []
    if custom_role_id is not None:
        names = (await CustomRoleRepository(actor.org_id).by_id(custom_role_id))["permissions"]
    return Grant(role, custom_role_id, permissions.granted(role, names))


def require_covering(actor: Actor, grant: Grant, *, field: str = "role") -> None:
    """Raises Forbidden, naming what the actor lacks, or NotAllowed where it is about owners."""
    if grant.role is Role.OWNER and not actor.is_owner:
        raise NotAllowed("Only an owner makes and unmakes owners.", field=field)
    require_all(actor, grant.permissions, field=field)


def require_all(actor: Actor, wanted: frozenset[Permission], *, field: str) -> None:
    """Raises Forbidden for the first permission that the actor does not have."""
    for permission in sorted(wanted - actor.permissions):
        raise Forbidden(permission.name, field=field)


async def all_of(rt: Runtime, actor: Actor) -> list[dict[str, Any]]:
    """What can be given: the built-in roles from the strongest on, then the organization's own."""
    repository = CustomRoleRepository(actor.org_id)
    built_in = [
        {"role": role, "custom_role": None, "name": role.value, "permissions": sorted(found)}
        for role, found in ROLE_PERMISSIONS.items()
    ]
    own = [
        {
            "role": None,
            "custom_role": row,
            "name": row["name"],
            "permissions": sorted(permissions.named(row["permissions"])),
        }
        for row in await repository.all(repository.where())
    ]
    return built_in + own


async def create(
    rt: Runtime, actor: Actor, *, name: str, description: str, wanted: list[Permission]
) -> asyncpg.Record:
    """Raises BadUserInput, Forbidden, Conflict."""
    require_all(actor, frozenset(wanted), field="permissions")
    now = clock.now()
    values = {
        "id": new_id(),
        "name": _checked_name(name),
        "description": description,
        "permissions": _stored(wanted),
        "created_by": actor.name,
        "created_at": now,
        "updated_at": now,
    }
    repository = CustomRoleRepository(actor.org_id)
    async with db.transaction():
        if await repository.count(repository.where()) >= MAX_ROLES:
            raise Conflict(f"There are {MAX_ROLES} roles already: delete one first.", field="name")
        try:
            row = await repository.insert(values)
        except asyncpg.UniqueViolationError as error:
            raise _taken(name) from error
        _note(actor, "create", after=row)
    return row


async def update(rt: Runtime, actor: Actor, changes: Changes, *, role_id: UUID) -> asyncpg.Record:
    """All who have the role have what it grants now. Raises as `create` does, and NotFound."""
    repository = CustomRoleRepository(actor.org_id)
    values = {"updated_at": clock.now()} | dict(changes)
    if "name" in changes:
        values["name"] = _checked_name(changes["name"])
    if "permissions" in changes:
        values["permissions"] = _stored(changes["permissions"])
    async with db.transaction():
        before = await repository.held(role_id)
        wanted = frozenset(changes.get("permissions", ()))
        require_all(actor, wanted | permissions.named(before["permissions"]), field="permissions")
        try:
            row = await repository.change(role_id, values)
        except asyncpg.UniqueViolationError as error:
            raise _taken(values["name"]) from error
        _note(actor, "update", before=before, after=row)
    return row


async def delete(rt: Runtime, actor: Actor, *, role_id: UUID) -> None:
    """Raises NotFound, Forbidden, and Conflict while somebody has it."""
    repository = CustomRoleRepository(actor.org_id)
    async with db.transaction():
        before = await repository.held(role_id)
        require_all(actor, permissions.named(before["permissions"]), field="id")
        await repository.leave_finished_invitations(role_id, clock.now())
        try:
            await repository.remove(role_id)
        except asyncpg.RestrictViolationError as error:
            raise Conflict(
                f"The role {before['name']!r} is in use: give those who have it another one first.",
                field="id",
            ) from error
        _note(actor, "delete", before=before)


def _checked_name(name: str) -> str:
    if len(checked_name(name)) > _MAX_NAME:
        raise BadUserInput(f"A role's name has at most {_MAX_NAME} characters.", field="name")
    if name.lower() in set(Role):
        raise BadUserInput(f"{name!r} is a role that is built in.", field="name")
    return name


def _stored(wanted: list[Permission]) -> str:
    return json_text(sorted(set(wanted)))


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a role {name!r} already.", field="name")


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
        f"role.{verb}",
        "CustomRole",
        row["id"],
        name=row["name"],
        before=sides[0],
        after=sides[1],
    )
