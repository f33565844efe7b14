"""Runs as a file, newest first: CSV or JSON lines, in memory for a piece at a time."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.clock import milliseconds_between
from dagy_gql.enums import Executor
from dagy_gql.repositories.base import OrgRepository
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.repositories.pagination import Page, encode_id
from dagy_gql.repositories.run_filters import RunFilter, RunSearch
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, run_filters
from dagy_gql.services.run_filters import RunWish
from dagy_gql.services.tables import Format

_CHUNK = 1000
_READ = (
    "id, slug, flow_id, flow_name, deployment_id, environment_id, state, reason, error, trigger,"
    " executor, attempt, retry_of_id, tags, created_by, created_at, queued_at, started_at,"
    " finished_at"
)


@dataclass(frozen=True, slots=True)
class _Names:
    """Of what a piece of the runs refers to, by key."""

    versions: Mapping[UUID, str]
    deployments: Mapping[UUID, str]
    environments: Mapping[UUID, str]


Read = Callable[[asyncpg.Record, _Names], Any]


def _column(name: str) -> Read:
    return lambda row, _names: row[name]


def _moment(name: str) -> Read:
    def read(row: asyncpg.Record, _names: _Names) -> str | None:
        moment = row[name]
        return None if moment is None else moment.isoformat().replace("+00:00", "Z")

    return read


def _milliseconds(start: str, end: str) -> Read:
    def read(row: asyncpg.Record, _names: _Names) -> int | None:
        if row[start] is None or row[end] is None:
            return None
        return milliseconds_between(row[start], row[end])

    return read


def _part(name: str, key: str) -> Read:
    return lambda row, _names: (row[name] or {}).get(key)


# Names and values as the GraphQL type Run has them, as far as a cell can hold them.
_COLUMNS: dict[str, Read] = {
    "id": lambda row, _names: encode_id("Run", row["id"]),
    "slug": _column("slug"),
    "state": _column("state"),
    "flow": _column("flow_name"),
    "flowVersion": lambda row, names: names.versions.get(row["flow_id"]),
    "deployment": lambda row, names: names.deployments.get(row["deployment_id"]),
    "environment": lambda row, names: names.environments.get(row["environment_id"]),
    "trigger": _column("trigger"),
    "executor": lambda row, _names: Executor(row["executor"]).name,
    "attempt": _column("attempt"),
    "createdAt": _moment("created_at"),
    "queuedAt": _moment("queued_at"),
    "startedAt": _moment("started_at"),
    "finishedAt": _moment("finished_at"),
    "queueMs": _milliseconds("queued_at", "started_at"),
    "durationMs": _milliseconds("started_at", "finished_at"),
    "reason": _part("reason", "message"),
    "errorCode": _part("error", "code"),
    "error": _part("error", "message"),
    "tags": _column("tags"),
    "retryOf": lambda row, _names: row["retry_of_id"] and encode_id("Run", row["retry_of_id"]),
}
_CREATED_BY: dict[str, Read] = {"createdBy": _column("created_by")}


async def export(
    rt: Runtime, actor: Actor, wish: RunWish, *, format_: Format
) -> AsyncIterator[bytes]:
    """What matches, piece by piece. Exporting is noted before the first of them. Raises
    BadUserInput."""
    wanted = run_filters.stored(actor, wish)
    (filter_,) = await RunSearch(actor.org_id).settled_to_count([wanted])
    asked = {"format": format_, "filter": run_filters.document(wish)}
    async with db.transaction():
        audit.note(actor, "run.export", "Run", None, after=asked)
    return _pieces(actor, filter_, format_=format_)


async def _pieces(actor: Actor, filter_: RunFilter, *, format_: Format) -> AsyncIterator[bytes]:
    columns = _COLUMNS | (_CREATED_BY if actor.can(Permission.EMAILS_READ) else {})
    if format_ is Format.CSV:
        yield format_.head(columns)
    search, page = RunSearch(actor.org_id), Page(size=_CHUNK)
    while True:
        found = await search.slice(filter_.apply(search.where()), page=page, columns=_READ)
        names = await _names(actor, found.rows)
        documents = [
            {name: read(row, names) for name, read in columns.items()} for row in found.rows
        ]
        yield format_.lines(documents)
        if not found.has_next:
            return
        page = Page(size=_CHUNK, after=found.order.key(found.rows[-1]))


async def _names(actor: Actor, rows: list[asyncpg.Record]) -> _Names:
    async def of(
        repository: type[OrgRepository], key: str, column: str = "name"
    ) -> dict[UUID, str]:
        keys = {row[key] for row in rows if row[key] is not None}
        return await repository(actor.org_id).values(column, keys)

    return _Names(
        versions=await of(FlowRepository, "flow_id", "version"),
        deployments=await of(DeploymentRepository, "deployment_id"),
        environments=await of(EnvironmentRepository, "environment_id"),
    )
