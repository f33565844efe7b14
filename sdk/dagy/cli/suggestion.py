"""The command that starts a run of a deployment, with values for what it must be given."""

import json
import shlex
from collections.abc import Collection, Mapping
from typing import Any

_TEXTS = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "decimal": "1.5",
    "byte": "eA==",
}
# Deep enough for the models people write; a model that needs itself has no end.
_DEEPEST = 8


def trigger_command(name: str, schema: Mapping[str, Any], given: Collection[str]) -> str:
    """`dagy trigger NAME -p city=text --follow`: every required parameter that has no default."""
    words = ["dagy", "trigger", name]
    properties = schema.get("properties", {})
    for parameter in schema.get("required", []):
        if parameter not in given:
            words += ["-p", f"{parameter}={_text(sample(properties.get(parameter, {}), schema))}"]
    return shlex.join([*words, "--follow"])


def sample(wanted: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that the JSON Schema `wanted` accepts; definitions are those of `schema`."""
    if depth > _DEEPEST:
        return None
    if "$ref" in wanted:
        return sample(_referenced(str(wanted["$ref"]), schema), schema, depth + 1)
    for stated in ("default", "const"):
        if stated in wanted:
            return wanted[stated]
    for choices in ("examples", "enum"):
        if wanted.get(choices):
            return wanted[choices][0]
    for choices in ("anyOf", "oneOf", "allOf"):
        if wanted.get(choices):
            return sample(wanted[choices][0], schema, depth + 1)
    return _of_type(wanted, schema, depth)


def _of_type(wanted: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    kind = wanted.get("type", "string")
    match kind[0] if isinstance(kind, list) else kind:
        case "integer" | "number":
            return _number(wanted)
        case "boolean":
            return True
        case "array":
            items = wanted.get("items")
            each = items if isinstance(items, Mapping) else {}
            return [sample(each, schema, depth + 1) for _ in range(wanted.get("minItems", 1))]
        case "object":
            properties = wanted.get("properties", {})
            return {
                name: sample(properties.get(name, {}), schema, depth + 1)
                for name in wanted.get("required", [])
            }
        case "null":
            return None
        case _:
            text = _TEXTS.get(wanted.get("format", ""), "text")
            return text.ljust(wanted.get("minLength", 0), "x")[: wanted.get("maxLength")]


def _number(wanted: Mapping[str, Any]) -> int | float:
    step = wanted.get("multipleOf", 1)
    least = wanted.get("minimum", wanted.get("exclusiveMinimum"))
    most = wanted.get("maximum", wanted.get("exclusiveMaximum"))
    value: int | float = step
    if least is not None and value <= least:
        value = least if "minimum" in wanted else least + step
    if most is not None and value >= most:
        value = most if "maximum" in wanted else most - step
    return value


def _text(value: Any) -> str:
    """As `-p` reads it back."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _referenced(reference: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}
