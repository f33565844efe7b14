"""Saved views of one organization, as one of its people or service accounts sees them: their own
and those that are shared."""

from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.errors import NotFound
from dagy_gql.repositories.base import Where, select
from dagy_gql.repositories.entities import EntityRepository
from dagy_gql.repositories.pagination import Order, cursor_text


class SavedViewRepository(EntityRepository):
    """`viewer` None sees what is shared."""

    table = "saved_views"
    noun = "saved view"
    columns = "id, owner_id, name, run_filter, query, is_shared, created_by, created_at, updated_at"
    unaudited = EntityRepository.unaudited | {"owner_id"}
    json_columns = frozenset({"run_filter"})
    order = Order(columns=("name", "id"), readers=(cursor_text, UUID))

    def __init__(self, org_id: UUID, *, viewer: UUID | None = None) -> None:
        super().__init__(org_id)
        self._viewer = viewer

    def where(self) -> Where:
        return super().where().add("(is_shared OR owner_id = {})", self._viewer)

    async def held(self, key: UUID) -> asyncpg.Record:
        where = self.where().add("id = {}", key)
        sql = f"{select('*', self.table, where)} FOR UPDATE"
        row = await db.fetch_row(sql, *where.values)
        if row is None:
            raise NotFound(self.noun, key)
        return row

    async def number_of(self, owner: UUID) -> int:
        where = Where(self.org_id).add("owner_id = {}", owner)
        found = await db.fetch_value(select("count(*)", self.table, where), *where.values)
        return int(found)
