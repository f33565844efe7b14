"""Checks parameters against the JSON Schema of a FlowSpec, without the user's code.

Knows the words that `signature.parameters_schema` writes, those of pydantic's models among them.
Not a general validator."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from dagy.errors import BadParameterError
from dagy.schemas import ordered_properties
from dagy.values import encode_sorted

Schema = Mapping[str, Any]


def validate_parameters(schema: Schema, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Check parameters against the JSON Schema of a flow, as a server does at trigger.

    Args:
        schema: `flow.spec().parameters`, or what `DagyClient.parameters_schema` returns.
        parameters: Values by name.

    Returns:
        The parameters, with defaults filled in.

    Raises:
        BadParameterError: One is missing, unknown or wrong; `field` is its path.
    """
    properties = ordered_properties(schema)
    unknown = [name for name in parameters if name not in properties]
    if unknown:
        known = ", ".join(properties) or "none"
        raise BadParameterError(unknown[0], f"there is no such parameter (there are: {known})")
    checked: dict[str, Any] = {}
    for name, each in properties.items():
        if name in parameters:
            _check(each, parameters[name], name, schema)
            checked[name] = parameters[name]
        elif "default" in each:
            checked[name] = each["default"]
        elif name in schema.get("required", ()):
            expected = describe(each, schema)
            raise BadParameterError(
                name, f"it is required (expected {expected})", expected=expected, got="nothing"
            )
    return checked


def describe(schema: Schema, root: Schema) -> str:
    """What a schema wants, in words."""
    schema = _resolved(schema, root)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(describe(each, root) for each in schema[word]))
    if "enum" in schema:
        return "one of " + ", ".join(repr(each) for each in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    kind = schema.get("type", "anything")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({schema['format']})" if "format" in schema else words


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = root.get("$defs", {}).get(name, {})
    return schema


def _check(schema: Schema | bool, value: Any, path: str, root: Schema) -> None:
    if isinstance(schema, bool):
        if not schema:
            raise BadParameterError(path, "there is nothing that may stand here")
        return
    root = _with_definitions(schema, root)
    for each in schema.get("allOf", ()):
        _check(each, value, path, root)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            _check_any(schema, schema[word], value, path, root)
    if "$ref" in schema:
        _check(_resolved(schema, root), value, path, root)
        return
    _check_constants(schema, value, path, root)
    _check_type(schema, value, path, root)
    _check_inside(schema, value, path, root)


def _with_definitions(schema: Schema, root: Schema) -> Schema:
    """Specs of earlier versions have definitions deeper in the document."""
    if "$defs" not in schema or schema is root:
        return root
    return {**root, "$defs": {**root.get("$defs", {}), **schema["$defs"]}}


def _check_constants(schema: Schema, value: Any, path: str, root: Schema) -> None:
    if "enum" in schema and not any(_same(value, each) for each in schema["enum"]):
        raise _wrong(schema, value, path, root)
    if "const" in schema and not _same(value, schema["const"]):
        raise _wrong(schema, value, path, root)


def _check_inside(schema: Schema, value: Any, path: str, root: Schema) -> None:
    if isinstance(value, str):
        _check_text(schema, value, path, root)
    elif isinstance(value, list):
        _check_list(schema, value, path, root)
    elif isinstance(value, Mapping):
        _check_object(schema, value, path, root)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(schema, value, path, root)


def _check_any(schema: Schema, choices: list[Schema], value: Any, path: str, root: Schema) -> None:
    """Of all that did not fit, the fault deepest inside the value says most."""
    tagged = _tagged(schema, value, path, root)
    deepest: BadParameterError | None = None
    for each in choices if tagged is None else [tagged]:
        try:
            _check(each, value, path, root)
        except BadParameterError as error:
            if error.field != path and (deepest is None or len(error.field) > len(deepest.field)):
                deepest = error
        else:
            return
    raise deepest or _wrong(schema, value, path, root)


def _tagged(schema: Schema, value: Any, path: str, root: Schema) -> Schema | None:
    """The choice that a field of the value names; None where no field decides."""
    told = schema.get("discriminator")
    if not isinstance(told, Mapping) or not isinstance(value, Mapping):
        return None
    name, mapping = told.get("propertyName", ""), told.get("mapping", {})
    tag = value.get(name)
    if isinstance(tag, str) and tag in mapping:
        return {"$ref": mapping[tag]}
    if not mapping:
        return None
    raise _wrong({"enum": list(mapping)}, tag, f"{path}.{name}", root)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    # JSON Schema takes 1.0 for an integer; the flow's own process does not.
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
}


def _check_type(schema: Schema, value: Any, path: str, root: Schema) -> None:
    wanted = schema.get("type")
    if wanted is None:
        return
    kinds = wanted if isinstance(wanted, list) else [wanted]
    if not any(_TYPES[kind](value) for kind in kinds):
        raise _wrong(schema, value, path, root)


def _check_number(schema: Schema, value: float, path: str, root: Schema) -> None:
    rules: dict[str, Callable[[Any], bool]] = {
        "minimum": lambda limit: value >= limit,
        "maximum": lambda limit: value <= limit,
        "exclusiveMinimum": lambda limit: value > limit,
        "exclusiveMaximum": lambda limit: value < limit,
        "multipleOf": lambda limit: value % limit == 0,
    }
    _check_rules(rules, schema, value, path)


def _check_text(schema: Schema, value: str, path: str, root: Schema) -> None:
    rules: dict[str, Callable[[Any], bool]] = {
        "minLength": lambda limit: len(value) >= limit,
        "maxLength": lambda limit: len(value) <= limit,
        "pattern": lambda pattern: re.search(pattern, value) is not None,
    }
    _check_rules(rules, schema, value, path)
    if not _has_format(schema.get("format"), value):
        raise _wrong(schema, value, path, root)


def _check_rules(
    rules: dict[str, Callable[[Any], bool]], schema: Schema, value: Any, path: str
) -> None:
    for rule, holds in rules.items():
        if rule in schema and not holds(schema[rule]):
            expected, got = f"{rule} {schema[rule]}", _show(value)
            raise BadParameterError(
                path, f"expected {expected}, got {got}", expected=expected, got=got
            )


def _check_list(schema: Schema, value: list[Any], path: str, root: Schema) -> None:
    size = len(value)
    rules: dict[str, Callable[[Any], bool]] = {
        "minItems": lambda limit: size >= limit,
        "maxItems": lambda limit: size <= limit,
    }
    _check_rules(rules, schema, value, path)
    if schema.get("uniqueItems") and len({encode_sorted(item) for item in value}) < size:
        raise BadParameterError(path, "expected no item twice", expected="no item twice")
    first = schema.get("prefixItems", [])
    rest = schema.get("items", True)
    for index, item in enumerate(value):
        wanted = first[index] if index < len(first) else rest
        if wanted is False:
            raise BadParameterError(
                f"{path}[{index}]",
                f"expected {len(first)} items, got {size}",
                expected=f"{len(first)} items",
                got=f"{size} items",
            )
        _check(wanted, item, f"{path}[{index}]", root)


def _check_object(schema: Schema, value: Mapping[str, Any], path: str, root: Schema) -> None:
    properties, size = ordered_properties(schema), len(value)
    rules: dict[str, Callable[[Any], bool]] = {
        "minProperties": lambda limit: size >= limit,
        "maxProperties": lambda limit: size <= limit,
    }
    _check_rules(rules, schema, value, path)
    for name in schema.get("required", ()):
        if name not in value:
            expected = describe(properties.get(name, {}), root)
            raise BadParameterError(
                f"{path}.{name}",
                f"it is required (expected {expected})",
                expected=expected,
                got="nothing",
            )
    for name, item in value.items():
        wanted = properties.get(name, _rest(schema, name))
        if wanted is False:
            known = ", ".join(properties) or "none"
            raise BadParameterError(
                f"{path}.{name}", f"there is no such field (there are: {known})"
            )
        if "propertyNames" in schema:
            _check(schema["propertyNames"], name, f"{path}.{name}", root)
        _check(wanted, item, f"{path}.{name}", root)


def _rest(schema: Schema, name: str) -> Any:
    """What a field without a schema of its own must be."""
    for pattern, wanted in schema.get("patternProperties", {}).items():
        if re.search(pattern, name):
            return wanted
    return schema.get("additionalProperties", True)


# What the flow's own process will read them as.
_FORMATS = {
    "date-time": datetime,
    "date": date,
    "time": time,
    "uuid": UUID,
    "decimal": Decimal,
    "duration": timedelta,
}


def _has_format(name: str | None, value: str) -> bool:
    kind = _FORMATS.get(name or "")
    if kind is None:
        return True
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _same(value: Any, wanted: Any) -> bool:
    """True and 1 are different words in JSON."""
    return value == wanted and isinstance(value, bool) is isinstance(wanted, bool)


def _wrong(schema: Schema, value: Any, path: str, root: Schema) -> BadParameterError:
    expected, got = describe(schema, root), _show(value)
    return BadParameterError(path, f"expected {expected}, got {got}", expected=expected, got=got)


def _show(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    kind = "null" if value is None else names.get(type(value), "object")
    text = repr(value)
    if value is None or isinstance(value, list | Mapping):
        return kind
    return f"{kind} {text if len(text) <= 60 else text[:57] + '...'}"
