"""How large an operation may be. Counted on the document, fragments followed, before it runs."""

from dataclasses import dataclass
from functools import cached_property

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_TOKENS = 2000
MAX_DEPTH = 12
MAX_ALIASES = 60
MAX_ROOT_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Size:
    """Of a selection set: levels of fields in it, aliases at any level, fields at its top."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth), self.aliases + other.aliases, self.fields + other.fields
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

    def of(self, selections: SelectionSetNode | None) -> Size:
        size = Size()
        for selection in selections.selections if selections else ():
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
        return Size(inner.depth + 1, inner.aliases + (node.alias is not None), 1)

    def _fragment(self, name: str) -> Size:
        if name not in self._fragments:
            self._fragments[name] = self.of(self._definitions[name].selection_set)
        return self._fragments[name]


def errors_of(document: DocumentNode) -> list[GraphQLError]:
    """One error for every limit that an operation of a valid document exceeds."""
    sizes = Sizes(document)
    errors = []
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            size = sizes.of(operation.selection_set)
            for what, found, limit in (
                ("levels deep", size.depth, MAX_DEPTH),
                ("aliases large", size.aliases, MAX_ALIASES),
                ("root fields large", size.fields, MAX_ROOT_FIELDS),
            ):
                if found > limit:
                    message = f"The operation is {found} {what}; at most {limit} are allowed."
                    errors.append(GraphQLError(message, operation))
    return errors
