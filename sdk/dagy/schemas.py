"""JSON Schema documents of parameters: one place for definitions, references that resolve, and
an order of fields that survives databases which sort keys."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]

ORDER = "x-order"
_PREFIX = "#/$defs/"
_ONE = ("items", "additionalProperties", "propertyNames", "not", "contains")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs")


def finished(
    document: Schema, definitions: Mapping[str, Schema], orders: Mapping[str, list[str]]
) -> Schema:
    """The document with all definitions at its root. `orders`: the fields of definitions whose
    schema has lost their order."""
    pool = Pool(definitions)
    for each in [document, *definitions.values()]:
        pool.pull_from(each)
    if pool.definitions:
        document["$defs"] = pool.definitions
    for each in _below(document):
        _drop_unresolved(each, pool.definitions)
        if each.get("properties"):
            each[ORDER] = list(each["properties"])
    for name, order in orders.items():
        if pool.definitions.get(name, {}).get("properties", {}).keys() == set(order):
            pool.definitions[name][ORDER] = order
    return document


def ordered_properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object in the order of the code, wherever the schema has been stored."""
    properties: dict[str, Any] = schema.get("properties", {})
    order = [name for name in schema.get(ORDER, ()) if name in properties]
    return {name: properties[name] for name in dict.fromkeys([*order, *properties])}


def without_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: without_order(each)
            for name, each in value.items()
            if not (name == ORDER and isinstance(each, list))
        }
    return [without_order(each) for each in value] if isinstance(value, list) else value


class Pool:
    """Definitions by name. Another one of the same name gets a number: "Address-2"."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self.definitions = dict(definitions)
        self._said = {name: _text(each) for name, each in definitions.items()}

    def pull_from(self, schema: Schema) -> None:
        """Takes over the definitions that schemas below bring along."""
        for each in list(_below(schema)):
            own = each.pop("$defs", None)
            if own:
                self._take(each, own)

    def _take(self, schema: Schema, own: dict[str, Schema]) -> None:
        said = {name: _text(each) for name, each in own.items()}
        names = self._free_names(said)
        for root in (schema, *own.values()):
            for each in _below(root):
                _rewrite(each, names)
        for name, new in names.items():
            self.definitions.setdefault(new, own[name])
            self._said.setdefault(new, said[name])

    def _free_names(self, said: Mapping[str, str]) -> dict[str, str]:
        """One number for all that come together: what looks alike may refer to what does not."""
        number = 1
        while any(
            self._said.get(_numbered(name, number), text) != text for name, text in said.items()
        ):
            number += 1
        return {name: _numbered(name, number) for name in said}


def _text(schema: Schema) -> str:
    return json.dumps(schema, sort_keys=True)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _rewrite(schema: Schema, names: Mapping[str, str]) -> None:
    def new(reference: str) -> str:
        name = reference.removeprefix(_PREFIX)
        return _PREFIX + names[name] if name in names else reference

    if isinstance(schema.get("$ref"), str):
        schema["$ref"] = new(schema["$ref"])
    mapping = _mapping(schema)
    mapping.update({tag: new(reference) for tag, reference in mapping.items()})


def _mapping(schema: Schema) -> dict[str, str]:
    """Which definition each tag of a union means."""
    found = schema.get("discriminator")
    mapping = found.get("mapping") if isinstance(found, dict) else None
    return mapping if isinstance(mapping, dict) else {}


def _drop_unresolved(schema: Schema, pool: Mapping[str, Schema]) -> None:
    """A reference to somewhere else, as a model's own additions may have, says nothing here."""
    if "$ref" in schema and schema["$ref"].removeprefix(_PREFIX) not in pool:
        del schema["$ref"]


def _below(schema: Any) -> Iterator[Schema]:
    """The schema and every schema inside of it; defaults and constants are none."""
    if not isinstance(schema, dict):
        return
    yield schema
    for word in _ONE:
        yield from _below(schema.get(word))
    for word in _SEVERAL:
        for each in schema.get(word, ()):
            yield from _below(each)
    for word in _NAMED:
        for each in dict(schema.get(word, {})).values():
            yield from _below(each)
