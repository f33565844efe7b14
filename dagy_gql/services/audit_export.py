"""The audit log as a file: CSV or JSON lines, oldest first, in memory for a piece at a time."""

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from operator import itemgetter
from typing import Any

import asyncpg

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.repositories.audit import AuditFilter, AuditRepository
from dagy_gql.repositories.pagination import encode_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit
from dagy_gql.services.tables import Format

_CHUNK = 1000


# Names and values of the GraphQL type AuditLog.
_COLUMNS: dict[str, Callable[[asyncpg.Record], Any]] = {
    "id": lambda row: encode_id("AuditLog", row["id"]),
    "sequence": itemgetter("sequence"),
    "at": lambda row: row["at"].isoformat(),
    "actorKind": itemgetter("actor_kind"),
    "actorId": audit.actor_reference,
    "actorName": itemgetter("actor_name"),
    "action": itemgetter("action"),
    "resourceType": itemgetter("resource_type"),
    "resourceId": audit.resource_reference,
    "resourceName": itemgetter("resource_name"),
    "before": itemgetter("before"),
    "after": itemgetter("after"),
    "requestId": itemgetter("request_id"),
    "address": itemgetter("address"),
    "previousHash": itemgetter("previous_hash"),
    "hash": itemgetter("hash"),
}


def _document(row: asyncpg.Record) -> dict[str, Any]:
    return {name: read(row) for name, read in _COLUMNS.items()}


async def export(
    rt: Runtime, actor: Actor, filter_: AuditFilter, *, format_: Format
) -> AsyncIterator[bytes]:
    """What matches up to now, piece by piece. Exporting is noted before the first of them."""
    end = await AuditRepository(actor.org_id).end()
    wanted = {name: value for name, value in asdict(filter_).items() if value is not None}
    async with db.transaction():
        audit.note(actor, "audit.export", "AuditLog", None, after={"format": format_} | wanted)
    return _pieces(actor, filter_, format_=format_, upto=end["sequence"] or 0)


async def _pieces(
    actor: Actor, filter_: AuditFilter, *, format_: Format, upto: int
) -> AsyncIterator[bytes]:
    if format_ is Format.CSV:
        yield format_.head(_COLUMNS)
    repository = AuditRepository(actor.org_id)
    async for rows in repository.exported(filter_, upto=upto, limit=_CHUNK):
        yield format_.lines([_document(row) for row in rows])
