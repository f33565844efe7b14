"""How large an operation may be. Counted on the document, fragments followed, before it runs."""

import re
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    TokenKind,
)

MAX_TOKENS = 2000
MAX_DEPTH = 12
MAX_ALIASES = 60
MAX_ROOT_FIELDS = 20
MAX_DIRECTIVES = 50
# graphql-core compares every two fields of one name, and every two fragments, while it validates:
# 2,000 tokens of one field kept it busy for half a second, what is left within these takes 10 ms.
MAX_REPEATS = 50
MAX_SPREADS = 100
# Python refuses to read integers of more than 4,300 digits; no field takes more than 19.
MAX_DIGITS = 100
_LONG_NUMBER = re.compile("[0-9]" * (MAX_DIGITS + 1))
_META_FIELDS = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Size:
    """Of a selection set: levels of fields in it, aliases and directives at any level, fields at
    its top."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    directives: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.fields + other.fields,
            self.directives + other.directives,
        )


class Sizes:
    """Each fragment is measured once, so nested spreads cannot multiply the work."""

    def __init__(self, document: DocumentNode) -> None:
        self._document = document
        self._fragments: dict[str, Size] = {}

    @cached_property
    def _definitions(self) -> dict[str, FragmentDefinitionNode]:
        return {
            definition.name.value: definition
            for definition in self._document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def of_operation(self, operation: OperationDefinitionNode) -> Size:
        return self.of(operation.selection_set) + _directives(operation)

    def of(self, selections: SelectionSetNode | None) -> Size:
        size = Size()
        for selection in selections.selections if selections else ():
            size += _directives(selection)
            if isinstance(selection, FieldNode):
                size += self._field(selection)
            elif isinstance(selection, FragmentSpreadNode):
                size += self._fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                size += self.of(selection.selection_set)
        return size

    def _field(self, node: FieldNode) -> Size:
        # Introspection nests deeper than any page; graphql-core has a limit of its own for it.
        introspective = node.name.value.startswith("__")
        inner = Size() if introspective else self.of(node.selection_set)
        aliases = inner.aliases + (node.alias is not None)
        return Size(inner.depth + 1, aliases, 1, inner.directives)

    def _fragment(self, name: str) -> Size:
        if name not in self._fragments:
            definition = self._definitions[name]
            self._fragments[name] = self.of(definition.selection_set) + _directives(definition)
        return self._fragments[name]


def introspects(document: DocumentNode) -> bool:
    """Whether an operation of a valid document reads the schema, which only its root can."""
    waiting = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode) and selection.name.value in _META_FIELDS:
                return True
            if isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
    return False


def _directives(node: Node) -> Size:
    return Size(directives=len(getattr(node, "directives", None) or ()))


def exceeded(what: str, found: int, limit: int) -> str:
    """`what` has a place for the number: "is {} levels deep"."""
    return f"The operation {what.format(found)}; at most {limit} are allowed."


def errors_before_validation(document: DocumentNode) -> list[GraphQLError]:
    """What would make validation itself dear, or fail, as it is written in the document."""
    repeats = spreads = 0
    waiting = [getattr(definition, "selection_set", None) for definition in document.definitions]
    while waiting:
        selections = waiting.pop()
        names = set()
        fields = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                names.add((selection.alias or selection.name).value)
                fields += 1
            spreads += isinstance(selection, FragmentSpreadNode)
            waiting.append(getattr(selection, "selection_set", None))
        repeats += fields - len(names)
    return [
        GraphQLError(exceeded(what, found, limit))
        for what, found, limit in (
            ("repeats fields {} times", repeats, MAX_REPEATS),
            ("spreads fragments {} times", spreads, MAX_SPREADS),
            ("has an integer of {} digits", _most_digits(document), MAX_DIGITS),
        )
        if found > limit
    ]


def _most_digits(document: DocumentNode) -> int:
    """Of an integer in the document, if one is very long; texts may have as many as they like."""
    if document.loc is None or not _LONG_NUMBER.search(document.loc.source.body):
        return 0
    token, most = document.loc.start_token.next, 0
    while token is not None:
        if token.kind is TokenKind.INT:
            most = max(most, token.end - token.start)
        token = token.next
    return most


def errors_of(document: DocumentNode) -> list[GraphQLError]:
    """One error for every limit that an operation of a valid document exceeds."""
    sizes = Sizes(document)
    errors = []
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            size = sizes.of_operation(operation)
            for what, found, limit in (
                ("is {} levels deep", size.depth, MAX_DEPTH),
                ("is {} aliases large", size.aliases, MAX_ALIASES),
                ("is {} directives large", size.directives, MAX_DIRECTIVES),
                ("is {} root fields large", size.fields, MAX_ROOT_FIELDS),
            ):
                if found > limit:
                    errors.append(GraphQLError(exceeded(what, found, limit), operation))
    return errors
