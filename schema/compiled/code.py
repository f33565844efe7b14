"""Writes one function for one shape of selected fields: a row goes in, its part of the answer comes
out. Whatever is not exactly as expected raises, and graphql-core does the whole list instead."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

from schema.compiled.shapes import Selected, Shape
from schema.leaves import ROWS, Source, source_of
from schema.pagination import Listing
from schema.scalars import unchanged

# complete(row, what each load knows by key) -> the row's part of the answer
Complete = Callable[[Any, list[dict[Any, Any]]], dict[str, Any]]

_PLAIN = frozenset({dict, list, str, int, float, bool, datetime})
_OBJECTS = frozenset({*ROWS, Listing})
_CHECKS = {
    GraphQLString.name: "type({0}) is not str",
    GraphQLID.name: "type({0}) is not str",
    GraphQLBoolean.name: "type({0}) is not bool",
    GraphQLInt.name: "type({0}) is not int or not min_int <= {0} <= max_int",
    GraphQLFloat.name: "type({0}) is not float or not isfinite({0})",
}


class Surprise(Exception):
    """A value that the generated code leaves to graphql-core."""


def surprised(value: Any) -> None:
    raise Surprise(type(value).__name__)


@lru_cache(maxsize=1000)
def compiled(type_: GraphQLObjectType, shape: Shape, by_key: bool) -> Complete:
    """`by_key`: the objects are rows; otherwise they are read by attribute. (A type belongs to one
    schema only.)"""
    writer = _Writer()
    name = writer.function(type_, shape, guard=False, by_key=by_key)
    code = compile("\n".join(writer.finished), f"<{type_.name}>", "exec")
    exec(code, writer.names)  # noqa: S102  (made of names of our own schema; values are bound)
    found: Complete = writer.names[name]
    return found


class _Writer:
    """Statements that leave a completed value in a variable."""

    def __init__(self) -> None:
        self.finished: list[str] = []
        self.names: dict[str, Any] = {
            "isfinite": math.isfinite,
            "min_int": GRAPHQL_MIN_INT,
            "max_int": GRAPHQL_MAX_INT,
            "surprised": surprised,
            "plain": _PLAIN,
            "objects": _OBJECTS,
            "record": ROWS[0],
        }
        self._lines: list[str] = []
        self._depth = 1
        self._count = 0

    def function(
        self, type_: GraphQLObjectType, shape: Shape, *, guard: bool, by_key: bool = True
    ) -> str:
        outer, self._lines, depth, self._depth = self._lines, [], self._depth, 1
        reads_columns = any(_reads_column(type_, selected) for selected in shape)
        name = self._new("f")
        if guard:
            self._unless(
                "type(r) is record or type(r) is dict" if reads_columns else "type(r) in objects",
                "r",
            )
        answer = [f"{each.response!r}: {self._field(type_, each, by_key)}" for each in shape]
        self._line(f"return {{{', '.join(answer)}}}")
        self.finished += [f"def {name}(r, known):", *self._lines]
        self._lines, self._depth = outer, depth
        return name

    def _field(self, owner: GraphQLObjectType, selected: Selected, by_key: bool) -> str:
        if selected.name == "__typename":
            return repr(owner.name)
        field = owner.fields[selected.name]
        source = source_of(field)
        assert source is not None
        variable = self._new("v")
        self._line(f"{variable} = {self._value(source, selected, variable, by_key)}")
        self._complete(field.type, variable, selected)
        return variable

    def _value(self, source: Source, selected: Selected, variable: str, by_key: bool) -> str:
        if selected.load is not None:
            self._line(f"{variable} = {self._bound(source.key_of)}(r)")
            return f"None if {variable} is None else known[{selected.load}][{variable}]"
        if source.read is not None:
            return f"{self._bound(source.read)}(r)"
        return f"r[{source.name!r}]" if by_key else f"r.{source.name}"

    def _complete(self, type_: GraphQLOutputType, variable: str, selected: Selected) -> None:
        if is_non_null_type(type_):
            self._present(type_.of_type, variable, selected)
            return
        self._line(f"if {variable} is not None:")
        with self._indented():
            self._present(type_, variable, selected)

    def _present(self, type_: GraphQLOutputType, variable: str, selected: Selected) -> None:
        if is_list_type(type_):
            self._list(type_.of_type, variable, selected)
        elif is_leaf_type(type_):
            self._leaf(type_, variable)
        else:
            assert isinstance(type_, GraphQLObjectType)
            assert selected.inner is not None
            name = self.function(type_, selected.inner, guard=True)
            self._line(f"{variable} = {name}({variable}, known)")

    def _list(self, type_: GraphQLOutputType, variable: str, selected: Selected) -> None:
        item, items = self._new("i"), self._new("l")
        self._unless(f"type({variable}) is list", variable)
        self._line(f"{items} = []")
        self._line(f"for {item} in {variable}:")
        with self._indented():
            self._complete(type_, item, selected)
            self._line(f"{items}.append({item})")
        self._line(f"{variable} = {items}")

    def _leaf(self, type_: Any, variable: str) -> None:
        if isinstance(type_, GraphQLEnumType):
            # By value, as graphql-core looks it up; members of our enums are their values.
            self._line(f"{variable} = {self._bound(type_._value_lookup)}[{variable}]")
            return
        check = _CHECKS.get(type_.name)
        if check is not None:
            self._line(f"if {check.format(variable)}: surprised({variable})")
            return
        self._unless(f"type({variable}) in plain", variable)
        if type_.coerce_output_value is not unchanged:
            self._line(f"{variable} = {self._bound(type_.coerce_output_value)}({variable})")
            self._unless(f"type({variable}) in plain", variable)

    def _unless(self, condition: str, variable: str) -> None:
        self._line(f"if not ({condition}): surprised({variable})")

    def _bound(self, value: Any) -> str:
        name = self._new("g")
        self.names[name] = value
        return name

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def _line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)

    @contextmanager
    def _indented(self) -> Iterator[None]:
        self._depth += 1
        yield
        self._depth -= 1


def _reads_column(type_: GraphQLObjectType, selected: Selected) -> bool:
    if selected.name == "__typename":
        return False
    source = source_of(type_.fields[selected.name])
    return source is None or source.read is None
