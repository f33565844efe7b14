"""Flows: one row per version, and a "latest" pointer per name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.enums import Executor, FlowStatus
from dagy_gql.errors import NotFound
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.pagination import NEWEST_FIRST, Order, Page, Slice, cursor_text


class FlowOrder(StrEnum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    NAME_ASC = "NAME_ASC"

    @property
    def order(self) -> Order:
        if self is FlowOrder.NAME_ASC:
            return Order(columns=("name",), readers=(cursor_text,))
        return Order(descending=self is FlowOrder.CREATED_AT_DESC)


@dataclass(frozen=True, slots=True)
class FlowFilter:
    """None does not filter. `namespace` takes the ones below it too; `search` looks for the
    text in names."""

    name: str | None = None
    namespace: str | None = None
    status: FlowStatus | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class NewFlow:
    """`spec` and `tags` are JSON text."""

    name: str
    version: str
    namespace: str
    description: str
    tags: str
    spec: str
    spec_sha256: str
    artifact_sha256: str
    default_executor: Executor | None
    created_by: str


def _literal(text: str) -> str:
    """The text as LIKE takes it word for word."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class FlowRepository(OrgRepository):
    """Rows come without the FlowSpec, which may be large: `spec` and `values` read it."""

    table = "flows"
    noun = "flow"
    order = NEWEST_FIRST
    columns = (
        "id, name, version, namespace, description, tags, artifact_sha256, spec_sha256,"
        " status, default_executor, is_latest, created_by, created_at"
    )

    def latest(self, filter_: FlowFilter) -> Where:
        """Conditions of the list with one row per name."""
        where = self.where().add("is_latest")
        if filter_.name is not None:
            where.add("name = {}", filter_.name)
        if filter_.namespace:
            below = f"{_literal(filter_.namespace.rstrip('/'))}/%"
            where.add("(namespace = {} OR namespace LIKE {})", filter_.namespace, below)
        if filter_.status is not None:
            where.add("status = {}", filter_.status)
        if filter_.search:
            where.add("name ILIKE {}", f"%{_literal(filter_.search)}%")
        return where

    def versions_of(self, name: str) -> Where:
        return self.where().add("name = {}", name)

    async def version_slices(self, names: Sequence[str], *, page: Page) -> dict[str, Slice]:
        """The same page of the versions of many names, newest first."""
        return await self.slices("name", names, page=page, key_type="text")

    async def by_version(self, name: str, version: str | None) -> asyncpg.Record | None:
        """Without a version: the latest."""
        where = self.versions_of(name)
        if version is None:
            where.add("is_latest")
        else:
            where.add("version = {}", version)
        return await self.first(where)

    async def spec(self, key: UUID) -> dict[str, Any]:
        """The FlowSpec document. Raises NotFound."""
        found = await self.values("spec", [key])
        if key not in found:
            raise NotFound(self.noun, key)
        spec: dict[str, Any] = found[key]
        return spec

    async def hold(self, name: str) -> None:
        """Registrations of one name take turns until the transaction ends."""
        key = f"{self.org_id}:flow:{name}"
        await db.fetch_value("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)

    async def add_latest(self, flow: NewFlow, now: datetime) -> asyncpg.Record:
        """Insert the version and move the pointer; the caller holds the name. It has the status of
        the versions before it."""
        await self._unpoint(flow.name)
        sql = (
            "INSERT INTO flows (id, org_id, name, version, namespace, description, tags, spec,"
            " spec_sha256, artifact_sha256, status, default_executor, is_latest, created_by,"
            " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce((SELECT status"
            " FROM flows WHERE org_id = $2 AND name = $3::varchar ORDER BY id DESC LIMIT 1),"
            " 'ACTIVE'), $11, true, $12, $13) RETURNING "
        )
        row = await db.fetch_row(
            sql + self.columns,
            new_id(),
            self.org_id,
            flow.name,
            flow.version,
            flow.namespace,
            flow.description,
            flow.tags,
            flow.spec,
            flow.spec_sha256,
            flow.artifact_sha256,
            flow.default_executor,
            flow.created_by,
            now,
        )
        assert row is not None
        return row

    async def point_to(self, flow: asyncpg.Record) -> asyncpg.Record:
        await self._unpoint(flow["name"])
        await db.execute("UPDATE flows SET is_latest = true WHERE id = $1", flow["id"])
        return await self.by_id(flow["id"])

    async def set_status(self, name: str, status: FlowStatus) -> None:
        """Of all versions; the caller holds the name."""
        await db.execute(
            "UPDATE flows SET status = $3::varchar WHERE org_id = $1 AND name = $2",
            self.org_id,
            name,
            status,
        )

    async def _unpoint(self, name: str) -> None:
        await db.execute(
            "UPDATE flows SET is_latest = false WHERE org_id = $1 AND name = $2 AND is_latest",
            self.org_id,
            name,
        )
