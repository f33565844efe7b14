"""What changed between two JSON values. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST = 500

ABSENT: Any = object()

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What is nested deeper is compared as a whole.
_MAX_DEPTH = 64


class ChangeKind(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class ValueChange:
    """`path` as in `$.city.parts[2]`; what is not there is None."""

    path: str
    kind: ChangeKind
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Changes:
    found: tuple[ValueChange, ...] = ()
    is_truncated: bool = False


def changes(before: Any, after: Any, *, most: int = MOST) -> Changes:
    """In the order of `after`, what was removed last; the first `most`. Lists are compared by
    index. `ABSENT` stands for no value at all."""
    found: list[ValueChange] = []
    for change in _walk("$", before, after, 0):
        if len(found) == most:
            return Changes(tuple(found), is_truncated=True)
        found.append(change)
    return Changes(tuple(found))


def _walk(path: str, before: Any, after: Any, depth: int) -> Iterator[ValueChange]:
    if before is ABSENT or after is ABSENT:
        yield from _one_sided(path, before, after)
    elif depth < _MAX_DEPTH and isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*after, *before]):
            inner = f"{path}{_step(key)}"
            yield from _walk(inner, before.get(key, ABSENT), after.get(key, ABSENT), depth + 1)
    elif depth < _MAX_DEPTH and isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            inner = f"{path}[{index}]"
            yield from _walk(inner, _at(before, index), _at(after, index), depth + 1)
    elif not _same(before, after):
        yield ValueChange(path, ChangeKind.CHANGED, before, after)


def _one_sided(path: str, before: Any, after: Any) -> Iterator[ValueChange]:
    if before is not ABSENT:
        yield ValueChange(path, ChangeKind.REMOVED, before, None)
    elif after is not ABSENT:
        yield ValueChange(path, ChangeKind.ADDED, None, after)


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else ABSENT


def _step(key: str) -> str:
    if _PLAIN.fullmatch(key):
        return f".{key}"
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{quoted}"]'


def _same(before: Any, after: Any) -> bool:
    """True and 1 are different words in JSON; 1 and 1.0 are the same number."""
    return isinstance(before, bool) is isinstance(after, bool) and bool(before == after)
