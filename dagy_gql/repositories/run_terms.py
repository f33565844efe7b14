"""Where a search term is: in names of flows and deployments, and in what runs are called or how
they went wrong.

A frequent term is found by looking at runs one after another in the order of the list, a rare one
by its grams (migration 0014). Which it is, a sample tells: of the runs that a page begins with, or
for counting, of all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from dagy_gql.repositories.base import Branch, Where, select
from dagy_gql.repositories.pagination import Order, Page

T = TypeVar("T")

# So many names are looked up one by one; of more, the names themselves are compared.
MAX_NAMES = 1_000
_SAMPLE = 2_000
_ERROR_SAMPLE = 500
_BLOCKS_PERCENT = 0.2
# How JSON writes these is not how tags are searched.
_NOT_PLAIN = frozenset('="\\')


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
    return not _NOT_PLAIN.intersection(text)


@dataclass(frozen=True, slots=True)
class Found:
    """What holds a term: names of flows, deployments, and runs by what they are called and by
    their errors. None: so many that the term is looked for in the texts themselves."""

    term: str
    flow_names: Sequence[str] | None
    deployment_ids: Sequence[UUID] | None
    named_ids: Sequence[UUID] | None
    failed_ids: Sequence[UUID] | None


@dataclass(frozen=True, slots=True)
class Ask:
    """How terms are looked for. One that at least every `frequent`th of a sample holds is frequent,
    and one that more than `max_found` runs hold."""

    frequent: int
    max_found: int
    page: Page | None = None
    order: Order | None = None

    def sql(self, where: Where, texts: Sequence[str]) -> str:
        """With the values of `where`."""
        plain = where.place([_is_plain(text) for text in texts])
        given = f"{where.place(list(texts))}::text[], {plain}::bool[]"
        names = where.place(MAX_NAMES + 1)
        holds = _named("wanted.term", is_plain="wanted.plain")
        named = self._ids("name", self._sample(where, "slug, tags"), holds, least=_SAMPLE)
        errors = self._sample(where, "error", condition="error IS NOT NULL", limit=_ERROR_SAMPLE)
        failed = self._ids("error", errors, _failed("wanted.term"), least=_ERROR_SAMPLE)
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

    def _sample(
        self, where: Where, columns: str, *, condition: str | None = None, limit: int = _SAMPLE
    ) -> str:
        some = where.beside()
        if condition is not None:
            some.add(condition)
        if self.page is not None and self.order is not None:
            by = self.order.by(backward=self.page.backward)
            return select(columns, "runs", some.keys(self.page, self.order), order=by, limit=limit)
        if condition is not None:
            return select(columns, "runs", some, order="id DESC", limit=limit)
        return select(columns, f"runs TABLESAMPLE SYSTEM ({_BLOCKS_PERCENT})", some, limit=limit)

    def _ids(self, kind: str, sample: str, holds: str, *, least: int) -> str:
        return f"""CASE WHEN (
            SELECT count(*) FILTER (WHERE {holds}) * {self.frequent} < greatest(count(*), {least})
            FROM ({sample}) AS sample
        ) THEN dagy_find_runs($1, '{kind}', wanted.term, {self.max_found + 1}) END"""

    def found(self, row: asyncpg.Record) -> Found:
        return Found(
            row["term"],
            _few(row["flow_names"], MAX_NAMES),
            _few(row["deployment_ids"], MAX_NAMES),
            _few(row["named_ids"], self.max_found),
            _few(row["failed_ids"], self.max_found),
        )


# A page of 50 of every two hundredth is in 10,000 runs.
def for_page(page: Page, order: Order) -> Ask:
    return Ask(frequent=200, max_found=10_000, page=page, order=order)


# 1,000 of every twentieth are in 20,000 runs.
FOR_COUNTS = Ask(frequent=20, max_found=50_000)


def _few(values: Sequence[T] | None, limit: int) -> Sequence[T] | None:
    return values if values is not None and len(values) <= limit else None


def unknown(where: Where, text: str) -> Branch:
    """The condition for a look at single runs: nothing has been found out."""
    term = f"lower({where.place(text)}::text)"
    holds = [_named(term, is_plain="false"), _failed(term), _of_flow(term), _of_deployment(term)]
    return Branch(f"({' OR '.join(holds)})")


def branches(where: Where, found: Found, *, is_narrow: bool) -> Iterator[Branch]:
    """The ways to the runs of a term; a run may be on several of them. `is_narrow`: other
    conditions tell flow or deployment, so their names are not looked up one by one."""

    def term() -> str:
        return f"{where.place(found.term)}::text"

    def among(ids: Sequence[UUID] | None, holds: str) -> Branch:
        return Branch(holds if ids is None else f"id = ANY({where.place(ids)}::uuid[]) AND {holds}")

    def one_of(column: str, values: Sequence[Any], kind: str) -> Branch:
        several = where.one_of(column, values, kind=kind)
        return Branch(several.condition) if is_narrow else Branch("true", several)

    if found.named_ids is None or found.named_ids:
        is_plain = str(_is_plain(found.term)).lower()
        yield among(found.named_ids, _named(term(), is_plain=is_plain))
    if found.failed_ids is None or found.failed_ids:
        yield among(found.failed_ids, _failed(term()))
    if found.flow_names is None:
        yield Branch(_of_flow(term()))
    elif found.flow_names:
        yield one_of("flow_name", found.flow_names, "text")
    if found.deployment_ids is None:
        yield Branch(_of_deployment(term()))
    elif found.deployment_ids:
        yield one_of("deployment_id", found.deployment_ids, "uuid")
