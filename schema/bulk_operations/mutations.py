"""createBulkOperation, cancelBulkOperation."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import bulk_operations
from dagy_gql.services.bulk_operations import BulkWish
from schema.bulk_operations.types import BulkOperation
from schema.context import Info
from schema.enums import BulkAction
from schema.fields import field, object_type
from schema.runs.inputs import RunFilter


@strawberry.input(description="Give exactly one of runIds and filter.")
class CreateBulkOperationInput:
    action: BulkAction
    run_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="1,000 at most."
    )
    filter: RunFilter | None = strawberry.field(
        default=None, description="The runs that match now, 100,000 at most."
    )
    undo_seconds: int = strawberry.field(
        default=5, description="From 0 to 60: how long it can be undone before it starts."
    )

    def wish(self) -> BulkWish:
        ids = self.run_ids
        return BulkWish(
            action=self.action,
            run_ids=None if ids is None else [decode_id_of("Run", i, field="runIds") for i in ids],
            filter=None if self.filter is None else self.filter.wish(),
            undo_seconds=self.undo_seconds,
        )


@strawberry.input
class CancelBulkOperationInput:
    id: strawberry.ID


@object_type(requires=Permission.RUNS_WRITE)
class CreateBulkOperationPayload:
    bulk_operation: BulkOperation


@object_type(requires=Permission.RUNS_WRITE)
class CancelBulkOperationPayload:
    bulk_operation: BulkOperation


async def _create(info: Info, input: CreateBulkOperationInput) -> Any:
    context = info.context
    row = await bulk_operations.create(context.rt, context.actor, input.wish())
    return {"bulk_operation": row}


async def _cancel(info: Info, input: CancelBulkOperationInput) -> Any:
    context = info.context
    key = decode_id_of("BulkOperation", input.id)
    row = await bulk_operations.cancel(context.rt, context.actor, operation_id=key)
    return {"bulk_operation": row}


@strawberry.type
class BulkOperationMutations:
    create_bulk_operation: CreateBulkOperationPayload = field(
        _create,
        requires=Permission.RUNS_WRITE,
        description="Cancels or retries many runs, as by whoever asks, whose rights are looked at "
        "again while it goes on.",
    )
    cancel_bulk_operation: CancelBulkOperationPayload = field(
        _cancel,
        requires=Permission.RUNS_WRITE,
        description="Undoes it while it is WAITING; one that is RUNNING stops, and what is done "
        "stays done.",
    )
