"""One order for what has none, so that the same source gives the same document everywhere."""

import dataclasses
from typing import Any

from dagy.values import encode


def in_order(value: Any, depth: int = 0) -> Any:
    """The value with each set in it as a list, sorted by the JSON of its items."""
    if depth > 100:  # a fault that encoding will name
        return value
    if isinstance(value, dict):
        return {key: in_order(each, depth + 1) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((in_order(each, depth + 1) for each in value), key=encode)
    if type(value) in (list, tuple):
        return [in_order(each, depth + 1) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and _holds_set(value):
        fields = dataclasses.fields(value)
        return {each.name: in_order(getattr(value, each.name), depth + 1) for each in fields}
    return value


def _holds_set(value: Any) -> bool:
    return any(
        isinstance(getattr(value, each.name), set | frozenset | dict | list)
        for each in dataclasses.fields(value)
    )
