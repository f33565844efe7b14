"""JSON, DateTime and Long. Values stay Python objects: the response's encoder writes them."""

import math
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from graphql import ValueNode
from graphql.utilities import value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from dagy_gql.errors import BadUserInput

_MAX_INTEGER = 2**63
_MAX_DEPTH = 64

JSON = NewType("JSON", object)
DateTime = NewType("DateTime", datetime)
Long = NewType("Long", int)


def checked(value: Any, depth: int = 0) -> Any:
    """The value, if PostgreSQL and every client can hold it; raises BadUserInput."""
    if depth > _MAX_DEPTH:
        raise BadUserInput(f"JSON is nested deeper than {_MAX_DEPTH} levels.", field="JSON")
    match value:
        case dict():
            for key, item in value.items():
                checked(key, depth + 1)
                checked(item, depth + 1)
        case list():
            for item in value:
                checked(item, depth + 1)
        case str():
            _check_text(value)
        case bool() | None:
            pass
        case int() if not -_MAX_INTEGER <= value < _MAX_INTEGER:
            raise BadUserInput("JSON has an integer of more than 64 bits.", field="JSON")
        case float() if not math.isfinite(value):
            raise BadUserInput("JSON has no NaN and no infinity.", field="JSON")
    return value


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise BadUserInput("JSON text must not contain NUL (\\u0000).", field="JSON")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise BadUserInput("JSON text has half of a surrogate pair.", field="JSON")


def _json_of_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
    return checked(value_from_ast_untyped(node, variables))


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise BadUserInput("A DateTime is text as RFC 3339 has it.", field="DateTime")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadUserInput(f"{value[:50]!r} is not a DateTime.", field="DateTime") from error
    if moment.tzinfo is None:
        raise BadUserInput(f"{value!r} has no time zone: add Z or an offset.", field="DateTime")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise BadUserInput(f"{value!r} is out of range.", field="DateTime") from error


def _whole(value: Any) -> int:
    if type(value) is not int or not -_MAX_INTEGER <= value < _MAX_INTEGER:
        raise BadUserInput("A Long is an integer of at most 64 bits.", field="Long")
    return value


def unchanged(value: Any) -> Any:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=unchanged,
        parse_value=checked,
        parse_literal=_json_of_literal,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A moment, as RFC 3339 writes it; answers are in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=unchanged,
        parse_value=_moment,
    ),
    Long: strawberry.scalar(
        name="Long",
        description="An integer of at most 64 bits.",
        serialize=unchanged,
        parse_value=_whole,
    ),
}
