"""Valid operations over a whole schema, from a seed: aliases, fragments, conditions, arguments."""

import random
from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

_DEPTH = 6
_LITERALS = {"Int": "3", "Float": "1.5", "Boolean": "true", "Long": "3",
             "DateTime": '"2026-01-01T00:00:00Z"', "JSON": "{a: 1}"}  # fmt: skip


class Generator:
    def __init__(self, schema: GraphQLSchema, seed: str) -> None:
        self._schema = schema
        self._chance = random.Random(seed)
        self._count = 0
        self._fragments: list[str] = []
        self._variables: dict[str, Any] = {}

    def operation(self) -> tuple[str, dict[str, Any]]:
        """A document and its variables."""
        word = "mutation" if self._chance.random() < 0.1 else "query"
        root = self._schema.mutation_type if word == "mutation" else self._schema.query_type
        assert root is not None
        body = self._selections(root, _DEPTH)
        declared = ", ".join(
            f"${name}: {'Boolean!' if isinstance(value, bool) else 'Int'}"
            for name, value in self._variables.items()
        )
        head = f"{word} Q({declared})" if declared else word
        return " ".join([head, body, *self._fragments]), self._variables

    def _selections(self, type_: Any, depth: int) -> str:
        names = list(type_.fields)
        is_root = type_ in (self._schema.query_type, self._schema.mutation_type)
        count = 1 if is_root else self._chance.randint(1, 6)
        parts = [self._field(type_, self._chance.choice(names), depth) for _ in range(count)]
        if self._chance.random() < 0.2:
            parts.append("__typename")
        found = " ".join(part for part in parts if part) or "__typename"
        if self._chance.random() < 0.15:
            return f"{{ ... on {type_.name} {self._conditions()} {{ {found} }} }}"
        if self._chance.random() < 0.15:
            name = self._new("F")
            self._fragments.append(f"fragment {name} on {type_.name} {{ {found} }}")
            return f"{{ ...{name} {self._conditions()} {self._other(type_)} }}"
        return f"{{ {found} {self._other(type_)} }}"

    def _other(self, type_: Any) -> str:
        """Of an interface's node, what one of its types has."""
        if not is_abstract_type(type_):
            return ""
        chosen = self._chance.choice(self._schema.get_possible_types(type_))
        return f"... on {chosen.name} {self._selections(chosen, 1)}"

    def _field(self, owner: GraphQLObjectType, name: str, depth: int) -> str:
        field = owner.fields[name]
        named = get_named_type(field.type)
        if depth == 0 and not is_leaf_type(named):
            return ""
        arguments = self._arguments(field.args)
        inner = "" if is_leaf_type(named) else self._selections(named, depth - 1)
        plain = not arguments and not inner and self._chance.random() < 0.7
        label = name if plain else f"{self._new('a')}: {name}"
        return f"{label}{arguments} {self._conditions()} {inner}"

    def _arguments(self, args: dict[str, Any], *, page: bool = True) -> str:
        found = []
        for name, argument in args.items():
            if page and name == "first" and self._chance.random() < 0.5:
                found.append(f"first: {self._first()}")
            elif is_non_null_type(argument.type):
                found.append(f"{name}: {self._literal(argument.type)}")
        return f"({', '.join(found)})" if found else ""

    def _first(self) -> str:
        size = self._chance.choice([0, 1, 3, 3, 100, 1000, -1])
        if self._chance.random() < 0.5:
            return str(size)
        name = self._new("n")
        self._variables[name] = size
        return f"${name}"

    def _literal(self, type_: Any) -> str:
        if is_non_null_type(type_):
            return self._literal(type_.of_type)
        if is_list_type(type_):
            return f"[{self._literal(type_.of_type)}]"
        if is_enum_type(type_):
            return self._chance.choice(list(type_.values))
        if is_input_object_type(type_):
            needed = {n: f.type for n, f in type_.fields.items() if is_non_null_type(f.type)}
            return f"{{{', '.join(f'{n}: {self._literal(t)}' for n, t in needed.items())}}}"
        return _LITERALS.get(type_.name, '"text"')

    def _conditions(self) -> str:
        if self._chance.random() < 0.85:
            return ""
        word, value = self._chance.choice(["skip", "include"]), self._chance.random() < 0.5
        if self._chance.random() < 0.5:
            return f"@{word}(if: {str(value).lower()})"
        name = self._new("b")
        self._variables[name] = value
        return f"@{word}(if: ${name})"

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"
