"""What lists of runs can be narrowed by, and how many there are of what is left.

How rare a slug, a tag, a duration or a state is decides which index is the right one. These are in
the text of the statement, where PostgreSQL sees them even when it plans for any value; they are
numbers, digests, words of our own and texts of letters and digits, never what a client wrote.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import md5
from typing import Any
from uuid import UUID

from dagy_gql import db
from dagy_gql.enums import Executor, RunState, RunTrigger
from dagy_gql.repositories.base import Branch, Where, select
from dagy_gql.repositories.pagination import NEWEST_FIRST, OLDEST_FIRST
from dagy_gql.repositories.runs import RunRepository, first_id

# What slugs are made of; "~" sorts behind all of it.
_OF_SLUG = re.compile(r"[a-z0-9-]+")
_MAX_NAMES = 1000
# So many are worth a plan of their own each.
_FEW_STATES = 3


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Every part is an indexed column; None does not filter. `created_*` are turned into ids,
    which are times. `search` is the start of a slug or of a flow's name; `found_names` are the
    names of flows with that start, once they are known (see `RunSearch.settled`)."""

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
    found_names: Sequence[str] | None = None

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
        """A slug compares byte by byte, so a range of its index is what begins with a text."""
        start = text.lower()
        by_slug = (
            f"slug >= '{start}' AND slug < '{start}~'" if _OF_SLUG.fullmatch(start) else "false"
        )
        if self.found_names is None:
            name = where.place(text)
            return where.either(
                Branch(by_slug), Branch(f"NOT ({by_slug}) AND starts_with(flow_name, {name})")
            )
        if not self.found_names:
            return where.add(by_slug)
        among = where.one_of("flow_name", self.found_names)
        if by_slug == "false":
            return where.either(Branch("true", among))
        return where.either(Branch(by_slug), Branch(f"NOT ({by_slug})", among))


class RunSearch(RunRepository):
    """Counts and keys of what matches. Filters are settled first."""

    async def settled(self, wanted: RunFilter) -> RunFilter:
        return (await self.all_settled([wanted]))[0]

    async def all_settled(self, several: Sequence[RunFilter]) -> list[RunFilter]:
        """With the flows that a search means, for which one statement asks."""
        texts = {each.search for each in several if each.search is not None}
        if not texts:
            return list(several)
        rows = await db.fetch(
            """
            SELECT wanted.text, found.name FROM unnest($2::text[]) AS wanted(text)
            CROSS JOIN LATERAL (
                SELECT f.name FROM flows f
                WHERE f.org_id = $1 AND f.is_latest AND starts_with(f.name, wanted.text) LIMIT $3
            ) AS found
            """,
            self.org_id,
            list(texts),
            _MAX_NAMES,
        )
        names: dict[str, list[str]] = {text: [] for text in texts}
        for row in rows:
            names[row["text"]].append(row["name"])
        return [_with_names(each, names.get(each.search or "")) for each in several]

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


def _with_names(wanted: RunFilter, names: list[str] | None) -> RunFilter:
    """Where very many begin alike, the text says it as well."""
    return (
        wanted if names is None or len(names) == _MAX_NAMES else replace(wanted, found_names=names)
    )


def _counted(where: Where, cap: int) -> str:
    found = select("1", RunRepository.table, where, limit=cap)
    return f"({select('count(*)', f'({found}) AS counted', 'true')})"
