"""The audit log as a file: CSV or JSON lines, oldest first, in memory for a piece at a time."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict
from enum import StrEnum
from operator import itemgetter
from typing import Any

import asyncpg
import orjson

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.repositories.audit import AuditFilter, AuditRepository
from dagy_gql.repositories.pagination import encode_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit

_CHUNK = 1000
# What a spreadsheet takes for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8" if self is Format.CSV else "application/jsonl"


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


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet calculates."""
    if value is None:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """As RFC 4180 has it."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _csv(rows: list[asyncpg.Record]) -> bytes:
    return csv_lines(_document(row).values() for row in rows)


def _jsonl(rows: list[asyncpg.Record]) -> bytes:
    return b"".join(orjson.dumps(_document(row)) + b"\n" for row in rows)


_WRITERS: dict[Format, Callable[[list[asyncpg.Record]], bytes]] = {
    Format.CSV: _csv,
    Format.JSONL: _jsonl,
}


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
        yield csv_lines([_COLUMNS])
    write = _WRITERS[format_]
    repository = AuditRepository(actor.org_id)
    async for rows in repository.exported(filter_, upto=upto, limit=_CHUNK):
        yield write(rows)
