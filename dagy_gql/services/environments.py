"""Environments: names that deployments, runs, secrets and alert rules carry.

A protected one, and whether one is protected, is changed with a right of its own.
"""

from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import changes, protection
from dagy_gql.services.changes import Changes, checked_text
from dagy_gql.services.labels import checked_name

_MAX_NAME = 100


async def create(rt: Runtime, actor: Actor, wanted: Changes) -> asyncpg.Record:
    """Raises BadUserInput with the field, Conflict (name), Forbidden (isProtected)."""
    if wanted.get("is_protected"):
        _require(actor, str(wanted.get("name")), field="isProtected")
    values = {"description": "", "created_by": actor.name} | _checked(wanted)
    async with db.transaction():
        return await changes.add(actor, EnvironmentRepository(actor.org_id), "Environment", values)


async def update(
    rt: Runtime, actor: Actor, wanted: Changes, *, environment_id: UUID
) -> asyncpg.Record:
    """Columns that are not in `wanted` stay. Raises NotFound, and what `create` does."""
    repository = EnvironmentRepository(actor.org_id)
    async with db.transaction():
        current = await repository.held(environment_id)
        if current["is_protected"] or wanted.get("is_protected"):
            is_flipped = (
                wanted.get("is_protected", current["is_protected"]) != current["is_protected"]
            )
            _require(actor, current["name"], field="isProtected" if is_flipped else "id")
        return await changes.alter(actor, repository, "Environment", current, _checked(wanted))


async def delete(rt: Runtime, actor: Actor, *, environment_id: UUID) -> None:
    """Its runs stay, and carry none. Raises NotFound; Forbidden or Conflict while it is
    protected, Conflict while it is in use."""
    repository = EnvironmentRepository(actor.org_id)
    async with db.transaction():
        current = await repository.held(environment_id)
        if current["is_protected"]:
            _require(actor, current["name"], field="id")
            raise Conflict(
                f"The environment {current['name']!r} is protected: set isProtected to false first."
            )
        uses = {what: count for what, count in (await repository.uses(environment_id)).items()}
        if any(uses.values()):
            raise _in_use(current["name"], uses)
        await changes.remove(actor, repository, "Environment", current)


async def by_name(rt: Runtime, actor: Actor, name: str) -> asyncpg.Record:
    """Raises NotFound."""
    return await EnvironmentRepository(actor.org_id).by_name(name)


def _require(actor: Actor, name: str, *, field: str) -> None:
    permission = Permission.PROTECTED_ENVIRONMENTS_WRITE
    protection.require_in(actor, permission, name, field=field)


def _checked(wanted: Changes) -> dict[str, Any]:
    values = dict(wanted)
    if "name" in values and len(checked_name(values["name"])) > _MAX_NAME:
        raise BadUserInput(
            f"The name of an environment has at most {_MAX_NAME} characters.", field="name"
        )
    if "description" in values:
        checked_text(values["description"])
    return values


def _in_use(name: str, uses: dict[str, int]) -> Conflict:
    counted = ", ".join(
        f"{count} {what.replace('_', ' ')}" for what, count in uses.items() if count
    )
    return Conflict(f"The environment {name!r} is in use: it has {counted}. Move or delete them.")
