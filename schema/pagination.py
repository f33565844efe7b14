"""Relay connections over the slices of the repositories."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.base import OrgRepository
from dagy_gql.repositories.pagination import MAX_PAGE_SIZE, Order, Page, Slice
from schema.columns import columns_of, named_object
from schema.fields import field, lazy, object_type
from schema.loaders import RowFetch, column_text

T = TypeVar("T")


class Listing:
    """The source of a connection. `count` is called only when totalCount is selected."""

    __slots__ = ("count", "slice")

    def __init__(self, slice_: Slice, count: Callable[[], Awaitable[int]] | None = None) -> None:
        self.slice = slice_
        self.count = count


def _edges(listing: Listing) -> list[dict[str, Any]]:
    slice_ = listing.slice
    return [{"cursor": slice_.cursor(row), "node": row} for row in slice_.rows]


def _page_info(listing: Listing) -> dict[str, Any]:
    slice_ = listing.slice
    rows = slice_.rows
    return {
        "has_next_page": slice_.has_next,
        "has_previous_page": slice_.has_previous,
        "start_cursor": slice_.cursor(rows[0]) if rows else None,
        "end_cursor": slice_.cursor(rows[-1]) if rows else None,
    }


async def _total_counts(_context: Any, listings: Sequence[Listing]) -> dict[Listing, int]:
    return {each: await each.count() for each in listings if each.count is not None}


@object_type()
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@object_type()
class Edge(Generic[T]):
    cursor: str
    node: T


@object_type()
class Connection(Generic[T]):
    edges: list[Edge[T]] = field(read=_edges)
    nodes: list[T] = field(read=lambda listing: listing.slice.rows)
    page_info: PageInfo = field(read=_page_info)
    total_count: int | None = field(
        load=_total_counts,
        key=lambda listing: None if listing.count is None else listing,
        description="How many there are in all, counted up to 10,000; null where it is unknown.",
    )


def lazy_connection(noun: str, name: str) -> Any:
    """A connection of `lazy(noun, name)`."""
    return cast(Any, Connection)[lazy(noun, name)]


def selected(info: Any, order: Order, *, otherwise: str | None = None) -> str | None:
    """The columns that a query's connection reads of its rows; `otherwise` where fields do not
    say what they read."""
    raw = info._raw_info
    columns = columns_of(named_object(raw.return_type), raw.field_nodes, raw.fragments)
    return otherwise if columns is None else column_text(columns, ("id", *order.columns))


class Pages(RowFetch):
    """The same page of the rows that refer to each key by the column `parent`, or by `match`, a
    condition on `parents.key`."""

    def __init__(
        self,
        repository: type[OrgRepository],
        parent: str,
        *,
        columns: str | None = None,
        key_type: str = "uuid",
        at_most: int = MAX_PAGE_SIZE,
        match: str | None = None,
    ) -> None:
        super().__init__(repository, columns)
        self.always = ("id", *repository.order.columns)
        self._parent = parent
        self._key_type = key_type
        self.at_most = at_most
        self._match = match

    def given(self, first: int | None = None, after: str | None = None) -> tuple[Page]:
        """Raises BadUserInput."""
        readers = self.repository.order.readers
        return (Page.of(first, after, readers=readers, at_most=self.at_most),)

    async def __call__(self, context: Any, keys: Sequence[Any], *arguments: Any) -> dict[Any, Any]:
        page, columns = arguments
        slices = await self.repository(context.actor.org_id).slices(
            self._parent,
            keys,
            page=page,
            columns=self.text(columns),
            key_type=self._key_type,
            match=self._match,
        )
        return {key: Listing(slice_) for key, slice_ in slices.items()}


def _arguments(self: Any, first: int | None = None, after: str | None = None) -> Any:
    """Those of a connection inside an object; `shorten` puts the batched call in its place."""


def pages(
    fetch: Pages, type_: Any, *, requires: Permission, key: str = "id", description: str = ""
) -> Any:
    """A connection inside an object: of the rows that refer to its column `key`."""
    return field(
        _arguments,
        load=fetch,
        key=key,
        given=fetch.given,
        at_most=fetch.at_most,
        requires=requires,
        type_=type_,
        description=description or None,
    )
