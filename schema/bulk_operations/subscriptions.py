"""bulkOperation: its progress."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.bulk_operations import BulkOperationRepository
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import bulk_operations
from schema.bulk_operations.types import BulkOperation
from schema.context import Info
from schema.fields import field


async def _follow(info: Info, id: strawberry.ID) -> Any:
    context, key = info.context, decode_id_of("BulkOperation", id)
    await BulkOperationRepository(context.actor.org_id).by_id(key)
    return bulk_operations.follow(context.rt, context.actor, key)


@strawberry.type
class BulkOperationSubscriptions:
    bulk_operation: BulkOperation = field(
        _follow,
        requires=Permission.RUNS_READ,
        subscription=True,
        description="Where it stands, then as it moves, at most five times a second; completes "
        "when it has ended.",
    )
