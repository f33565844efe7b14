"""What people create, change and delete by name: what those tables have in common."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

from dagy_gql.db import json_text
from dagy_gql.errors import NotFound
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import Where
from dagy_gql.repositories.writing import WritableRepository


class EntityRepository(WritableRepository):
    """Values are given by column, JSON columns as they are.

    `columns` are what lists and the audit log may hold; `unaudited` those of them that the log
    leaves out because they follow from the others.
    """

    json_columns: ClassVar[frozenset[str]] = frozenset()
    unaudited: ClassVar[frozenset[str]] = frozenset({"created_at", "updated_at"})

    async def by_name(self, name: str) -> asyncpg.Record:
        """Raises NotFound."""
        row = await self.first(self.where().add("name = {}", name))
        if row is None:
            raise NotFound(self.noun, name)
        return row

    async def add(self, values: Mapping[str, Any], *, now: datetime) -> asyncpg.Record:
        """Raises asyncpg.UniqueViolationError for a name that is taken."""
        own = {"id": new_id(), "created_at": now, "updated_at": now}
        return await self.insert(own | self._stored(values))

    async def alter(self, key: UUID, values: Mapping[str, Any], *, now: datetime) -> asyncpg.Record:
        """Raises asyncpg.UniqueViolationError for a name that is taken."""
        return await self.change(key, self._stored(values) | {"updated_at": now})

    def _stored(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            column: json_text(value) if column in self.json_columns else value
            for column, value in values.items()
        }


def narrowed(where: Where, conditions: Iterable[tuple[str, Any]]) -> Where:
    """With every condition whose value is not None."""
    for condition, value in conditions:
        if value is not None:
            where.add(condition, value)
    return where
