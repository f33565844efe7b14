"""Graphs of drafts: their shape, and what keeps them from being flows."""

from typing import Any

import pytest

from dagy_gql.errors import BadUserInput
from dagy_gql.services.draft_graphs import MAX_BYTES, Problem, checked, problems


def graph(nodes: str, *edges: str) -> dict[str, Any]:
    """graph("ab", "ab") has the nodes a and b, and an edge from a to b."""
    return {
        "nodes": [{"id": node} for node in nodes],
        "edges": [{"source": source, "target": target} for source, target in edges],
    }


def test_what_editors_add_stays_as_it_is() -> None:
    drawn = {
        "nodes": [{"id": "a", "x": 1.5, "data": {"code": "pass"}}],
        "edges": [],
        "viewport": {"zoom": 2},
    }
    assert checked(drawn) == drawn
    assert checked({}) == {"nodes": [], "edges": []}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "graph"),
        ("x", "graph"),
        ({"nodes": {}}, "graph.nodes"),
        ({"nodes": ["a"]}, "graph.nodes.0"),
        ({"nodes": [{}]}, "graph.nodes.0.id"),
        ({"nodes": [{"id": ""}]}, "graph.nodes.0.id"),
        ({"nodes": [{"id": 1}]}, "graph.nodes.0.id"),
        ({"nodes": [{"id": "x" * 201}]}, "graph.nodes.0.id"),
        (graph("aa"), "graph.nodes"),
        (graph("a", "ab"), "graph.edges.0.target"),
        (graph("b", "bb", "ab"), "graph.edges.1.source"),
        ({"nodes": [], "edges": [{"source": "a"}]}, "graph.edges.0.target"),
        (
            {
                "nodes": [{"id": "a"}],
                "edges": [{"id": "e", "source": "a", "target": "a"}] * 2,
            },
            "graph.edges",
        ),
        ({"nodes": [], "note": "x" * MAX_BYTES}, "graph"),
    ],
)
def test_what_is_no_graph_is_refused_by_its_place(value: Any, field: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        checked(value)
    assert caught.value.extensions["field"] == field


def test_a_cycle_is_drawn_and_reported() -> None:
    assert problems(checked(graph("abc", "ab", "bc"))) == []
    found = problems(checked(graph("abcd", "ab", "bc", "ca", "cd")))
    assert [problem.code for problem in found] == ["CYCLE"]
    assert sorted(found[0].node_ids) == ["a", "b", "c"]
    assert problems(graph("a", "aa")) == [Problem("CYCLE", "A cycle: a → a.", ["a"])]


def test_an_empty_graph_and_doubled_edges_are_reported() -> None:
    assert problems(checked({})) == [Problem("EMPTY", "There are no nodes.", [])]
    assert problems(graph("ab", "ab", "ab")) == [
        Problem("DUPLICATE_EDGE", "2 edges lead from 'a' to 'b'.", ["a", "b"])
    ]


def test_a_large_graph_is_no_problem() -> None:
    nodes = [{"id": str(number)} for number in range(9000)]
    edges = [{"source": str(n), "target": str(n + 1)} for n in range(8999)]
    assert problems(checked({"nodes": nodes, "edges": edges})) == []
