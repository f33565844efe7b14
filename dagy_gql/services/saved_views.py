"""Saved views: filters of runs with a name, one's own or shared with the organization.

Whoever may look at runs keeps views of their own; a shared one is made, changed and deleted by
those who may change runs.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput, Conflict, Forbidden, NotAllowed
from dagy_gql.repositories.run_filters import RunSearch
from dagy_gql.repositories.saved_views import SavedViewRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import changes, run_filters
from dagy_gql.services.changes import Changes
from dagy_gql.services.labels import checked_name
from dagy_gql.services.run_filters import RunWish

MAX_VIEWS = 100
COUNT_CAP = run_filters.COUNT_CAP
_MAX_QUERY = 2_000
_TYPE = "SavedView"


def owner_of(actor: Actor) -> UUID | None:
    """Whose views the actor has: a person's key has the person's."""
    return actor.service_account_id or actor.user_id


def seen_by(actor: Actor) -> SavedViewRepository:
    return SavedViewRepository(actor.org_id, viewer=owner_of(actor))


async def create(rt: Runtime, actor: Actor, wanted: Changes) -> asyncpg.Record:
    """Raises BadUserInput with the field, Forbidden, Conflict (name, too many)."""
    owner, repository = owner_of(actor), seen_by(actor)
    if owner is None:
        raise NotAllowed("The installation itself has no views.")
    defaults: dict[str, Any] = {"run_filter": {}, "query": "", "is_shared": False}
    values = defaults | _checked(actor, wanted)
    _require_right(actor, is_shared=values["is_shared"])
    async with db.transaction():
        if await repository.number_of(owner) >= MAX_VIEWS:
            raise Conflict(f"You have {MAX_VIEWS} saved views, which is the limit: delete one.")
        own = {"owner_id": owner, "created_by": actor.name}
        return await changes.add(actor, repository, _TYPE, own | values)


async def update(rt: Runtime, actor: Actor, wanted: Changes, *, view_id: UUID) -> asyncpg.Record:
    """Columns that are not in `wanted` stay. Raises NotFound, and what `create` does."""
    values, repository = _checked(actor, wanted), seen_by(actor)
    async with db.transaction():
        current = await repository.held(view_id)
        is_shared = values.get("is_shared", current["is_shared"])
        _require_right(actor, is_shared=is_shared or current["is_shared"])
        if not is_shared and current["owner_id"] != owner_of(actor):
            raise NotAllowed("Only who made a shared view can take it back.", field="isShared")
        return await changes.alter(actor, repository, _TYPE, current, values)


async def delete(rt: Runtime, actor: Actor, *, view_id: UUID) -> None:
    """Raises NotFound, Forbidden."""
    repository = seen_by(actor)
    async with db.transaction():
        current = await repository.held(view_id)
        _require_right(actor, is_shared=current["is_shared"])
        await changes.remove(actor, repository, _TYPE, current)


async def counts(rt: Runtime, actor: Actor, documents: Sequence[dict[str, Any]]) -> list[int]:
    """How many runs match each filter now, counted up to 1,001."""
    repository = RunSearch(actor.org_id)
    wishes = [run_filters.of_document(document) for document in documents]
    wanted = [run_filters.stored(actor, wish) for wish in wishes]
    return await repository.counts(wanted, cap=COUNT_CAP + 1)


def _require_right(actor: Actor, *, is_shared: bool) -> None:
    if is_shared and not actor.can(Permission.RUNS_WRITE):
        raise Forbidden(Permission.RUNS_WRITE.name, field="isShared")


def _checked(actor: Actor, wanted: Changes) -> dict[str, Any]:
    values = dict(wanted)
    if "name" in values:
        checked_name(values["name"])
    if "query" in values and (len(values["query"]) > _MAX_QUERY or "\x00" in values["query"]):
        raise BadUserInput(
            f"A query has at most {_MAX_QUERY} characters, and no NUL.", field="query"
        )
    wish: RunWish | None = values.get("run_filter")
    if wish is not None:
        run_filters.stored(actor, wish)
        values["run_filter"] = run_filters.document(wish)
    return values
