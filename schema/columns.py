"""Which columns of its rows a selection reads. Found once per document: conditions are taken as
met, so a column too many may be read, never one too few."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLOutputType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

_KEPT = 2000

Columns = tuple[str, ...] | None
Fragments = Mapping[str, Any]

# By identity of the nodes, which are kept so that their ids stay their own.
_known: "OrderedDict[tuple[object, ...], tuple[tuple[FieldNode, ...], Columns]]" = OrderedDict()


def named_object(type_: GraphQLOutputType) -> GraphQLObjectType:
    named = get_named_type(type_)
    assert isinstance(named, GraphQLObjectType)
    return named


def is_connection(type_: GraphQLObjectType) -> bool:
    return type_.name.endswith("Connection")


def columns_of(
    type_: GraphQLObjectType, nodes: Sequence[FieldNode], fragments: Fragments
) -> Columns:
    """Sorted names; None where a selected field does not say what it reads."""
    key = (type_, *map(id, nodes))
    kept = _known.get(key)
    if kept is None:
        if len(_known) >= _KEPT:
            _known.popitem(last=False)
        kept = _known[key] = tuple(nodes), _found(type_, nodes, fragments)
    return kept[1]


def _found(type_: GraphQLObjectType, nodes: Sequence[FieldNode], fragments: Fragments) -> Columns:
    rows = list(_rows(type_, nodes, fragments)) if is_connection(type_) else [(type_, nodes)]
    found: set[str] = set()
    for row_type, row_nodes in rows:
        for node in _fields(row_type, row_nodes, fragments):
            columns = _read_by(row_type, node.name.value)
            if columns is None:
                return None
            found.update(columns)
    return tuple(sorted(found))


def _rows(
    connection: GraphQLObjectType, nodes: Sequence[FieldNode], fragments: Fragments
) -> Iterator[tuple[GraphQLObjectType, Sequence[FieldNode]]]:
    """Where the rows of a connection are selected: in `nodes`, and in `node` of `edges`."""
    for node in _fields(connection, nodes, fragments):
        if node.name.value == "nodes":
            yield named_object(connection.fields["nodes"].type), [node]
        elif node.name.value == "edges":
            edge = named_object(connection.fields["edges"].type)
            for each in _fields(edge, [node], fragments):
                if each.name.value == "node":
                    yield named_object(edge.fields["node"].type), [each]


def _fields(
    type_: GraphQLObjectType, nodes: Sequence[FieldNode], fragments: Fragments
) -> Iterator[FieldNode]:
    for node in nodes:
        yield from _selected(type_, node.selection_set, fragments)


def _selected(
    type_: GraphQLObjectType, selections: SelectionSetNode | None, fragments: Fragments
) -> Iterator[FieldNode]:
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            if node.name.value in type_.fields:
                yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _selected(type_, node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            yield from _selected(type_, fragment.selection_set, fragments)


def _read_by(type_: GraphQLObjectType, name: str) -> Columns:
    definition = type_.fields[name].extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if definition is None:
        return None
    metadata = definition.metadata
    declared: Columns = metadata.get("columns")
    if declared is not None:
        return declared
    if metadata.get("load") is not None:
        key = metadata["key"]
        return (key,) if isinstance(key, str) else None
    if metadata.get("read") is not None or not definition.is_basic_field:
        return None
    return (definition.python_name,)
