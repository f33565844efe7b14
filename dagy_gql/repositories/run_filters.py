"""What lists of runs can be narrowed by, and how many there are of what is left.

How rare a slug, a tag, a duration or a state is decides which index is the right one. These are in
the text of the statement, where PostgreSQL sees them even when it plans for any value; they are
numbers, digests, words of our own and texts of letters and digits, never what a client wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import md5
from typing import Any
from uuid import UUID

from dagy_gql import db
from dagy_gql.enums import Executor, RunState, RunTrigger
from dagy_gql.repositories import run_terms
from dagy_gql.repositories.base import Branch, Where, select
from dagy_gql.repositories.pagination import NEWEST_FIRST, OLDEST_FIRST, Order, Page
from dagy_gql.repositories.run_terms import Ask, Found, Sample
from dagy_gql.repositories.runs import RunRepository, first_id

# So many are worth a plan of their own each.
_FEW_STATES = 3
_WITHOUT_ERROR = frozenset(RunState) - {RunState.FAILED, RunState.CRASHED, RunState.TIMED_OUT}


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Every part is an indexed column; None does not filter. `created_*` are turned into ids,
    which are times. `search` is any part of a slug, a tag, an error or the name of flow or
    deployment; `found` is where it is, once that is known (see `RunSearch`)."""

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
        if self.found is None:
            return where.either(run_terms.unknown(where, text))
        names = (self.flow_name, self.flow_names, self.deployment_name)
        is_narrow = any(each is not None for each in (*names, self.flow_id, self.deployment_id))
        has_errors = self.states is None or not _WITHOUT_ERROR.issuperset(self.states)
        return where.any_of(
            *run_terms.branches(where, self.found, is_narrow=is_narrow, has_errors=has_errors)
        )


class RunSearch(RunRepository):
    """Counts and keys of what matches. Filters are settled first."""

    async def settled(self, wanted: RunFilter, page: Page, order: Order) -> RunFilter:
        """With where a search term is, for which one statement asks, as a page needs it."""
        if wanted.search is None:
            return wanted
        where = self.where()
        others = replace(wanted, search=None).apply(where.beside())
        sample = run_terms.page_sample(others, page, order)
        return (await self._settled([wanted], where, sample, run_terms.FOR_PAGE))[0]

    async def settled_to_count(self, several: Sequence[RunFilter]) -> list[RunFilter]:
        """The same for counts and for all that match."""
        if all(each.search is None for each in several):
            return list(several)
        where = self.where()
        sample = run_terms.count_sample(where.beside())
        return await self._settled(several, where, sample, run_terms.FOR_COUNTS)

    async def _settled(
        self, several: Sequence[RunFilter], where: Where, sample: Sample, ask: Ask
    ) -> list[RunFilter]:
        texts = list(dict.fromkeys(each.search for each in several if each.search is not None))
        sql = ask.sql(where, sample, texts)
        found = {row["text"]: ask.found(row) for row in await db.fetch(sql, *where.values)}
        return [
            each if each.search is None else replace(each, found=found[each.search])
            for each in several
        ]

    async def state_counts(self, wanted: RunFilter, *, cap: int) -> dict[str, int]:
        """How many of each state that is asked for, each counted up to `cap`."""
        (wanted,) = await self.settled_to_count([wanted])
        # Each state by its name in the text: how to look depends on how frequent it is.
        where, states = self.where(), list(wanted.states or RunState)
        of_each = [
            _counted(replace(wanted, states=[state]).apply(where.beside()), cap) for state in states
        ]
        found = await db.fetch_value(f"SELECT ARRAY[{', '.join(of_each)}]", *where.values)
        return dict(zip(map(str, states), found, strict=True))

    async def counts(self, several: Sequence[RunFilter], *, cap: int) -> list[int]:
        """How many match each of them, up to `cap`, in one statement."""
        if not several:
            return []
        where, settled = self.where(), await self.settled_to_count(several)
        counts = [_counted(wanted.apply(where.beside()), cap) for wanted in settled]
        sql = f"SELECT ARRAY[{', '.join(counts)}]"
        found: list[int] = await db.fetch_value(sql, *where.values)
        return found

    async def number(self, wanted: RunFilter) -> int:
        """How many match, counted up to 10,000."""
        (settled,) = await self.settled_to_count([wanted])
        return await self.count(settled.apply(self.where()))

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


def _counted(where: Where, cap: int) -> str:
    found = where.counted(RunRepository.table, limit=cap)
    return f"({select('count(*)', f'({found}) AS counted', 'true')})"
