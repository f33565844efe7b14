"""`-p name=value` as parameters: JSON if it parses, else text; text where the schema says so."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

_JSON_TYPES: dict[type, frozenset[str]] = {
    bool: frozenset({"boolean"}),
    int: frozenset({"integer", "number"}),
    float: frozenset({"number"}),
    type(None): frozenset({"null"}),
    list: frozenset({"array"}),
    dict: frozenset({"object"}),
}


def pairs(values: Iterable[str], *, option: str = "-p") -> dict[str, str]:
    """`("a=1", "b=x=y")` -> `{"a": "1", "b": "x=y"}`; the last of equal names wins."""
    result = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not name or not equals:
            raise click.UsageError(f"{option} takes name=value, not '{value}'")
        result[name] = text
    return result


def parameters(texts: Mapping[str, str], schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """Values for a flow whose parameters have this JSON Schema (None: not known)."""
    return {name: _value(text, _property(schema, name), schema) for name, text in texts.items()}


def needs_schema(texts: Mapping[str, str]) -> bool:
    """False if every value is text whatever the schema says."""
    return any(not isinstance(parsed(text), str) for text in texts.values())


def parsed(text: str) -> Any:
    """The JSON value, or the text itself. NaN and Infinity are not JSON."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return text


def json_object(text: str, *, option: str) -> dict[str, Any]:
    """Raises a usage error unless the text is a JSON object."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise click.UsageError(f"{option} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise click.UsageError(f"{option} must be a JSON object, such as '{{\"name\": 1}}'")
    return value


def argument_text(argument: str) -> str:
    """The argument itself, the file after @, or stdin for -."""
    if argument == "-":
        return sys.stdin.read()
    if not argument.startswith("@"):
        return argument
    try:
        return Path(argument[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {argument[1:]}: {error}") from error


def _value(text: str, wanted: Mapping[str, Any] | None, schema: Mapping[str, Any] | None) -> Any:
    value = parsed(text)
    if wanted is None:
        return value
    types = _types(wanted, schema or {})
    if "string" not in types:
        return value
    if isinstance(value, str):
        # '"x"' is JSON for x, but for a text parameter the quotes were typed on purpose.
        return text
    return value if _JSON_TYPES[type(value)] & types else text


def _property(schema: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    found = (schema or {}).get("properties", {}).get(name)
    return found if isinstance(found, Mapping) else None


def _types(wanted: Mapping[str, Any], schema: Mapping[str, Any]) -> frozenset[str]:
    """Every JSON type the schema of a value admits; empty when it says nothing about it."""
    if "$ref" in wanted:
        return _types(_referenced(str(wanted["$ref"]), schema), schema)
    types: set[str] = set()
    stated = wanted.get("type")
    types.update([stated] if isinstance(stated, str) else stated or [])
    for choice in [*wanted.get("anyOf", []), *wanted.get("oneOf", [])]:
        types |= _types(choice, schema)
    if not types:
        choices = [*wanted.get("enum", []), *([wanted["const"]] if "const" in wanted else [])]
        types.update(name for choice in choices for name in _names(choice))
    return frozenset(types)


def _names(value: Any) -> frozenset[str]:
    return frozenset({"string"}) if isinstance(value, str) else _JSON_TYPES[type(value)]


def _referenced(reference: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
