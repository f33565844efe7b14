"""The examples of docs/examples: for each operation the variables, and what else cannot be told
from the schema. Selections are made from the schema where an example has none of its own."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
)

from schema.guard import need_of_field

FOLDER = Path(__file__).parent.parent / "docs" / "examples"
KINDS = ("query", "mutation", "subscription")

_MAX_LEAVES = 6
_MAX_DEPTH = 3
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Example:
    """`variables`, `after` and `actor` (the token it is run with, unless the usual one) may hold
    "{name}": what an example that ran before saved under that name.

    `saves` maps names to paths in the answer; `refused` is the error code that it shows; those with
    a higher `last` run later: they take away what others need.
    """

    noun: str
    kind: str
    operation: str
    query: str
    variables: dict[str, Any]
    saves: dict[str, str]
    after: list[str]
    actor: str | None
    refused: str | None
    last: int

    @property
    def key(self) -> str:
        return f"{self.kind} {self.operation}"

    def needs(self) -> set[str]:
        return set(_PLACEHOLDER.findall(json.dumps([self.variables, self.after, self.actor])))


def filled(value: Any, known: dict[str, Any]) -> Any:
    """`value` with what is known in the place of "{name}"."""
    match value:
        case dict():
            return {key: filled(item, known) for key, item in value.items()}
        case list():
            return [filled(item, known) for item in value]
        case str():
            whole = _PLACEHOLDER.fullmatch(value)
            if whole:
                return known[whole[1]]
            return _PLACEHOLDER.sub(lambda found: str(known[found[1]]), value)
    return value


def operations(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    """Every root field as "query runs", in the order of the schema."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {
        f"{kind} {name}": field
        for kind, root in zip(KINDS, roots, strict=True)
        if root is not None
        for name, field in root.fields.items()
    }


def load(schema: GraphQLSchema, folder: Path = FOLDER) -> dict[str, Example]:
    """By key. Raises ValueError for an example of no operation."""
    known = operations(schema)
    found: dict[str, Example] = {}
    for path in sorted(folder.glob("*.toml")):
        for kind, examples in tomllib.loads(path.read_text()).items():
            for operation, parts in examples.items():
                key = f"{kind} {operation}"
                if key not in known or key in found:
                    raise ValueError(f"{path.name}: there is no {key}, or another example of it.")
                found[key] = _example(path.stem, key, known[key], parts)
    return found


def _example(noun: str, key: str, field: GraphQLField, parts: dict[str, Any]) -> Example:
    kind, _, operation = key.partition(" ")
    variables = parts.get("variables", {})
    return Example(
        noun=noun,
        kind=kind,
        operation=operation,
        query=_query(key, field, list(variables), parts.get("select")),
        variables=variables,
        saves=parts.get("saves", {}),
        refused=parts.get("refused"),
        after=parts.get("after", []),
        actor=parts.get("as"),
        last=parts.get("last", 0),
    )


def _query(key: str, field: GraphQLField, given: list[str], select: str | None) -> str:
    kind, _, operation = key.partition(" ")
    missing = [
        name
        for name, argument in field.args.items()
        if is_required_argument(argument) and name not in given
    ]
    if missing:
        raise ValueError(f"The example of {key} lacks the variable {missing[0]}.")
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in given)
    passed = ", ".join(f"{name}: ${name}" for name in given)
    lines = [select] if select else list(_selection(field, depth=0))
    head = f"{kind} ({declared})" if given else kind
    call = f"{operation}({passed})" if given else operation
    if not lines:
        return f"{head} {{\n  {call}\n}}"
    body = "\n".join(f"    {line}" for text in lines for line in text.strip().splitlines())
    return f"{head} {{\n  {call} {{\n{body}\n  }}\n}}"


def _selection(field: GraphQLField, *, depth: int) -> Iterator[str]:
    """Leaves first; of what is inside, the rows of a connection and the parts of a payload."""
    owner = get_named_type(field.type)
    if isinstance(owner, GraphQLInterfaceType):
        yield "__typename"
    if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
        return
    leaves = [name for name, each in owner.fields.items() if _is_plain_leaf(owner, name, each)]
    if leaves:
        yield " ".join(leaves[:_MAX_LEAVES])
    inner = [name for name in owner.fields if name not in leaves and _is_inside(owner, name)]
    if not leaves or owner.name.endswith(("Payload", "Connection")):
        for name in inner if depth < _MAX_DEPTH else ():
            text = " ".join(_selection(owner.fields[name], depth=depth + 1))
            if text:
                yield f"{name} {{ {text} }}"


def _is_plain_leaf(owner: Any, name: str, field: GraphQLField) -> bool:
    need = need_of_field(owner, name)
    leaf = isinstance(get_named_type(field.type), GraphQLScalarType | GraphQLEnumType)
    is_open = need is None or need[0] != "requires" or owner.name.endswith("Payload")
    return leaf and is_open and not field.args


def _is_inside(owner: Any, name: str) -> bool:
    if owner.name.endswith("Connection"):
        return name in ("nodes", "pageInfo")
    return owner.name.endswith("Payload") or not owner.fields[name].args
