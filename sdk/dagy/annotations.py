"""What type hints say about values: how much of a value they fix, and the type of its parts.

An open hint fixes nothing: JSON is read as it stands. A closed one fixes every part."""

import dataclasses
import typing
from collections import OrderedDict, abc, defaultdict, deque
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, TypeVar, Union
from uuid import UUID

import msgspec

_UNIONS = (Union, UnionType)
_JSON = (str, int, float, bool, NoneType)
# Read back from JSON by msgspec, and by values.decode_hook.
_LEAVES = (datetime, date, time, timedelta, Decimal, UUID, bytes, bytearray, Enum, PurePath)
_LISTS = (list, abc.Sequence, abc.MutableSequence, abc.Collection, abc.Iterable)
_ARRAYS = (*_LISTS, tuple, set, frozenset, abc.Set, abc.MutableSet, deque)
_DICTS = (dict, abc.Mapping, abc.MutableMapping)
_MAPPINGS = (*_DICTS, OrderedDict, defaultdict)
_MAX_DEPTH = 20


def bare(hint: Any) -> Any:
    """Without Annotated, NewType and aliases around it."""
    while True:
        if typing.get_origin(hint) is Annotated:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, NewType):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            return hint


def is_open(hint: Any) -> bool:
    hint = bare(hint)
    return hint is Any or hint is object or isinstance(hint, TypeVar)


def _origin(hint: Any) -> Any:
    return typing.get_origin(hint) or hint


def list_of(hint: Any) -> Any:
    return list[hint]


def is_dict(hint: Any) -> bool:
    return _origin(bare(hint)) in _DICTS


def array_type(hint: Any) -> type | None:
    """The class of a list-like hint; None for anything else, and for a tuple with named places."""
    origin, args = _origin(bare(hint)), typing.get_args(bare(hint))
    if origin in _LISTS:
        return list
    if origin is tuple and args and args[1:] != (Ellipsis,):
        return None
    return origin if origin in (tuple, set, frozenset) else None


def element(hint: Any) -> Any:
    """The type of every item of a list-like hint; Any where they differ or nothing is said."""
    hint = bare(hint)
    args = typing.get_args(hint)
    if _origin(hint) not in _ARRAYS or not args:
        return Any
    if _origin(hint) is tuple and args[1:] != (Ellipsis,):
        return Any
    return args[0]


def fields(hint: Any) -> dict[str, Any] | None:
    """The hints of a class with fields, by their names in JSON; None for anything else."""
    if hasattr(hint, "model_fields"):
        return {each.alias or name: each.annotation for name, each in hint.model_fields.items()}
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return {each.encode_name: each.type for each in msgspec.structs.fields(hint)}
    is_tuple = isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")
    known = dataclasses.is_dataclass(hint) or hasattr(hint, "__attrs_attrs__") or is_tuple
    if not known and not typing.is_typeddict(hint):
        return None
    try:
        hints = typing.get_type_hints(hint, include_extras=True)
    except Exception:  # names that exist only for type checkers
        return {}
    return {name: _without_qualifier(each) for name, each in hints.items()}


def _without_qualifier(hint: Any) -> Any:
    while typing.get_origin(hint) in (typing.Required, typing.NotRequired):
        hint = typing.get_args(hint)[0]
    return hint


def project(hint: Any, step: str | int) -> Any:
    """The type of one part: of an item by its number, of a field or key by its name."""
    hint = bare(hint)
    origin, args = _origin(hint), typing.get_args(hint)
    if origin in _UNIONS:
        parts = [project(each, step) for each in args]
        return next((each for each in parts if not is_open(each)), Any)
    if isinstance(step, int):
        if origin is tuple and args and args[1:] != (Ellipsis,):
            return args[step] if -len(args) <= step < len(args) else Any
        return element(hint)
    if origin in _MAPPINGS:
        return args[1] if len(args) == 2 else Any
    return (fields(hint) or {}).get(step, Any)


def is_closed(hint: Any, depth: int = 0) -> bool:
    """True when no part of a value is left open."""
    hint = bare(hint)
    if is_open(hint) or depth > _MAX_DEPTH:
        return not is_open(hint)
    origin, args = _origin(hint), typing.get_args(hint)
    if origin is Literal:
        return True
    if origin in (*_ARRAYS, *_MAPPINGS) and not args:
        return False
    inner = [each for each in args if each is not Ellipsis]
    inner += (fields(hint) or {}).values()
    return all(is_closed(each, depth + 1) for each in inner)


def is_plain(hint: Any, depth: int = 0) -> bool:
    """True when JSON gives such values without help."""
    hint = bare(hint)
    origin, args = _origin(hint), typing.get_args(hint)
    if is_open(hint) or origin is Literal or hint in _JSON or depth > _MAX_DEPTH:
        return True
    if origin in _UNIONS or origin in _LISTS:
        return all(is_plain(each, depth + 1) for each in args)
    if origin in _DICTS:
        return not args or (bare(args[0]) in (str, Any) and is_plain(args[1], depth + 1))
    if typing.is_typeddict(hint):
        return all(is_plain(each, depth + 1) for each in (fields(hint) or {}).values())
    return False


def is_readable(hint: Any, depth: int = 0) -> bool:
    """True when every class in it can be built from JSON."""
    hint = bare(hint)
    if is_plain(hint) or depth > _MAX_DEPTH:
        return True
    origin, args = _origin(hint), typing.get_args(hint)
    if origin in _UNIONS or origin in (*_ARRAYS, *_MAPPINGS) or hint in _JSON:
        inner = (each for each in args if each is not Ellipsis)
        return all(is_readable(each, depth + 1) for each in inner)
    if fields(hint) is not None:
        return True
    return isinstance(hint, type) and issubclass(hint, _LEAVES)


def restoring(hint: Any) -> Any:
    """The hint of what a task returns, as far as it helps to read it; else Any."""
    return hint if not is_plain(hint) and is_readable(hint) else Any


def merge(reader: Any, returned: Any) -> Any:
    """The hint of a reader, its open parts filled from that of the task it reads."""
    if is_open(reader):
        return returned
    if is_open(returned):
        return reader
    wanted, given = bare(reader), _without_none(returned)
    origin = _origin(wanted)
    if origin in _UNIONS:
        return _merge_union(reader, wanted, given)
    if origin in _ARRAYS and _origin(given) in _ARRAYS and is_open(element(wanted)):
        return _merge_array(reader, wanted, given)
    if origin in _MAPPINGS and _origin(given) in _MAPPINGS:
        return _merge_mapping(reader, wanted, given)
    return reader


def _without_none(hint: Any) -> Any:
    hint = bare(hint)
    some = [each for each in typing.get_args(hint) if each is not NoneType]
    return bare(some[0]) if _origin(hint) in _UNIONS and len(some) == 1 else hint


def _merge_union(reader: Any, wanted: Any, given: Any) -> Any:
    """`list | None`, read from `list[Decimal]`."""
    some = [each for each in typing.get_args(wanted) if each is not NoneType]
    if len(some) != 1:
        return reader
    merged = merge(some[0], given)
    return reader if merged is some[0] else Union[merged, None]  # noqa: UP007  # made at run time


def _merge_array(reader: Any, wanted: Any, given: Any) -> Any:
    origin, args = _origin(wanted), typing.get_args(wanted)
    if origin is tuple:
        if args and args[1:] != (Ellipsis,):
            return reader
        return given if _origin(given) is tuple else GenericAlias(tuple, (element(given), ...))
    item = merge(element(wanted), element(given))
    return reader if is_open(item) else GenericAlias(origin, (item,))


def _merge_mapping(reader: Any, wanted: Any, given: Any) -> Any:
    given_args = typing.get_args(given)
    if len(given_args) != 2:
        return reader
    key, value = typing.get_args(wanted) or (Any, Any)
    if not is_open(key) and is_closed(value):
        return reader
    origin: Any = _origin(wanted)
    return GenericAlias(origin, (merge(key, given_args[0]), merge(value, given_args[1])))


def field_orders(hints: list[Any]) -> dict[str, list[str]]:
    """The fields of every TypedDict in these hints by its name: schemas sort them."""
    found: dict[str, list[str]] = {}
    waiting, seen = list(hints), set[int]()
    while waiting:
        hint = bare(waiting.pop())
        if id(hint) in seen:
            continue
        seen.add(id(hint))
        inner = fields(hint) or {}
        if typing.is_typeddict(hint):
            found[hint.__name__] = list(inner)
        waiting += [*typing.get_args(hint), *inner.values()]
    return found
