"""Relay connections over the slices of the repositories."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar, cast

from dagy_gql.repositories.pagination import Slice
from schema.fields import field, lazy, object_type

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


def _total_count(self: Any) -> Any:
    return None if self.count is None else self.count()


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
        _total_count,
        description="How many there are in all, counted up to 10,000; null where it is unknown.",
    )


def lazy_connection(noun: str, name: str) -> Any:
    """A connection of `lazy(noun, name)`."""
    return cast(Any, Connection)[lazy(noun, name)]
