"""bulkOperation, bulkOperations."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.bulk_operations import BulkOperationRepository
from dagy_gql.repositories.pagination import decode_id_of
from schema.bulk_operations.types import BulkOperation
from schema.context import Info
from schema.entities import page_of
from schema.fields import field
from schema.pagination import Connection


async def _operation(info: Info, id: strawberry.ID) -> Any:
    repository = BulkOperationRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("BulkOperation", id))


async def _operations(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    return await page_of(
        info,
        BulkOperationRepository,
        BulkOperationRepository.where,
        first=first,
        after=after,
        last=last,
        before=before,
    )


@strawberry.type
class BulkOperationQueries:
    bulk_operation: BulkOperation | None = field(_operation, requires=Permission.RUNS_READ)
    bulk_operations: Connection[BulkOperation] = field(
        _operations, requires=Permission.RUNS_READ, description="Newest first."
    )
