"""createDagDraft, updateDagDraft, duplicateDagDraft, deleteDagDraft."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import drafts
from schema.arguments import optional_id
from schema.context import Info
from schema.drafts.types import GRAPH, DagDraft
from schema.entities import sent
from schema.fields import field, object_type
from schema.scalars import JSON

_NULLABLE = frozenset({"flow_id"})


@strawberry.input
class CreateDagDraftInput:
    name: str
    description: str | None = UNSET
    flow_id: strawberry.ID | None = UNSET
    graph: JSON | None = strawberry.field(default=UNSET, description=GRAPH)


@strawberry.input(description="What is left out stays as it is.")
class UpdateDagDraftInput:
    id: strawberry.ID
    revision: int = strawberry.field(
        description="Of the draft as it was loaded: CONFLICT with currentRevision if it is past."
    )
    name: str | None = UNSET
    description: str | None = UNSET
    flow_id: strawberry.ID | None = UNSET
    graph: JSON | None = strawberry.field(default=UNSET, description=GRAPH)


@strawberry.input
class DuplicateDagDraftInput:
    id: strawberry.ID
    name: str = strawberry.field(description="Of the new draft.")


@strawberry.input
class DeleteDagDraftInput:
    id: strawberry.ID


@object_type(requires=Permission.DRAFTS_WRITE)
class CreateDagDraftPayload:
    dag_draft: DagDraft


@object_type(requires=Permission.DRAFTS_WRITE)
class UpdateDagDraftPayload:
    dag_draft: DagDraft


@object_type(requires=Permission.DRAFTS_WRITE)
class DuplicateDagDraftPayload:
    dag_draft: DagDraft


@object_type(requires=Permission.DRAFTS_WRITE)
class DeleteDagDraftPayload:
    deleted_id: strawberry.ID


def _wanted(input: CreateDagDraftInput | UpdateDagDraftInput) -> dict[str, Any]:
    wanted = sent(input, nullable=_NULLABLE)
    if "flow_id" in wanted:
        wanted["flow_id"] = optional_id("Flow", wanted["flow_id"], field="flowId")
    return wanted


async def _create(info: Info, input: CreateDagDraftInput) -> Any:
    context = info.context
    return {"dag_draft": await drafts.create(context.rt, context.actor, _wanted(input))}


async def _update(info: Info, input: UpdateDagDraftInput) -> Any:
    context, key = info.context, decode_id_of("DagDraft", input.id)
    wanted = _wanted(input)
    revision = wanted.pop("revision")
    row = await drafts.update(context.rt, context.actor, wanted, draft_id=key, revision=revision)
    return {"dag_draft": row}


async def _duplicate(info: Info, input: DuplicateDagDraftInput) -> Any:
    context, key = info.context, decode_id_of("DagDraft", input.id)
    row = await drafts.duplicate(context.rt, context.actor, draft_id=key, name=input.name)
    return {"dag_draft": row}


async def _delete(info: Info, input: DeleteDagDraftInput) -> Any:
    context, key = info.context, decode_id_of("DagDraft", input.id)
    await drafts.delete(context.rt, context.actor, draft_id=key)
    return {"deleted_id": input.id}


@strawberry.type
class DraftMutations:
    create_dag_draft: CreateDagDraftPayload = field(_create, requires=Permission.DRAFTS_WRITE)
    update_dag_draft: UpdateDagDraftPayload = field(_update, requires=Permission.DRAFTS_WRITE)
    duplicate_dag_draft: DuplicateDagDraftPayload = field(
        _duplicate, requires=Permission.DRAFTS_WRITE
    )
    delete_dag_draft: DeleteDagDraftPayload = field(_delete, requires=Permission.DRAFTS_WRITE)
