from collections.abc import Mapping, Sequence
from typing import TypeAlias

JSONValue: TypeAlias = bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None
"""What the API gives: any JSON document."""

JSONInput: TypeAlias = (
    bool | int | float | str | Sequence[JSONInput] | Mapping[str, JSONInput] | None
)
"""What the API takes: any JSON document, of lists and tuples and mappings of every kind."""
