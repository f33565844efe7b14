"""savedView, savedViews."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import saved_views
from schema.context import Info
from schema.entities import page
from schema.fields import field
from schema.pagination import Connection
from schema.saved_views.types import SavedView


async def _view(info: Info, id: strawberry.ID) -> Any:
    return await saved_views.seen_by(info.context.actor).by_id(decode_id_of("SavedView", id))


async def _views(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    rows = saved_views.seen_by(info.context.actor)
    return await page(info, rows, rows.where, first=first, after=after, last=last, before=before)


@strawberry.type
class SavedViewQueries:
    saved_view: SavedView | None = field(_view, requires=Permission.RUNS_READ)
    saved_views: Connection[SavedView] = field(
        _views, requires=Permission.RUNS_READ, description="One's own and shared ones, by name."
    )
