"""The graph of a draft: what it must be to be stored, and what keeps it from being a flow yet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from dagy_gql.db import json_text
from dagy_gql.errors import BadUserInput
from dagy_gql.services.configs import Config, read

MAX_BYTES = 1024 * 1024

_Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Open(Config):
    """Editors keep more in a graph than we look at: places, labels, code."""

    model_config = ConfigDict(extra="allow")


class _Node(_Open):
    id: _Key


class _Edge(_Open):
    id: _Key | None = None
    source: _Key
    target: _Key


class _Graph(_Open):
    nodes: list[_Node] = Field(default_factory=list)
    edges: list[_Edge] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is EMPTY, CYCLE or DUPLICATE_EDGE; `node_ids` are the nodes it is about."""

    code: str
    message: str
    node_ids: list[str]


def checked(graph: Any) -> dict[str, Any]:
    """The graph with both lists. Raises BadUserInput that names the place, as in
    `graph.edges.0.source`."""
    found = read(_Graph, graph, field="graph")
    size = len(json_text(graph).encode())
    if size > MAX_BYTES:
        raise BadUserInput(
            f"The graph has {size} bytes: at most {MAX_BYTES} (1 MiB).", field="graph"
        )
    _check_unique([node.id for node in found.nodes], what="nodes")
    _check_unique([edge.id for edge in found.edges if edge.id is not None], what="edges")
    known = {node.id for node in found.nodes}
    for place, edge in enumerate(found.edges):
        for end, key in (("source", edge.source), ("target", edge.target)):
            if key not in known:
                raise BadUserInput(
                    f"There is no node {key[:50]!r}.", field=f"graph.edges.{place}.{end}"
                )
    return {"nodes": [], "edges": []} | dict(graph)


def problems(graph: dict[str, Any]) -> list[Problem]:
    """Of a graph that was checked; none for one that can become a flow."""
    return list(_problems(graph))


def _problems(graph: dict[str, Any]) -> Iterator[Problem]:
    if not graph["nodes"]:
        yield Problem("EMPTY", "There are no nodes.", [])
    edges = Counter((edge["source"], edge["target"]) for edge in graph["edges"])
    for (source, target), count in edges.items():
        if count > 1:
            message = f"{count} edges lead from {source!r} to {target!r}."
            yield Problem("DUPLICATE_EDGE", message, [source, target])
    cycle = _cycle(edges)
    if cycle:
        yield Problem("CYCLE", f"A cycle: {' → '.join(cycle)}.", cycle[:-1])


def _cycle(edges: Counter[tuple[str, str]]) -> list[str]:
    """One cycle, its first node again at the end; empty where there is none."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for source, target in edges:
        sorter.add(target, source)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _check_unique(keys: list[str], *, what: str) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            raise BadUserInput(f"{count} {what} have the id {key[:50]!r}.", field=f"graph.{what}")
