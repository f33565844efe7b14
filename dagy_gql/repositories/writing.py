"""Rows of one organization that are added, held, changed and removed by their columns."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.errors import NotFound
from dagy_gql.repositories.base import OrgRepository, Where


class WritableRepository(OrgRepository):
    """Columns come from our own code, never from a client; JSON columns take JSON text. `whole`
    are the columns of what writing answers with."""

    whole: ClassVar[str] = "*"

    async def insert(self, values: Mapping[str, Any]) -> asyncpg.Record:
        """Raises asyncpg.UniqueViolationError."""
        columns = ["org_id", *values]
        places = ", ".join(f"${place + 1}" for place in range(len(columns)))
        sql = " ".join(
            [
                "INSERT INTO",
                self.table,
                f"({', '.join(columns)}) VALUES ({places})",
                "RETURNING",
                self.whole,
            ]
        )
        row = await db.fetch_row(sql, self.org_id, *values.values())
        assert row is not None
        return row

    async def held(self, key: UUID) -> asyncpg.Record:
        """The row, locked until the transaction ends. Raises NotFound."""
        place = "WHERE org_id = $1 AND id = $2 FOR UPDATE"
        sql = " ".join(["SELECT", self.whole, "FROM", self.table, place])
        row = await db.fetch_row(sql, self.org_id, key)
        if row is None:
            raise NotFound(self.noun, key)
        return row

    async def change(self, key: UUID, values: Mapping[str, Any]) -> asyncpg.Record:
        """`values` is not empty. Raises asyncpg.UniqueViolationError, NotFound."""
        settings = ", ".join(f"{column} = ${place + 3}" for place, column in enumerate(values))
        sql = " ".join(
            [
                *("UPDATE", self.table, "SET", settings, "WHERE org_id = $1 AND id = $2"),
                *("RETURNING", self.whole),
            ]
        )
        row = await db.fetch_row(sql, self.org_id, key, *values.values())
        if row is None:
            raise NotFound(self.noun, key)
        return row

    async def change_where(self, where: Where, column: str, value: Any) -> int:
        """Returns how many rows matched."""
        sql = " ".join(["UPDATE", self.table, "SET", column, "=", where.place(value), "WHERE"])
        return await db.execute(f"{sql} {where}", *where.values)

    async def remove(self, key: UUID) -> None:
        """Raises NotFound, and asyncpg.RestrictViolationError for what is in use."""
        sql = " ".join(["DELETE FROM", self.table, "WHERE org_id = $1 AND id = $2"])
        if await db.execute(sql, self.org_id, key) == 0:
            raise NotFound(self.noun, key)

    async def exists(self, where: Where) -> bool:
        return await self.first(where, columns="1") is not None
