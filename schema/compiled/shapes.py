"""What an operation selects of the objects in a list: the fields with their names in the answer,
and what has to be loaded for them. Found by graphql-core's own rules, once per document."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.values import get_argument_values

from dagy_gql.errors import DagyError
from schema.columns import columns_of
from schema.leaves import Source, source_of
from schema.loaders import Fetch, RowFetch

_KEPT = 1000
_ABSENT = object()


class Uncompilable(Exception):
    """Why a selection cannot be compiled, in one word."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A field under its name in the answer. `load` numbers what is loaded for the whole list."""

    response: str
    name: str
    load: int | None = None
    inner: "Shape | None" = None


Shape = tuple[Selected, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """One batched call: for the keys of all objects of a level."""

    fetch: Fetch
    key_of: Callable[[Any], Any]
    arguments: tuple[Any, ...]
    inner: "Level | None"


@dataclass(slots=True)
class Level:
    """What objects of a list, or inside of them, refer to. `reads` leads to objects that are part
    of a row."""

    loads: list[Load] = field(default_factory=list)
    reads: list[tuple[Callable[[Any], Any], "Level"]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.loads or self.reads)


@dataclass(frozen=True, slots=True)
class Plan:
    """`shape` is None where the selection cannot be compiled; `why` says why. `loads` are all of
    `level` in the order of their numbers."""

    type_: GraphQLObjectType
    shape: Shape | None
    level: Level
    loads: list[Load]
    why: str


class Plans:
    """The plans made last, by the identity of field nodes, which are kept so that their ids stay
    their own, and by the values of the variables inside them."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Any, tuple[tuple[FieldNode, ...], Plan]] = OrderedDict()
        self._variables: OrderedDict[Any, tuple[tuple[FieldNode, ...], list[str]]] = OrderedDict()

    def of(self, executor: Any, type_: GraphQLObjectType, details: list[Any]) -> Plan:
        nodes = tuple(each.node for each in details)
        key: tuple[Any, ...] = (type_, *map(id, nodes))
        names = self._variable_names(key, nodes, executor)
        if names:
            values = executor.variable_values.coerced
            key = (*key, *(values.get(name, _ABSENT) for name in names))
        try:
            kept = self._plans.get(key)
        except TypeError:
            # A variable that is a list or an object: such plans are made anew.
            return _Walk(executor).plan(type_, details)
        if kept is None:
            kept = _keep(self._plans, key, (nodes, _Walk(executor).plan(type_, details)))
        return kept[1]

    def _variable_names(
        self, key: tuple[Any, ...], nodes: tuple[FieldNode, ...], executor: Any
    ) -> list[str]:
        kept = self._variables.get(key)
        if kept is None:
            found = dict.fromkeys(
                name
                for node in nodes
                for name in _variables_in(node.selection_set, executor.fragment_definitions)
            )
            kept = _keep(self._variables, key, (nodes, list(found)))
        return kept[1]


def _keep(cache: "OrderedDict[Any, Any]", key: Any, value: Any) -> Any:
    if len(cache) >= _KEPT:
        cache.popitem(last=False)
    cache[key] = value
    return value


def _variables_in(selections: SelectionSetNode | None, fragments: dict[str, Any]) -> Iterator[str]:
    for node in selections.selections if selections else ():
        for directive in getattr(node, "directives", None) or ():
            yield from _variables_of(directive.arguments)
        if isinstance(node, FieldNode):
            yield from _variables_of(node.arguments)
            yield from _variables_in(node.selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            yield from _variables_in(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            yield from _variables_in(fragments[node.name.value].selection_set, fragments)


def _variables_of(arguments: Any) -> Iterator[str]:
    waiting = [argument.value for argument in arguments or ()]
    while waiting:
        value = waiting.pop()
        if isinstance(value, VariableNode):
            yield value.name.value
        waiting += getattr(value, "values", None) or ()
        waiting += [each.value for each in getattr(value, "fields", None) or ()]


class _Walk:
    """Makes one plan."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self._loads: list[Load] = []
        self._why = ""

    def plan(self, type_: GraphQLObjectType, details: list[Any]) -> Plan:
        level = Level()
        shape = self._shape(type_, details, level)
        return Plan(type_, None if self._why else shape, level, self._loads, self._why)

    def _shape(self, type_: GraphQLObjectType, details: list[Any], level: Level) -> Shape:
        """Fields that cannot be compiled are left out: what the others load is found all the
        same."""
        fields, deferred, _ = self._executor.collect_subfields(type_, details)
        if deferred or type_.is_type_of is not None:
            self._why = self._why or "type"
        found = []
        for response, inside in fields.items():
            try:
                found.append(self._field(response, type_, inside, level))
            except Uncompilable as error:
                self._why = self._why or str(error)
        return tuple(found)

    def _field(
        self, response: str, owner: GraphQLObjectType, details: list[Any], level: Level
    ) -> Selected:
        name = details[0].node.name.value
        if name == "__typename":
            return Selected(response, name)
        definition = owner.fields.get(name)
        source = None if definition is None else source_of(definition)
        if definition is None or source is None:
            raise Uncompilable("resolver")
        named = get_named_type(definition.type)
        if not is_leaf_type(named) and not is_object_type(named):
            raise Uncompilable("abstract")
        inner = Level()
        number = None
        if source.load is not None:
            arguments = self._arguments(definition, source, details)
            assert source.key_of is not None
            number = len(self._loads)
            load = Load(source.load, source.key_of, arguments, inner)
            self._loads.append(load)
            level.loads.append(load)
        shape = None
        if is_object_type(named):
            shape = self._shape(named, details, inner)
            if number is None and inner:
                level.reads.append((source.get, inner))
        return Selected(response, name, number, shape)

    def _arguments(self, definition: Any, source: Source, details: list[Any]) -> tuple[Any, ...]:
        executor, first = self._executor, details[0]
        found: tuple[Any, ...] = ()
        if source.given is not None:
            try:
                given = get_argument_values(
                    definition,
                    first.node,
                    executor.variable_values,
                    first.fragment_variable_values,
                    executor.hide_suggestions,
                )
                found = source.given(**given)
            except (GraphQLError, DagyError) as error:
                raise Uncompilable("arguments") from error
        if isinstance(source.load, RowFetch):
            named = get_named_type(definition.type)
            nodes = [each.node for each in details]
            found = (*found, columns_of(named, nodes, executor.fragment_definitions))
        return found
