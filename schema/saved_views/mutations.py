"""createSavedView, updateSavedView, deleteSavedView."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import saved_views
from schema.context import Info
from schema.entities import sent
from schema.fields import field, object_type
from schema.runs.inputs import RunFilter
from schema.saved_views.types import SavedView

_SHARED = "Of a shared view also RUNS_WRITE."


@strawberry.input
class CreateSavedViewInput:
    name: str
    filter: RunFilter | None = UNSET
    query: str | None = strawberry.field(default=UNSET, description="2,000 characters at most.")
    is_shared: bool | None = UNSET


@strawberry.input(description="What is left out stays as it is.")
class UpdateSavedViewInput:
    id: strawberry.ID
    name: str | None = UNSET
    filter: RunFilter | None = strawberry.field(
        default=UNSET, description="Takes the place of the whole filter."
    )
    query: str | None = UNSET
    is_shared: bool | None = UNSET


@strawberry.input
class DeleteSavedViewInput:
    id: strawberry.ID


@object_type(requires=Permission.RUNS_READ)
class CreateSavedViewPayload:
    saved_view: SavedView


@object_type(requires=Permission.RUNS_READ)
class UpdateSavedViewPayload:
    saved_view: SavedView


@object_type(requires=Permission.RUNS_READ)
class DeleteSavedViewPayload:
    deleted_id: strawberry.ID


def _wanted(input: CreateSavedViewInput | UpdateSavedViewInput) -> dict[str, Any]:
    values = sent(input)
    filter: RunFilter | None = values.pop("filter", None)
    return values if filter is None else values | {"run_filter": filter.wish()}


async def _create(info: Info, input: CreateSavedViewInput) -> Any:
    context = info.context
    return {"saved_view": await saved_views.create(context.rt, context.actor, _wanted(input))}


async def _update(info: Info, input: UpdateSavedViewInput) -> Any:
    context = info.context
    key = decode_id_of("SavedView", input.id)
    row = await saved_views.update(context.rt, context.actor, _wanted(input), view_id=key)
    return {"saved_view": row}


async def _delete(info: Info, input: DeleteSavedViewInput) -> Any:
    context = info.context
    await saved_views.delete(context.rt, context.actor, view_id=decode_id_of("SavedView", input.id))
    return {"deleted_id": input.id}


@strawberry.type
class SavedViewMutations:
    create_saved_view: CreateSavedViewPayload = field(
        _create, requires=Permission.RUNS_READ, description=_SHARED
    )
    update_saved_view: UpdateSavedViewPayload = field(
        _update, requires=Permission.RUNS_READ, description=_SHARED
    )
    delete_saved_view: DeleteSavedViewPayload = field(
        _delete, requires=Permission.RUNS_READ, description=_SHARED
    )
