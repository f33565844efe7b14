"""Opaque ids and cursors, and keyset pages: a cursor is the sort key of a row, never an offset."""

import binascii
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson

from dagy_gql.errors import BadUserInput

DEFAULT_PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
# Of lists that are of no use in parts, as the tasks of a run.
LARGEST_PAGE_SIZE = 5_000

Key = tuple[Any, ...]
Readers = tuple[Callable[[Any], Any], ...]


def encode_id(type_name: str, key: object) -> str:
    return ids_of(type_name)(key)


@lru_cache(maxsize=100)
def ids_of(type_name: str) -> Callable[[object], str]:
    """From keys to global ids. A page may have hundreds: this takes a third less than base64's own
    function over a formatted text."""
    prefix, encode = f"{type_name}:", binascii.b2a_base64

    def global_id(key: object) -> str:
        return encode((prefix + str(key)).encode(), newline=False).decode()

    return global_id


def decode_id(text: str, *, field: str = "id") -> tuple[str, UUID]:
    """The type's name and the key inside a global id; raises BadUserInput."""
    try:
        type_name, _, key = b64decode(text, validate=True).decode().partition(":")
        return type_name, UUID(key)
    except (ValueError, binascii.Error) as error:
        raise BadUserInput(f"{text[:100]!r} is not an id.", field=field) from error


def decode_id_of(type_name: str, text: str, *, field: str = "id") -> UUID:
    found, key = decode_id(text, field=field)
    if found != type_name:
        raise BadUserInput(f"{text[:100]!r} is not the id of a {type_name}.", field=field)
    return key


def encode_cursor(*key: Any) -> str:
    return urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode_cursor(text: str, readers: Readers, *, field: str = "after") -> Key:
    """The sort key inside a cursor, each part through its reader (`UUID`, `int`, `str`)."""
    try:
        parts = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return tuple(read(part) for read, part in zip(readers, parts, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise BadUserInput(f"{text[:100]!r} is not a cursor of this list.", field=field) from error


def small_int(value: Any) -> int:
    """Reader of an integer part of a cursor; PostgreSQL's bigint is the limit."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("not an integer of 64 bits")
    return value


def cursor_text(value: Any) -> str:
    """Reader of a text part of a cursor."""
    if type(value) is not str or "\x00" in value:
        raise ValueError("not a text")
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """What a client asked for: `size` rows after and before the keys; `backward` counts from
    the end of the list. Rows come in list order either way."""

    size: int = DEFAULT_PAGE_SIZE
    after: Key | None = None
    before: Key | None = None
    backward: bool = False

    @classmethod
    def of(
        cls,
        first: int | None = None,
        after: str | None = None,
        *,
        last: int | None = None,
        before: str | None = None,
        readers: Readers = (UUID,),
        at_most: int = MAX_PAGE_SIZE,
    ) -> Self:
        """Raises BadUserInput, naming the argument."""
        if first is not None and last is not None:
            raise BadUserInput("Ask for either first or last, not both.", field="last")
        field, size = ("last", last) if last is not None else ("first", first)
        if size is None:
            size = DEFAULT_PAGE_SIZE
        if not 0 <= size <= at_most:
            raise BadUserInput(f"{field} is {size}: it must be from 0 to {at_most}.", field=field)
        return cls(
            size=size,
            after=None if after is None else decode_cursor(after, readers, field="after"),
            before=None if before is None else decode_cursor(before, readers, field="before"),
            backward=last is not None,
        )


@dataclass(frozen=True, slots=True)
class Order:
    """The sort key of a list: columns that together are unique, all in one direction."""

    columns: tuple[str, ...] = ("id",)
    descending: bool = False
    readers: Readers = (UUID,)

    def key(self, row: asyncpg.Record) -> Key:
        return tuple(row[column] for column in self.columns)

    def by(self, *, backward: bool) -> str:
        word = "DESC" if self.descending != backward else "ASC"
        return ", ".join(f"{column} {word}" for column in self.columns)


NEWEST_FIRST = Order(descending=True)
OLDEST_FIRST = Order()


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of rows, in list order."""

    rows: list[asyncpg.Record]
    has_next: bool
    has_previous: bool
    order: Order

    @classmethod
    def cut(cls, rows: list[asyncpg.Record], page: Page, order: Order) -> Self:
        """From rows fetched with one to spare, in the direction of the page."""
        more = len(rows) > page.size
        kept = rows[: page.size]
        if page.backward:
            kept.reverse()
            return cls(kept, page.before is not None, more, order)
        return cls(kept, more, page.after is not None, order)

    def cursor(self, row: asyncpg.Record) -> str:
        return encode_cursor(*self.order.key(row))
