"""How large a document is with every fragment expanded, valid or not. Nothing multiplies here:
each fragment is measured once, and expanded only where it has been found to be small."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

Definition = OperationDefinitionNode | FragmentDefinitionNode


class SpreadCycle(GraphQLError):
    """A fragment that spreads itself has no size."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a selection set: levels of fields in it; aliases, directives and fields at any level;
    fields at its top."""

    depth: int = 0
    aliases: int = 0
    top: int = 0
    directives: int = 0
    fields: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.top + other.top,
            self.directives + other.directives,
            self.fields + other.fields,
        )


class Sizes:
    """Raises SpreadCycle, or RecursionError where fragments nest deeper than Python's stack."""

    def __init__(self, document: DocumentNode) -> None:
        self.operations = [
            each for each in document.definitions if isinstance(each, OperationDefinitionNode)
        ]
        self.fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        # None: being measured.
        self._measured: dict[str, Size | None] = {}
        self._spread: set[str] = set()

    @cached_property
    def roots(self) -> list[tuple[Definition, Size]]:
        """The operations, and the fragments that nothing spreads: together they reach everything
        in the document."""
        operations = [(each, self._of_definition(each)) for each in self.operations]
        fragments = [(each, self._fragment(name)) for name, each in self.fragments.items()]
        unused = [(each, size) for each, size in fragments if each.name.value not in self._spread]
        return [*operations, *unused]

    def _of_definition(self, definition: Definition) -> Size:
        return self._of(definition.selection_set) + _directives(definition)

    def _of(self, selections: SelectionSetNode | None) -> Size:
        size, leaves, aliases = Size(), 0, 0
        for selection in selections.selections if selections else ():
            if selection.directives:
                size += _directives(selection)
            if isinstance(selection, FieldNode):
                if selection.selection_set is None:
                    leaves += 1
                    aliases += selection.alias is not None
                else:
                    size += self._field(selection)
            elif isinstance(selection, FragmentSpreadNode):
                self._spread.add(selection.name.value)
                size += self._fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                size += self._of(selection.selection_set)
        return size + Size(min(leaves, 1), aliases, leaves, 0, leaves)

    def _field(self, node: FieldNode) -> Size:
        inner = self._of(node.selection_set)
        if node.name.value.startswith("__"):
            # Introspection nests deeper than any page; graphql-core has a limit of its own for it.
            return Size(1, node.alias is not None, 1, 0, inner.fields + 1)
        aliases = inner.aliases + (node.alias is not None)
        return Size(inner.depth + 1, aliases, 1, inner.directives, inner.fields + 1)

    def _fragment(self, name: str) -> Size:
        definition = self.fragments.get(name)
        if definition is None:
            return Size()
        if name not in self._measured:
            self._measured[name] = None
            self._measured[name] = self._of_definition(definition)
        size = self._measured[name]
        if size is None:
            raise SpreadCycle(f"Cannot spread fragment '{name}' within itself.", definition)
        return size

    def comparisons(self, most: int) -> int:
        """How many pairs of fields, and of fragments, have one place in an answer; what is above
        `most` is not counted to the end. A pair that compares arguments counts for every value
        in them."""
        found = 0
        for root, _ in self.roots:
            waiting = [[root.selection_set]]
            while waiting and found <= most:
                fields, spreads = self._collected(waiting.pop())
                found += spreads * (spreads - 1) // 2
                for nodes in fields.values():
                    found += _pairs(nodes)
                    waiting.append([node.selection_set for node in nodes if node.selection_set])
        return found

    def _collected(
        self, selections: list[SelectionSetNode]
    ) -> tuple[dict[str, list[FieldNode]], int]:
        """The fields by their names in the answer, and the number of fragments they came from."""
        fields: dict[str, list[FieldNode]] = defaultdict(list)
        spread: set[str] = set()
        waiting = [*selections]
        while waiting:
            for selection in waiting.pop().selections:
                if isinstance(selection, FieldNode):
                    fields[(selection.alias or selection.name).value].append(selection)
                elif isinstance(selection, InlineFragmentNode):
                    waiting.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode):
                    name = selection.name.value
                    if name in self.fragments and name not in spread:
                        spread.add(name)
                        waiting.append(self.fragments[name].selection_set)
        return fields, len(spread)


def _directives(node: Node) -> Size:
    return Size(directives=len(getattr(node, "directives", None) or ()))


def _pairs(nodes: list[FieldNode]) -> int:
    """n (n - 1) / 2, and each value of arguments once for every pair that its field is in."""
    others = len(nodes) - 1
    if not others:
        return 0
    return len(nodes) * others // 2 + others * sum(values_of(node) for node in nodes)


def values_of(node: Node) -> int:
    """The values in a node's arguments, or its default; those in lists and objects too."""
    given = [argument.value for argument in getattr(node, "arguments", None) or ()]
    default = getattr(node, "default_value", None)
    return sum(_values(value) for value in [*given, *([default] if default else [])])


def _values(value: Node) -> int:
    found, waiting = 0, [value]
    while waiting:
        found += 1
        waiting.extend(_parts(waiting.pop()))
    return found


def _parts(value: Node) -> Iterator[Node]:
    if isinstance(value, ListValueNode):
        yield from value.values
    elif isinstance(value, ObjectValueNode):
        for field in value.fields:
            yield field.value
