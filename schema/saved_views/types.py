"""SavedView: a filter of runs with a name."""

from collections.abc import Sequence
from inspect import isawaitable
from typing import Any
from uuid import UUID

import orjson
import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.services import saved_views
from schema.audit.types import audit_by_resource
from schema.context import Context
from schema.fields import field, object_type
from schema.nodes import Node, node_id
from schema.pagination import lazy_connection, pages
from schema.scalars import JSON, DateTime


def _document(row: Any) -> bytes:
    return orjson.dumps(row["run_filter"], option=orjson.OPT_SORT_KEYS)


async def _numbers(context: Context, keys: Sequence[bytes]) -> dict[bytes, int]:
    documents = [orjson.loads(key) for key in keys]
    found = await saved_views.counts(context.rt, context.actor, documents)
    return dict(zip(keys, found, strict=True))


async def _shared_numbers(context: Context, keys: Sequence[bytes]) -> dict[bytes, int]:
    """The same for both fields that ask for them."""
    found = {key: context.load(_numbers, key) for key in keys}
    return {key: await each if isawaitable(each) else each for key, each in found.items()}


async def _counts(context: Context, keys: Sequence[bytes]) -> dict[bytes, int]:
    found = await _shared_numbers(context, keys)
    return {key: min(number, saved_views.COUNT_CAP) for key, number in found.items()}


async def _are_capped(context: Context, keys: Sequence[bytes]) -> dict[bytes, bool]:
    found = await _shared_numbers(context, keys)
    return {key: number > saved_views.COUNT_CAP for key, number in found.items()}


async def _are_mine(context: Context, keys: Sequence[UUID]) -> dict[UUID, bool]:
    return {key: key == saved_views.owner_of(context.actor) for key in keys}


@object_type(description="A filter of runs with a name, one's own or shared.")
class SavedView(Node):
    id: strawberry.ID = node_id("SavedView")
    name: str
    filter: JSON = field(
        read=lambda row: row["run_filter"],
        columns=("run_filter",),
        description="The RunFilter as it was given.",
    )
    query: str = field(description="The page's part of an address behind the question mark.")
    is_shared: bool
    is_mine: bool = field(load=_are_mine, key="owner_id")
    count: int = field(
        load=_counts,
        key=_document,
        columns=("run_filter",),
        description="Runs that match now, counted up to 1,000.",
    )
    is_count_capped: bool = field(load=_are_capped, key=_document, columns=("run_filter",))
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
