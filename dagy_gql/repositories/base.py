"""The only way to a row: an OrgRepository is bound to one organization, and so is its every
query. Rows are asyncpg Records; a missing row and somebody else's row are the same NotFound."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.errors import NotFound
from dagy_gql.repositories.pagination import OLDEST_FIRST, Order, Page, Slice

COUNT_CAP = 10_000
# Look-ups of one statement: of the values of one column, and of the combinations of several.
MAX_LOOKUPS = 100
MAX_COMBINED = 32

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Among:
    """A column has one of `count` values: those of `source`, an expression of FROM; `condition`
    says the same of a row."""

    column: str
    source: str
    condition: str
    count: int


@dataclass(frozen=True, slots=True)
class Branch:
    """What one of several alternatives asks for. `is_keyed`: by keys, so that nothing else is
    looked up for its rows."""

    condition: str
    among: Among | None = None
    is_keyed: bool = False

    def __str__(self) -> str:
        return " AND ".join([self.condition, *([self.among.condition] if self.among else [])])


class Where:
    """Conditions of one query with their values. `{}` in a condition stands for the next value:
    `where.add("state = ANY({}::text[])", states)`."""

    def __init__(self, org_id: UUID, *, column: str = "org_id") -> None:
        self.values: list[Any] = [org_id]
        self._own = f"{column} = $1"
        self._conditions = [self._own]
        self._among: list[Among] = []
        self._choices: list[tuple[Branch, ...]] = []
        self._overlaps = False

    def beside(self) -> "Where":
        """Other conditions for the same statement: the values are shared."""
        other = copy(self)
        other._conditions, other._among, other._choices = [self._own], [], []
        other._overlaps = False
        return other

    def add(self, condition: str, *values: Any) -> "Where":
        self._conditions.append(condition.format(*(self.place(value) for value in values)))
        return self

    def among(self, column: str, values: Iterable[str]) -> "Where":
        """The column has one of the values; see `limited`."""
        self._among.append(self.one_of(column, values))
        return self

    def one_of(self, column: str, values: Iterable[Hashable], *, kind: str = "text") -> Among:
        distinct = list(dict.fromkeys(values))
        several = f"{self.place(distinct)}::{kind}[]"
        source, condition = f"unnest({several})", f"{column} = ANY({several})"
        return Among(column, source, condition, len(distinct))

    def either(self, *branches: Branch) -> "Where":
        """One of these holds; no row may answer to two of them. See `limited`."""
        self._choices.append(branches)
        return self

    def any_of(self, *branches: Branch) -> "Where":
        """At least one of these holds; rows have a column `id`. See `limited`."""
        self._overlaps = True
        return self.either(*branches or [Branch("false")])

    def place(self, value: Any) -> str:
        """Take a value in; returns its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"

    def keys(self, page: Page, order: Order) -> "Where":
        """Only what lies between the page's cursors."""
        columns = ", ".join(order.columns)
        for key, is_after in ((page.after, True), (page.before, False)):
            if key is not None:
                sign = ">" if is_after != order.descending else "<"
                places = ", ".join(self.place(part) for part in key)
                self._conditions.append(f"({columns}) {sign} ({places})")
        return self

    def __str__(self) -> str:
        return " AND ".join([*self._plain(), *map(_any_of, self._choices)])

    def _plain(self) -> list[str]:
        return [*self._conditions, *(each.condition for each in self._among)]

    def limited(self, columns: str, table: str, *, order: str = "", limit: int) -> str:
        """A statement for the first rows in an order.

        Where a column may have several values, or there are alternatives, each is looked up by
        itself and the results are merged: an index on (column, order) then gives rows as fast for
        rare values as for frequent ones, whatever the planner thinks of them. A column that would
        make too many look-ups is a condition of the others.
        """
        parts = [
            select(columns, table, " AND ".join(conditions), order=order, limit=limit)
            for conditions in self._keyed()
        ]
        for branches in product(*map(_unkeyed, self._choices)):
            among = [*self._among, *(branch.among for branch in branches if branch.among)]
            conditions = [*self._conditions, *(branch.condition for branch in branches)]
            parts.append(self._merged(columns, table, conditions, among, order, limit))
        if len(parts) == 1:
            return parts[0]
        union = " UNION ALL ".join(f"({part})" for part in parts)
        once = "DISTINCT ON (id) found.*" if self._overlaps else "found.*"
        return select(once, f"({union}) AS found", "true", order=order, limit=limit)

    def _keyed(self) -> Iterator[list[str]]:
        for place, some in enumerate(self._choices):
            others = [*self._choices[:place], *self._choices[place + 1 :]]
            for branch in some:
                if branch.is_keyed:
                    yield [*self._plain(), *map(_any_of, others), branch.condition]

    def counted(self, table: str, *, limit: int) -> str:
        """A statement for so many rows that it is as fast to count as it is to find them."""
        return self.limited("id" if self._overlaps else "1", table, limit=limit)

    def _merged(
        self,
        columns: str,
        table: str,
        conditions: list[str],
        among: list[Among],
        order: str,
        limit: int,
    ) -> str:
        apart, rest = _looked_up(among)
        fixed = [f"{each.column} = among{place}.value" for place, each in enumerate(apart)]
        found = " AND ".join([*conditions, *(each.condition for each in rest), *fixed])
        inner = select(columns, table, found, order=order, limit=limit)
        if not apart:
            return inner
        sources = [f"{each.source} AS among{place}(value)" for place, each in enumerate(apart)]
        source = f"{' CROSS JOIN '.join(sources)} CROSS JOIN LATERAL ({inner}) AS found"
        return select("found.*", source, "true", order=order, limit=limit)


def _unkeyed(some: Iterable[Branch]) -> list[Branch]:
    return [branch for branch in some if not branch.is_keyed]


def _any_of(some: Iterable[Branch]) -> str:
    return f"({' OR '.join(f'({branch})' for branch in some)})"


def _looked_up(among: list[Among]) -> tuple[list[Among], list[Among]]:
    """Those whose values are looked up one by one, and the others."""
    apart: list[Among] = []
    rest: list[Among] = []
    lookups = 1
    for each in among:
        is_few = lookups * each.count <= (MAX_COMBINED if apart else MAX_LOOKUPS)
        (apart if is_few else rest).append(each)
        lookups *= each.count if is_few else 1
    return apart, rest


def select(
    columns: str, table: str, where: Where | str, *, order: str = "", limit: int | None = None
) -> str:
    """A statement from trusted parts: constants of our own code and placeholders."""
    parts = ["SELECT", columns, "FROM", table, "WHERE", str(where)]
    if order:
        parts += ["ORDER BY", order]
    if limit is not None:
        parts += ["LIMIT", str(limit)]
    return " ".join(parts)


class OrgRepository:
    """Subclasses name their table and the columns that their readers need."""

    table: ClassVar[str]
    noun: ClassVar[str]
    columns: ClassVar[str] = "*"
    order: ClassVar[Order] = OLDEST_FIRST

    def __init__(self, org_id: UUID) -> None:
        self.org_id = org_id

    def where(self) -> Where:
        return Where(self.org_id)

    async def first(self, where: Where, *, columns: str | None = None) -> asyncpg.Record | None:
        sql = select(columns or self.columns, self.table, where, limit=1)
        return await db.fetch_row(sql, *where.values)

    async def by_id(self, key: UUID) -> asyncpg.Record:
        """Raises NotFound."""
        row = await self.first(self.where().add("id = {}", key))
        if row is None:
            raise NotFound(self.noun, key)
        return row

    async def by_ids(
        self, keys: Iterable[UUID], *, columns: str | None = None
    ) -> list[asyncpg.Record]:
        """The rows that exist, in no particular order."""
        where = self.where().add("id = ANY({}::uuid[])", list(keys))
        return await db.fetch(select(columns or self.columns, self.table, where), *where.values)

    async def values(self, column: str, keys: Iterable[UUID]) -> dict[UUID, Any]:
        """One column of many rows, by id: for what is too large to be in every list."""
        rows = await self.by_ids(keys, columns=f"id, {column}")
        return {row["id"]: row[column] for row in rows}

    async def all(self, where: Where, *, order: Order | None = None) -> list[asyncpg.Record]:
        by = (order or self.order).by(backward=False)
        return await db.fetch(select(self.columns, self.table, where, order=by), *where.values)

    async def slice(
        self,
        where: Where,
        *,
        page: Page,
        order: Order | None = None,
        columns: str | None = None,
    ) -> Slice:
        """One page; the cursors of `page` were read with `order.readers`."""
        order = order or self.order
        where.keys(page, order)
        by = order.by(backward=page.backward)
        sql = where.limited(columns or self.columns, self.table, order=by, limit=page.size + 1)
        return Slice.cut(await db.fetch(sql, *where.values), page, order)

    async def slices(
        self,
        parent: str,
        keys: Sequence[K],
        *,
        page: Page,
        order: Order | None = None,
        key_type: str = "uuid",
        columns: str | None = None,
        match: str | None = None,
    ) -> dict[K, Slice]:
        """The same page of many parents (`parent` is the referring column) in one query. `match`
        is the condition where a column alone does not refer to `parents.key`."""
        order = order or self.order
        where = self.where()
        parents = where.place(list(keys))
        where.add(match or f"{parent} = parents.key").keys(page, order)
        by = order.by(backward=page.backward)
        inner = select(columns or self.columns, self.table, where, order=by, limit=page.size + 1)
        source = (
            f"unnest({parents}::{key_type}[]) AS parents(key) CROSS JOIN LATERAL ({inner}) AS page"
        )
        rows = await db.fetch(
            select("parents.key AS parent_key, page.*", source, "true"), *where.values
        )
        groups: dict[K, list[asyncpg.Record]] = {key: [] for key in keys}
        for row in rows:
            groups[row["parent_key"]].append(row)
        return {key: Slice.cut(group, page, order) for key, group in groups.items()}

    async def count(self, where: Where, *, cap: int = COUNT_CAP) -> int:
        """How many rows match, counted up to `cap`."""
        inner = where.counted(self.table, limit=cap)
        sql = select("count(*)", f"({inner}) AS found", "true")
        return int(await db.fetch_value(sql, *where.values))
