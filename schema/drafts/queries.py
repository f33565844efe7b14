"""dagDraft, dagDrafts."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.drafts import DagDraftRepository
from schema.arguments import optional_id
from schema.context import Info
from schema.drafts.types import DagDraft
from schema.entities import one, page_of
from schema.fields import field
from schema.pagination import Connection


@strawberry.input
class DagDraftFilter:
    flow_id: strawberry.ID | None = strawberry.field(
        default=None, description="The version it was drawn from."
    )


async def _draft(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    return await one(info, DagDraftRepository, "DagDraft", id=id, name=name)


async def _drafts(
    info: Info,
    filter: DagDraftFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    flow_id = optional_id("Flow", filter.flow_id if filter else None, field="flowId")
    return await page_of(
        info,
        DagDraftRepository,
        lambda rows: rows.matching(flow_id=flow_id),
        first=first,
        after=after,
        last=last,
        before=before,
    )


@strawberry.type
class DraftQueries:
    dag_draft: DagDraft | None = field(_draft, requires=Permission.DRAFTS_READ)
    dag_drafts: Connection[DagDraft] = field(
        _drafts, requires=Permission.DRAFTS_READ, description="Newest first."
    )
