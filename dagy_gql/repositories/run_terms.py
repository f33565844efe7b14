"""Where a search term is: in names of flows and deployments, and in what runs are called or how
they went wrong.

A frequent term is found by looking at runs one after another, a rare one by its grams (migration
0014). For a page, the first runs are looked at, and where they fill it nothing else has to be
asked. For counting, a sample of all runs tells which it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg

from dagy_gql.repositories.base import Branch, Where, select
from dagy_gql.repositories.pagination import Order, Page

T = TypeVar("T")

# So many names are looked up one by one; of more, the names themselves are compared.
MAX_NAMES = 1_000
# Runs are looked at in 1 us each (5 where they lie apart), errors in 5. A page of 50 that is not
# among the first 5,000 runs holds a term of less than one in a hundred, which 20,000 runs are found
# for, in 60 ms. Where it nearly is, a longer look takes less.
_SAMPLE = 5_000
_ERROR_SAMPLE = 1_000
_LONGER = 2
_NEARLY = 0.65
# Runs may leave the filter before the page is asked for.
_SPARE = 10
# Of a million runs, every twentieth of 2,000.
_BLOCKS_PERCENT = 0.2
_OF_BLOCKS = 100
# How JSON writes these, or what a space may stand for, is not how tags are searched.
_NOT_PLAIN = frozenset('="\\ ')


def _named(term: str, *, is_plain: str) -> str:
    """The JSON of tags holds what most tags hold, and is read in a tenth of the time."""
    may_hold = f"(NOT {is_plain} OR strpos(lower(tags::text), {term}) > 0)"
    tags = f"tags <> '{{}}' AND {may_hold} AND strpos(dagy_tags_text(tags), {term}) > 0"
    return f"(strpos(slug, {term}) > 0 OR ({tags}))"


def _failed(term: str) -> str:
    return f"(error IS NOT NULL AND strpos(dagy_error_text(error), {term}) > 0)"


def _of_flow(term: str) -> str:
    return f"strpos(lower(flow_name), {term}) > 0"


def _of_deployment(term: str) -> str:
    return f"""deployment_id IN (SELECT d.id FROM deployments d
        WHERE d.org_id = $1 AND strpos(lower(d.name), {term}) > 0)"""


def _is_plain(text: str) -> bool:
    return text.isprintable() and not _NOT_PLAIN.intersection(text)


@dataclass(frozen=True, slots=True)
class Found:
    """What holds a term: names of flows, deployments, and runs by what they are called and by
    their errors. None: so many that the term is looked for in the texts themselves."""

    term: str
    flow_names: Sequence[str] | None
    deployment_ids: Sequence[UUID] | None
    named_ids: Sequence[UUID] | None
    failed_ids: Sequence[UUID] | None


class Look(Protocol):
    """How the keys of runs that hold a term are found by looking at some runs."""

    def keys(self, holds: str, find: str) -> str:
        """An expression: the keys, or null for those of too many runs. `holds` is the condition of
        a run, `find` the expression that finds the keys by grams."""


@dataclass(frozen=True, slots=True)
class FirstRuns:
    """`near` and `far` are statements for the first runs, `is_all` tells whether there are no more
    than the near ones; `enough` fill the page."""

    near: str
    far: str
    is_all: str
    enough: int

    def keys(self, holds: str, find: str) -> str:
        far = f"""SELECT keys FROM ({self._holding(self.far, holds)}) AS far
            WHERE cardinality(keys) >= {self.enough}"""
        nearly = int(self.enough * _NEARLY)
        return f"""(SELECT CASE
            WHEN cardinality(near.keys) >= {self.enough} OR {self.is_all} THEN near.keys
            WHEN cardinality(near.keys) < {nearly} THEN {find}
            ELSE coalesce(({far}), {find}) END
            FROM ({self._holding(self.near, holds)}) AS near)"""

    def _holding(self, runs: str, holds: str) -> str:
        first = select("id", f"({runs}) AS looked_at", holds, limit=self.enough + _SPARE)
        # The offset keeps it one value, which is found out once.
        return f"SELECT ARRAY({first}) AS keys OFFSET 0"


@dataclass(frozen=True, slots=True)
class AnyRuns:
    """`runs` is a statement for some of them."""

    runs: str

    def keys(self, holds: str, find: str) -> str:
        holding = select("1", f"({self.runs}) AS sample", holds, limit=_OF_BLOCKS)
        held = f"(SELECT count(*) FROM ({holding}) AS holding)"
        return f"CASE WHEN {held} < {_OF_BLOCKS} THEN {find} END"


@dataclass(frozen=True, slots=True)
class Sample:
    """Of what runs are called, and of their errors."""

    named: Look
    failed: Look


@dataclass(frozen=True, slots=True)
class Ask:
    """How terms are looked for. One that more than `max_found` runs hold is frequent."""

    max_found: int

    def sql(self, where: Where, sample: Sample, texts: Sequence[str]) -> str:
        """With the values of `where`."""
        plain = where.place([_is_plain(text) for text in texts])
        given = f"{where.place(list(texts))}::text[], {plain}::bool[]"
        names = where.place(MAX_NAMES + 1)
        holds = _named("wanted.term", is_plain="wanted.plain")
        named = sample.named.keys(holds, self._find("name"))
        failed = sample.failed.keys(_failed("wanted.term"), self._find("error"))
        return f"""
            SELECT wanted.text, wanted.term, {named} AS named_ids, {failed} AS failed_ids,
                ARRAY(
                    SELECT f.name FROM flows f WHERE f.org_id = $1 AND f.is_latest
                        AND strpos(lower(f.name), wanted.term) > 0 LIMIT {names}
                ) AS flow_names,
                ARRAY(
                    SELECT d.id FROM deployments d WHERE d.org_id = $1
                        AND strpos(lower(d.name), wanted.term) > 0 LIMIT {names}
                ) AS deployment_ids
            FROM (
                SELECT text, lower(text) AS term, plain FROM unnest({given}) AS given(text, plain)
            ) AS wanted
        """

    def _find(self, kind: str) -> str:
        return f"dagy_find_runs($1, '{kind}', wanted.term, {self.max_found + 1})"

    def found(self, row: asyncpg.Record) -> Found:
        return Found(
            row["term"],
            _few(row["flow_names"], MAX_NAMES),
            _few(row["deployment_ids"], MAX_NAMES),
            _few(row["named_ids"], self.max_found),
            _few(row["failed_ids"], self.max_found),
        )


FOR_PAGE = Ask(max_found=20_000)
FOR_COUNTS = Ask(max_found=50_000)


def page_sample(where: Where, page: Page, order: Order) -> Sample:
    """The runs that the page begins with."""
    by = order.by(backward=page.backward)

    def first(columns: str, several: int) -> FirstRuns:
        near, far, keys = (
            where.limited(shown, "runs", order=by, limit=limit)
            for shown, limit in ((columns, several), (columns, _LONGER * several), ("id", several))
        )
        is_all = f"(SELECT count(*) FROM ({keys}) AS near) < {several}"
        return FirstRuns(near, far, is_all, page.size + 1)

    where.keys(page, order)
    named = first("id, slug, tags", _SAMPLE)
    where.add("error IS NOT NULL")
    return Sample(named, first("id, error", _ERROR_SAMPLE))


def count_sample(where: Where) -> Sample:
    """Of all runs: 1,000 of every twentieth are in 20,000."""
    blocks = f"runs TABLESAMPLE SYSTEM ({_BLOCKS_PERCENT})"
    named = select("slug, tags", blocks, where)
    where.add("error IS NOT NULL")
    failed = select("error", "runs", where, order="id DESC", limit=_ERROR_SAMPLE)
    return Sample(AnyRuns(named), AnyRuns(failed))


def _few(values: Sequence[T] | None, limit: int) -> Sequence[T] | None:
    return values if values is not None and len(values) <= limit else None


def unknown(where: Where, text: str) -> Branch:
    """The condition for a look at single runs: nothing has been found out."""
    term = f"lower({where.place(text)}::text)"
    holds = [_named(term, is_plain="false"), _failed(term), _of_flow(term), _of_deployment(term)]
    return Branch(f"({' OR '.join(holds)})")


def branches(where: Where, found: Found, *, is_narrow: bool, has_errors: bool) -> Iterator[Branch]:
    """The ways to the runs of a term; a run may be on several of them. `is_narrow`: other
    conditions tell flow or deployment, so their names are not looked up one by one. `has_errors`:
    runs that are asked for may have one."""

    def term() -> str:
        return f"{where.place(found.term)}::text"

    def among(ids: Sequence[UUID] | None, holds: str) -> Branch:
        keys = "" if ids is None else f"id = ANY({where.place(ids)}::uuid[]) AND "
        return Branch(keys + holds, is_keyed=bool(keys))

    def one_of(column: str, values: Sequence[Any], kind: str) -> Branch:
        several = where.one_of(column, values, kind=kind)
        return Branch(several.condition) if is_narrow else Branch("true", several)

    if found.named_ids is None or found.named_ids:
        is_plain = str(_is_plain(found.term)).lower()
        yield among(found.named_ids, _named(term(), is_plain=is_plain))
    if has_errors and (found.failed_ids is None or found.failed_ids):
        yield among(found.failed_ids, _failed(term()))
    if found.flow_names is None:
        yield Branch(_of_flow(term()))
    elif found.flow_names:
        yield one_of("flow_name", found.flow_names, "text")
    if found.deployment_ids is None:
        yield Branch(_of_deployment(term()))
    elif found.deployment_ids:
        yield one_of("deployment_id", found.deployment_ids, "uuid")
