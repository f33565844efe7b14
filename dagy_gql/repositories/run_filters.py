"""What lists of runs can be narrowed by, and how many there are of what is left.

How rare a slug, a tag, a duration or a state is decides which index is the right one. These are in
the text of the statement, where PostgreSQL sees them even when it plans for any value; they are
numbers, digests, words of our own and texts of letters and digits, never what a client wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import md5
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.enums import Executor, RunState, RunTrigger
from dagy_gql.repositories.base import Branch, Where, select
from dagy_gql.repositories.pagination import NEWEST_FIRST, OLDEST_FIRST
from dagy_gql.repositories.runs import RunRepository, first_id

T = TypeVar("T")

# So many are worth a plan of their own each.
_FEW_STATES = 3
_MAX_NAMES = 1000
# Of the newest so many runs this many hold a term that is frequent: a page of it is found by
# looking at runs in the order of the list. Below that its runs are looked up by their grams.
_SAMPLE = 1_000
_FREQUENT = 20
_MAX_FOUND = 20_000

# `{}` is a term in lower case. Tags and errors as the search of migration 0014 reads them.
_TEXT_HOLDS = (
    "(strpos(slug, {0}) > 0"
    " OR (tags <> '{{}}' AND strpos(dagy_tags_text(tags), {0}) > 0)"
    " OR (error IS NOT NULL AND strpos(dagy_error_text(error), {0}) > 0))"
)
_NAME_HOLDS = "strpos(lower(flow_name), {}) > 0"
_DEPLOYMENT_HOLDS = (
    "deployment_id IN (SELECT d.id FROM deployments d"
    " WHERE d.org_id = $1 AND strpos(lower(d.name), {}) > 0)"
)


def search_sql(frequent: int) -> str:
    """Where terms are; runs by their own texts for those that fewer than `frequent` of the newest
    hold. Values: the organization, the texts, how many names at most."""
    return f"""
    SELECT wanted.text, wanted.term,
        ARRAY(
            SELECT f.name FROM flows f
            WHERE f.org_id = $1 AND f.is_latest AND strpos(lower(f.name), wanted.term) > 0 LIMIT $3
        ) AS flow_names,
        ARRAY(
            SELECT d.id FROM deployments d
            WHERE d.org_id = $1 AND strpos(lower(d.name), wanted.term) > 0 LIMIT $3
        ) AS deployment_ids,
        CASE WHEN (
            SELECT count(*) FROM (
                SELECT slug, tags, error FROM runs WHERE org_id = $1 ORDER BY id DESC LIMIT {_SAMPLE}
            ) AS newest WHERE {_TEXT_HOLDS.format("wanted.term")}
        ) < {frequent} THEN dagy_find_runs($1, wanted.term, {_MAX_FOUND + 1}) END AS run_ids
    FROM (SELECT text, lower(text) AS term FROM unnest($2::text[]) AS text) AS wanted
    """


_SEARCH = search_sql(_FREQUENT)


@dataclass(frozen=True, slots=True)
class Found:
    """What holds a search term: names of flows, deployments, and runs by their own texts. None:
    so many that the term is looked for in the texts themselves."""

    term: str
    flow_names: Sequence[str] | None
    deployment_ids: Sequence[UUID] | None
    run_ids: Sequence[UUID] | None


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Every part is an indexed column; None does not filter. `created_*` are turned into ids,
    which are times. `search` is any part of a slug, a tag, an error or the name of flow or
    deployment; `found` is where it is, once that is known (see `RunSearch.settled`)."""

    states: Sequence[RunState] | None = None
    flow_name: str | None = None
    flow_names: Sequence[str] | None = None
    flow_id: UUID | None = None
    deployment_id: UUID | None = None
    deployment_name: str | None = None
    environment: str | None = None
    trigger: RunTrigger | None = None
    executors: Sequence[Executor] | None = None
    created_by: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    min_duration_ms: int | None = None
    tags: Mapping[str, str] | None = None
    search: str | None = None
    found: Found | None = None

    def apply(self, where: Where) -> Where:
        states = self.states
        if states is None and not (self.created_by is None and self.executors is None):
            # Their indexes have the state before the order of the list.
            states = tuple(RunState)
        if states is not None:
            self._of_states(where, states)
        return self.apply_but_states(where)

    def _of_states(self, where: Where, states: Sequence[RunState]) -> None:
        if 0 < len(states) <= _FEW_STATES:
            where.either(*[Branch(f"state = '{state}'") for state in states])
        else:
            where.among("state", [str(state) for state in states])

    def apply_but_states(self, where: Where) -> Where:
        for condition, value in (
            ("flow_name = {}", self.flow_name),
            ("flow_id = {}", self.flow_id),
            ("deployment_id = {}", self.deployment_id),
            (
                "deployment_id = (SELECT d.id FROM deployments d "
                "WHERE d.org_id = $1 AND d.name = {})",
                self.deployment_name,
            ),
            (
                "environment_id = (SELECT e.id FROM environments e "
                "WHERE e.org_id = $1 AND e.name = {})",
                self.environment,
            ),
            ("trigger = {}", self.trigger),
            ("created_by = {}", self.created_by),
            ("id >= {}", first_id(self.created_after)),
            ("id < {}", first_id(self.created_before)),
        ):
            if value is not None:
                where.add(condition, str(value) if isinstance(value, StrEnum) else value)
        if self.flow_names is not None:
            where.among("flow_name", self.flow_names)
        if self.executors is not None:
            engines = [Branch(f"executor = '{executor}'") for executor in self.executors]
            where.either(*engines or [Branch("false")])
        if self.min_duration_ms is not None:
            where.add(f"duration_ms >= {int(self.min_duration_ms)}")
        for name, value in (self.tags or {}).items():
            where.add(
                "id IN (SELECT t.run_id FROM run_tags t"
                f" WHERE t.org_id = $1 AND t.digest = '{_digest(name, value)}')"
            )
        return where if self.search is None else self._searched(where, self.search)

    def _searched(self, where: Where, text: str) -> Where:
        found = self.found
        if found is None:
            term = f"lower({where.place(text)})"
            holds = (_TEXT_HOLDS, _NAME_HOLDS, _DEPLOYMENT_HOLDS)
            return where.either(Branch(" OR ".join(each.format(term) for each in holds)))
        return where.any_of(*_branches(where, found))


def _branches(where: Where, found: Found) -> Iterator[Branch]:
    """The ways to the runs of a search; a run may be on several of them."""

    def holding(condition: str) -> str:
        return condition.format(f"{where.place(found.term)}::text")

    if found.run_ids is None:
        yield Branch(holding(_TEXT_HOLDS))
    elif found.run_ids:
        several = f"id = ANY({where.place(found.run_ids)}::uuid[])"
        yield Branch(f"{several} AND {holding(_TEXT_HOLDS)}")
    if found.flow_names is None:
        yield Branch(holding(_NAME_HOLDS))
    elif found.flow_names:
        yield Branch("true", where.one_of("flow_name", found.flow_names))
    if found.deployment_ids is None:
        yield Branch(holding(_DEPLOYMENT_HOLDS))
    elif found.deployment_ids:
        yield Branch("true", where.one_of("deployment_id", found.deployment_ids, kind="uuid"))


class RunSearch(RunRepository):
    """Counts and keys of what matches. Filters are settled first."""

    async def settled(self, wanted: RunFilter) -> RunFilter:
        return (await self.all_settled([wanted]))[0]

    async def all_settled(self, several: Sequence[RunFilter]) -> list[RunFilter]:
        """With what a search means, for which one statement asks."""
        texts = {each.search for each in several if each.search is not None}
        if not texts:
            return list(several)
        rows = await db.fetch(_SEARCH, self.org_id, list(texts), _MAX_NAMES + 1)
        found = {row["text"]: _found(row) for row in rows}
        return [replace(each, found=found.get(each.search)) for each in several]

    async def state_counts(self, wanted: RunFilter, *, cap: int) -> dict[str, int]:
        """How many of each state that is asked for, each counted up to `cap`."""
        # Each state by its name in the text: how to look depends on how frequent it is.
        where, states = self.where(), list(wanted.states or RunState)
        of_each = [
            _counted(wanted.apply_but_states(where.beside().add(f"state = '{state}'")), cap)
            for state in states
        ]
        found = await db.fetch_value(f"SELECT ARRAY[{', '.join(of_each)}]", *where.values)
        return dict(zip(map(str, states), found, strict=True))

    async def counts(self, several: Sequence[RunFilter], *, cap: int) -> list[int]:
        """How many match each of them, up to `cap`, in one statement."""
        if not several:
            return []
        where = self.where()
        counts = [_counted(wanted.apply(where.beside()), cap) for wanted in several]
        sql = f"SELECT ARRAY[{', '.join(counts)}]"
        found: list[int] = await db.fetch_value(sql, *where.values)
        return found

    async def newest(self, wanted: RunFilter, *, limit: int) -> list[UUID]:
        """The keys of the newest that match."""
        where = wanted.apply(self.where())
        by = NEWEST_FIRST.by(backward=False)
        rows = await db.fetch(where.limited("id", self.table, order=by, limit=limit), *where.values)
        return [row["id"] for row in rows]

    async def briefs(self, keys: Sequence[UUID]) -> list[Any]:
        """Key, slug and state, oldest first."""
        where = self.where().add("id = ANY({}::uuid[])", list(keys))
        by = OLDEST_FIRST.by(backward=False)
        return await db.fetch(select("id, slug, state", self.table, where, order=by), *where.values)


def _digest(name: str, value: str) -> UUID:
    """As the trigger of the runs makes it."""
    return UUID(md5(f"{len(name)}:{name}{value}".encode(), usedforsecurity=False).hexdigest())


def _found(row: asyncpg.Record) -> Found:
    return Found(
        row["term"],
        _few(row["flow_names"], _MAX_NAMES),
        _few(row["deployment_ids"], _MAX_NAMES),
        None if row["run_ids"] is None else _few(row["run_ids"], _MAX_FOUND),
    )


def _few(values: Sequence[T], limit: int) -> Sequence[T] | None:
    return values if len(values) <= limit else None


def _counted(where: Where, cap: int) -> str:
    found = where.counted(RunRepository.table, limit=cap)
    return f"({select('count(*)', f'({found}) AS counted', 'true')})"
