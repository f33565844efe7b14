"""Authorizes a whole operation before it executes: every selected field against its directive.

Fragments are followed, @skip and @include honoured. What an operation needs is found once per
document, and judged once per (variables in conditions, permission set).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from dagy_gql.auth.permissions import Permission
from schema.fields import need_of

# (variable, the value it must have for the field to be selected)
Condition = tuple[str, bool]
Conditions = frozenset[Condition]
Owner = GraphQLObjectType | GraphQLInterfaceType

# A fragment that is spread under more combinations than this counts as selected always.
_MAX_COMBINATIONS = 16
_ALWAYS: Conditions = frozenset()


@dataclass(frozen=True, slots=True)
class Need:
    """A selected field that asks for a sign-in, or for a permission too."""

    field: str
    permission: Permission | None
    conditions: Conditions


def need_of_field(owner: Owner, name: str) -> tuple[str, Permission | None] | None:
    definition = owner.fields[name].extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return need_of(definition.directives) if definition is not None else None


class Needs:
    """Walks one operation; `found` keeps the needs in the order of the document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._visited: dict[str, set[Conditions]] = {}
        self.found: dict[Need, None] = {}

    def of(self, operation: OperationDefinitionNode) -> tuple[Need, ...]:
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        self._walk(operation.selection_set, root, _ALWAYS)
        return tuple(self.found)

    def _walk(self, selections: SelectionSetNode, owner: Any, conditions: Conditions) -> None:
        for selection in selections.selections:
            own = _conditions(selection)
            if own is None:
                continue
            if isinstance(selection, FieldNode):
                self._field(selection, owner, conditions | own)
            elif isinstance(selection, InlineFragmentNode):
                self._walk(
                    selection.selection_set,
                    self._narrowed(selection.type_condition, owner),
                    conditions | own,
                )
            elif isinstance(selection, FragmentSpreadNode):
                self._spread(selection.name.value, conditions | own)

    def _field(self, node: FieldNode, owner: Any, conditions: Conditions) -> None:
        name = node.name.value
        if name.startswith("__"):
            return
        need = need_of_field(owner, name)
        if need is not None and need[0] != "public":
            self.found[Need(f"{owner.name}.{name}", need[1], conditions)] = None
        if node.selection_set is not None:
            self._walk(node.selection_set, get_named_type(owner.fields[name].type), conditions)

    def _spread(self, name: str, conditions: Conditions) -> None:
        visited = self._visited.setdefault(name, set())
        if len(visited) >= _MAX_COMBINATIONS:
            conditions = _ALWAYS
        if conditions in visited or _ALWAYS in visited:
            return
        visited.add(conditions)
        fragment = self._fragments[name]
        self._walk(
            fragment.selection_set, self._narrowed(fragment.type_condition, None), conditions
        )

    def _narrowed(self, condition: Any, owner: Any) -> Any:
        return owner if condition is None else self._schema.type_map[condition.name.value]


def _conditions(selection: SelectionNode) -> Conditions | None:
    """None: the selection is never made."""
    found: set[Condition] = set()
    for wanted, value in _switches(getattr(selection, "directives", None) or ()):
        if isinstance(value, VariableNode):
            found.add((value.name.value, wanted))
        elif isinstance(value, BooleanValueNode) and value.value is not wanted:
            return None
    return frozenset(found)


def _switches(directives: tuple[DirectiveNode, ...]) -> Iterator[tuple[bool, Any]]:
    for directive in directives:
        if directive.name.value in ("skip", "include"):
            for argument in directive.arguments or ():
                yield directive.name.value == "include", argument.value


class Requirements:
    """What one operation of a document needs, with the verdicts given so far."""

    _KEPT = 64

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._needs = Needs(schema, document).of(operation)
        self._switches = sorted({name for need in self._needs for name, _ in need.conditions})
        self._defaults = {
            definition.variable.name.value: definition.default_value.value
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, BooleanValueNode)
        }
        self._verdicts: dict[Any, Need | None] = {}

    def lacking(
        self, permissions: frozenset[Permission] | None, variables: Mapping[str, Any] | None
    ) -> Need | None:
        """The first need that is not met. `permissions` None: nobody is signed in."""
        if not self._needs:
            return None
        given = variables or {}
        values = {name: given.get(name, self._defaults.get(name)) for name in self._switches}
        # A value that is no Boolean is refused later, when the variables are read.
        key = (permissions, tuple(value is True for value in values.values()))
        if key not in self._verdicts:
            if len(self._verdicts) >= self._KEPT:
                self._verdicts.clear()
            self._verdicts[key] = self._judge(permissions, values)
        return self._verdicts[key]

    def _judge(
        self, permissions: frozenset[Permission] | None, values: dict[str, Any]
    ) -> Need | None:
        for need in self._needs:
            if any((values[name] is True) is not wanted for name, wanted in need.conditions):
                continue
            if permissions is None:
                return need
            if need.permission is not None and need.permission not in permissions:
                return need
        return None
