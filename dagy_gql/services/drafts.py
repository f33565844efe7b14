"""Drafts of flows: saved over and over, by several people, and nobody's work is lost."""

from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.errors import Conflict
from dagy_gql.repositories.drafts import DagDraftRepository
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import changes, draft_graphs
from dagy_gql.services.changes import Changes, checked_text
from dagy_gql.services.labels import checked_name

_COLUMNS = ("name", "description", "flow_id", "graph")


async def create(rt: Runtime, actor: Actor, wanted: Changes) -> asyncpg.Record:
    """Raises NotFound (flow), BadUserInput with the field, Conflict (name)."""
    async with db.transaction():
        values = {"description": "", "flow_id": None, "graph": {}} | dict(wanted)
        return await _add(actor, await _checked(actor, values))


async def duplicate(rt: Runtime, actor: Actor, *, draft_id: UUID, name: str) -> asyncpg.Record:
    """Raises NotFound, BadUserInput (name), Conflict (name)."""
    repository = DagDraftRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held(draft_id)
        values = {column: row[column] for column in _COLUMNS} | {"name": checked_name(name)}
        return await _add(actor, values)


async def update(
    rt: Runtime, actor: Actor, wanted: Changes, *, draft_id: UUID, revision: int
) -> asyncpg.Record:
    """`revision` is what the change started from. Columns that are not in `wanted` stay.

    Raises what `create` does; Conflict with `currentRevision` where somebody was faster.
    """
    repository = DagDraftRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held(draft_id)
        if row["revision"] != revision:
            raise Conflict(
                f"The draft {row['name']!r} was saved meanwhile by {row['updated_by']}:"
                f" revision {row['revision']}, not {revision}. Load it and try again.",
                field="revision",
                currentRevision=row["revision"],
            )
        values = await _checked(actor, dict(wanted))
        values |= {"revision": revision + 1, "updated_by": actor.name}
        return await changes.alter(actor, repository, "DagDraft", row, values)


async def delete(rt: Runtime, actor: Actor, *, draft_id: UUID) -> None:
    """Raises NotFound."""
    repository = DagDraftRepository(actor.org_id)
    async with db.transaction():
        await changes.remove(actor, repository, "DagDraft", await repository.held(draft_id))


async def _add(actor: Actor, values: dict[str, Any]) -> asyncpg.Record:
    own = {"revision": 1, "created_by": actor.name, "updated_by": actor.name}
    return await changes.add(actor, DagDraftRepository(actor.org_id), "DagDraft", values | own)


async def _checked(actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    if "name" in values:
        checked_name(values["name"])
    if "description" in values:
        checked_text(values["description"])
    if values.get("flow_id") is not None:
        await FlowRepository(actor.org_id).by_id(values["flow_id"])
    if "graph" in values:
        values["graph"] = draft_graphs.checked(values["graph"])
    return values
