"""Rules of arguments that GraphQL's type system cannot say."""

from typing import Any
from uuid import UUID

from dagy_gql.errors import BadUserInput
from dagy_gql.repositories.pagination import decode_id_of


def exactly_one(**arguments: Any) -> None:
    """Raises BadUserInput unless one of them is given."""
    if sum(value is not None for value in arguments.values()) != 1:
        raise BadUserInput(
            f"Give exactly one of {' and '.join(arguments)}.", field=next(iter(arguments))
        )


def json_object(value: Any, *, field: str) -> dict[str, Any] | None:
    """A JSON argument that must be an object; raises BadUserInput."""
    if value is not None and not isinstance(value, dict):
        raise BadUserInput(f"{field} is a JSON object.", field=field)
    return value


def optional_id(type_name: str, text: str | None, *, field: str = "id") -> UUID | None:
    return None if text is None else decode_id_of(type_name, text, field=field)
