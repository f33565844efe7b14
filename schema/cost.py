"""What an operation may cost, worked out on its document before it runs.

Every object that an answer can hold costs one point, its scalars nothing: a list costs its length
times what one of its objects costs. The length is that of the page asked for (`first` or `last`),
that of a list given as an argument (`ids`), what the field holds at most if it says so, else ten.
A mutation's root field costs a thousand, and so does reading the schema. Up to a thousand points
are one token of the rate limit.
"""

import math
from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from dagy_gql.repositories.pagination import (
    DEFAULT_PAGE_SIZE,
    LARGEST_PAGE_SIZE,
    MAX_PAGE_SIZE,
)

# A hundred runs with a hundred task runs each cost 10,201; a run's 5,000 tasks cost 5,002.
MAX_COST = 25_000
POINTS_A_TOKEN = 1_000
_LIST_SIZE = 10
_WRITE = 1_000
_META_FIELDS = {"__typename": 0, "__schema": 1_000, "__type": 100}
_PAGE_SIZES = frozenset({"first", "last"})
_KEPT = 64


def tokens_of(cost: int) -> int:
    """Of the rate limit, at least one."""
    return max(1, math.ceil(cost / POINTS_A_TOKEN))


class Cost:
    """Of one operation of a valid document; each set of page sizes is worked out once."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._operation = operation
        self.fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._defaults = {
            definition.variable.name.value: definition.default_value
            for definition in operation.variable_definitions or ()
        }
        # The variables that some length depends on, whatever their values: found by the first walk.
        self._lengths: set[str] | None = None
        self._known: dict[tuple[int | None, ...], int] = {}

    def of(self, variables: Mapping[str, Any] | None) -> int:
        given = variables or {}
        if self._lengths is None:
            self._lengths = set()
            self._walk(given, self._lengths)
        key = tuple(self._length(name, given) for name in self._lengths)
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = self._walk(given, set())
        return self._known[key]

    def _walk(self, variables: Mapping[str, Any], asked: set[str]) -> int:
        root = self._schema.get_root_type(self._operation.operation)
        walk = _Walk(self, variables, asked)
        cost = walk.selections(self._operation.selection_set, root, None)
        if self._operation.operation is OperationType.MUTATION:
            cost += _WRITE * len(self._operation.selection_set.selections)
        return cost

    def type_of(self, name: str) -> Any:
        return self._schema.type_map[name]

    def _length(self, name: str, variables: Mapping[str, Any]) -> int | None:
        if name in variables:
            return _length_of(variables[name])
        default = self._defaults.get(name)
        return None if default is None else self.length(default, {})

    def length(self, value: ValueNode, variables: Mapping[str, Any]) -> int | None:
        """The number that the value is, or of the things in it; None: neither."""
        match value:
            case VariableNode():
                return self._length(value.name.value, variables)
            case IntValueNode():
                return _length_of(int(value.value))
            case ListValueNode():
                return len(value.values)
        return None


def _length_of(value: object) -> int | None:
    if isinstance(value, list):
        return len(value)
    if not isinstance(value, int | float):
        return None
    # JSON may write an Int as 100.0. What is no page size is refused when the page is read.
    return int(min(max(value, 0), LARGEST_PAGE_SIZE))


def _at_most(field: GraphQLField, otherwise: int) -> int:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    found = None if definition is None else definition.metadata.get("at_most")
    return otherwise if found is None else int(found)


class _Walk:
    """One walk over the selections; `page` is the length of the connection they are made on."""

    def __init__(self, cost: Cost, variables: Mapping[str, Any], asked: set[str]) -> None:
        self._cost = cost
        self._variables = variables
        self._asked = asked
        self._spreads: dict[tuple[str, int | None], int] = {}

    def selections(self, selections: SelectionSetNode, owner: Any, page: int | None) -> int:
        cost = 0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                cost += self._field(selection, owner, page)
            elif isinstance(selection, FragmentSpreadNode):
                cost += self._spread(selection.name.value, page)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                narrowed = self._cost.type_of(condition.name.value) if condition else owner
                cost += self.selections(selection.selection_set, narrowed, page)
        return cost

    def _spread(self, name: str, page: int | None) -> int:
        """Each fragment is walked once, so nested spreads cannot multiply the work."""
        if (name, page) not in self._spreads:
            fragment = self._cost.fragments[name]
            owner = self._cost.type_of(fragment.type_condition.name.value)
            self._spreads[name, page] = self.selections(fragment.selection_set, owner, page)
        return self._spreads[name, page]

    def _field(self, node: FieldNode, owner: Any, page: int | None) -> int:
        name = node.name.value
        if name in _META_FIELDS:
            return _META_FIELDS[name]
        field = owner.fields[name]
        type_ = get_named_type(field.type)
        if is_leaf_type(type_) or node.selection_set is None:
            return 0
        lengths = self._lengths(node)
        size = None
        if _PAGE_SIZES & field.args.keys():
            size = max((lengths[each] for each in _PAGE_SIZES & lengths.keys()), default=None)
            size = DEFAULT_PAGE_SIZE if size is None else min(size, _at_most(field, MAX_PAGE_SIZE))
        nullable = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        times = 1
        if is_list_type(nullable):
            times = (
                page
                if page is not None
                else max(lengths.values(), default=_at_most(field, _LIST_SIZE))
            )
        return times * (1 + self.selections(node.selection_set, type_, size))

    def _lengths(self, node: FieldNode) -> dict[str, int]:
        found = {}
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self._asked.add(argument.value.name.value)
            length = self._cost.length(argument.value, self._variables)
            if length is not None:
                found[argument.name.value] = length
        return found
