"""The fields of Query without Strawberry's wrappers: their arguments are converted once for the
same values, and the resolver is called as it stands."""

import inspect
from collections.abc import Callable
from typing import Any, cast

from graphql import GraphQLObjectType
from strawberry import Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

_KEPT = 500
_MISSING: Any = object()


def shorten_roots(schema: Schema) -> None:
    query = schema._schema.query_type
    assert isinstance(query, GraphQLObjectType)
    for field in query.fields.values():
        definition = field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        resolver = definition.base_resolver
        if resolver is not None and not definition.extensions and _asks_for_info(resolver):
            field.resolve = _direct(schema, definition, resolver.wrapped_func)


def _asks_for_info(resolver: StrawberryResolver[Any]) -> bool:
    """First, and for nothing else of what surrounds the field."""
    names = list(inspect.signature(cast(Any, resolver.wrapped_func)).parameters)
    others = (resolver.self_parameter, resolver.parent_parameter, resolver.root_parameter)
    return names[:1] == ["info"] and not any(others)


def _direct(
    schema: Schema, definition: StrawberryField, function: Callable[..., Any]
) -> Callable[..., Any]:
    kept: dict[Any, dict[str, Any]] = {}
    info_class, scalars = schema.config.info_class, schema.schema_converter.scalar_registry

    def convert(given: dict[str, Any]) -> dict[str, Any]:
        return convert_arguments(given, definition.arguments, scalars, schema.config)

    def arguments(given: dict[str, Any]) -> dict[str, Any]:
        """Values that cannot be hashed, such as inputs, are converted each time: a resolver may
        keep what it is given."""
        key = tuple(given.items())
        try:
            found = kept.get(key, _MISSING)
        except TypeError:
            return convert(given)
        if found is _MISSING:
            if len(kept) >= _KEPT:
                kept.clear()
            found = kept[key] = convert(given)
        return cast(dict[str, Any], found)

    def resolve(_source: Any, raw_info: Any, **given: Any) -> Any:
        info = info_class(_raw_info=raw_info, _field=definition)
        return function(info, **arguments(given))

    return resolve
