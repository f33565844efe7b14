"""Lists fetch what their rows refer to before the rows are looked at one by one: one awaited
batch per relation and level, instead of a future for every row."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.loaders import Fetch

Load = tuple[Fetch, str]
ResolveInfo = GraphQLResolveInfo[Any]

_KEPT = 1000


class Prefetcher:
    """Resolves `nodes` (or `edges`) of one connection type. `inner` names the field under which
    the row is selected: none for nodes, "node" for edges."""

    def __init__(
        self, node: GraphQLObjectType, read: Callable[[Any], Any], *, inner: str | None
    ) -> None:
        self._read = read
        self._inner = inner
        self._loads = {
            name: (metadata["load"], metadata["key"])
            for name, metadata in _metadata_of(node)
            if metadata.get("load")
        }
        # By identity of the field's node, which is kept so that its id stays its own.
        self._wanted: dict[int, tuple[FieldNode, list[Load]]] = {}

    def __call__(self, source: Any, info: ResolveInfo) -> Any:
        loads = self._of(info)
        if not loads or not source.slice.rows:
            return self._read(source)
        load = info.context.load
        found = (load(fetch, row[key]) for fetch, key in loads for row in source.slice.rows)
        return self._after({each for each in found if isinstance(each, asyncio.Future)}, source)

    async def _after(self, futures: set[asyncio.Future[Any]], source: Any) -> Any:
        # What fails is asked for again, and reported, by each row's own field.
        await asyncio.gather(*futures, return_exceptions=True)
        return self._read(source)

    def _of(self, info: ResolveInfo) -> list[Load]:
        node = info.field_nodes[0]
        kept = self._wanted.get(id(node))
        if kept is None or kept[0] is not node:
            if len(self._wanted) >= _KEPT:
                self._wanted.clear()
            names = dict.fromkeys(
                name for each in info.field_nodes for name in self._names(each.selection_set, info)
            )
            kept = node, [self._loads[name] for name in names if name in self._loads]
            self._wanted[id(node)] = kept
        return kept[1]

    def _names(self, selections: SelectionSetNode | None, info: ResolveInfo) -> Iterator[str]:
        for node in _fields(selections, info):
            if self._inner is None:
                yield node.name.value
            elif node.name.value == self._inner:
                yield from (each.name.value for each in _fields(node.selection_set, info))


def _fields(selections: SelectionSetNode | None, info: ResolveInfo) -> Iterator[FieldNode]:
    """Fields that are selected for certain: what has a directive is left to its own loader."""
    for node in selections.selections if selections else ():
        if getattr(node, "directives", None):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, info)
        elif isinstance(node, FragmentSpreadNode):
            fragment: Any = info.fragments[node.name.value]
            definition = getattr(fragment, "definition", fragment)
            yield from _fields(definition.selection_set, info)


def _metadata_of(node: GraphQLObjectType) -> Iterator[tuple[str, Any]]:
    for name, field in node.fields.items():
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if definition is not None:
            yield name, definition.metadata
