"""Short ways to values: what Strawberry wraps in layers for generality, graphql-core calls here
directly. Fields without logic of their own are what `compiled` writes into its functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.columns import columns_of, named_object
from schema.loaders import Fetch, RowFetch

ROWS = (asyncpg.Record, dict)
_SOURCE = "dagy.source"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of a field comes from: `load` by `key_of`, else `read`, else the column
    `name`. `given` takes the field's arguments to those of `load`."""

    name: str
    read: Callable[[Any], Any] | None
    load: Fetch | None
    key_of: Callable[[Any], Any] | None
    given: Callable[..., tuple[Any, ...]] | None

    def get(self, parent: Any) -> Any:
        """Of a field that loads nothing."""
        return value_of(parent, self.name) if self.read is None else self.read(parent)


def value_of(source: Any, name: str) -> Any:
    """Rows and documents are read by key, other objects by attribute."""
    if type(source) in ROWS or isinstance(source, Mapping):
        return source[name]
    return getattr(source, name)


def source_of(field: GraphQLField) -> Source | None:
    """None for a field with a resolver of its own."""
    source: Source | None = field.extensions.get(_SOURCE)
    return source


def shorten(schema: GraphQLSchema) -> None:
    """Give every field without a resolver of its own a direct one.

    Types need no is_type_of either: Node.resolve_type names the type of a node.
    """
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            type_.is_type_of = None
            for field in type_.fields.values():
                definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
                if isinstance(definition, StrawberryField):
                    _shorten(field, definition)


def _shorten(field: GraphQLField, definition: StrawberryField) -> None:
    metadata = definition.metadata
    load, key = metadata.get("load"), metadata.get("key", "id")
    if not definition.is_basic_field and load is None:
        return
    source = Source(
        definition.python_name,
        metadata.get("read"),
        load,
        (key if callable(key) else _column(key)) if load is not None else None,
        metadata.get("given"),
    )
    field.extensions[_SOURCE] = source
    field.resolve = _resolver(source, field)


def _column(name: str) -> Callable[[Any], Any]:
    return lambda source: source[name] if type(source) in ROWS else value_of(source, name)


def _resolver(source: Source, field: GraphQLField) -> Callable[..., Any]:
    if source.load is not None:
        return _loading(source, field)
    if source.read is not None:
        read = source.read
        return lambda source, _info: read(source)
    column = _column(source.name)
    return lambda source, _info: column(source)


def _loading(source: Source, field: GraphQLField) -> Callable[..., Any]:
    load, key_of, given = source.load, source.key_of, source.given
    rows = named_object(field.type) if isinstance(load, RowFetch) else None
    assert load is not None
    assert key_of is not None

    def resolve(parent: Any, info: Any, **arguments: Any) -> Any:
        found = given(**arguments) if given is not None else ()
        if rows is not None:
            found = (*found, columns_of(rows, info.field_nodes, info.fragments))
        return info.context.load(load, key_of(parent), *found)

    return resolve
