"""What a document of somebody who is not signed in can cost, in whatever shape it is written."""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from graphql import get_introspection_query

from schema.limits import MEMBERS, STRANGERS, Audience
from schema.operations import Documents
from schema.root import schema
from tests.api.client import Client

# Calls of Python and of C functions. Reading the schema takes 36,000 of them, in 6 ms.
_MOST_CALLS = 55_000

Shape = Callable[[int], str]


def _many(text: str) -> Shape:
    """`text` with a number in it, so often."""
    return lambda size: " ".join(text.replace("#", str(n)) for n in range(size))


def _in(before: str, inner: Shape, after: str) -> Shape:
    return lambda size: before + inner(size) + after


def _nested(opening: str, core: str, closing: str) -> Shape:
    return lambda size: opening * size + core + closing * size


_ROLE = " fragment F on Viewer { role }"
SHAPES: dict[str, Shape] = {
    "inline fragments": _in("{", _many("...{ viewer { role } }"), "}"),
    "inline fragments on types": _in("{", _many("...on Query { viewer { role } }"), "}"),
    "inline fragments on unknown types": _in("{", _many("...on Flo# { a }"), "}"),
    "inline fragments of aliases": _in("{ viewer {", _many("...{ a#: role }"), "} }"),
    "nested inline fragments": _in("{", _nested("...{", "viewer { role }", "}"), "}"),
    "spreads of one": _in("{ viewer {", _many("...F"), "} }" + _ROLE),
    "spreads of many": lambda size: (
        "{ viewer {"
        + _many("...F#")(size)
        + "} }"
        + _many("fragment F# on Viewer { a#: role }")(size)
    ),
    "a chain of spreads": lambda size: "{ viewer { ...F0 } }" + "".join(
        f"fragment F{n} on Viewer {{ role ...F{n + 1} }}" for n in range(size)
    ),
    "spreads that double": lambda size: "{ viewer { ...F0 } }" + "".join(
        f"fragment F{n} on Viewer {{ ...F{n + 1} ...F{n + 1} }}" for n in range(size)
    ),
    "a cycle of spreads": lambda size: "{ viewer { ...F0 } }" + "".join(
        f"fragment F{n} on Viewer {{ ...F{(n + 1) % size} }}" for n in range(size)
    ),
    "unused fragments": _in("{ viewer { role } }", _many("fragment F# on Viewer { role }"), ""),
    "unknown fragments": _in("{ viewer {", _many("...F#"), "} }"),
    "unknown directives": _in("{ viewer { role ", _many("@a#"), "} }"),
    "known directives": _in("{ viewer { role ", _many("@include(if: true)"), "} }"),
    "directives on fragments": _in("{ viewer {", _many("... @skip(if: true) { role }"), "} }"),
    "directives on the operation": _in("query Q ", _many("@a(b: 1)"), "{ viewer { role } }"),
    "aliases": _in("{ viewer {", _many("a#: role"), "} }"),
    "aliases of root fields": _in("{", _many("a#: viewer { role }"), "}"),
    "one field": _in("{ viewer {", _many("role"), "} }"),
    "one field with arguments": _in("{", _many("run(slug: {a: [1, 2]}) { id }"), "}"),
    "unknown fields": _in("{ viewer {", _many("rol#"), "} }"),
    "unknown root fields": _in("{", _many("viewr#"), "}"),
    "deep": _in('{ run(slug: "x")', _nested("{ retryOf", "{ id }", "}"), "}"),
    "wide": _in("{ runs { nodes {", _many("id slug state trigger attempt"), "} } }"),
    "a list": _in("{ runs(filter: {state: [", _many("RUNNING"), "]}) { nodes { id } } }"),
    "a list of unknown values": _in(
        "{ runs(filter: {state: [", _many("RUNNIN#"), "]}) { nodes { id } } }"
    ),
    "a list in a list": _in("{ runs(filter: ", _nested("[", "1", "]"), ") { nodes { id } } }"),
    "an object": _in("{ runs(filter: {", _many("stat#: 1"), "}) { nodes { id } } }"),
    "an object in an object": _in("{ runs(filter:", _nested("{a:", "1", "}"), ") { a } }"),
    "unknown arguments": _in("{ viewer(", _many("a#: 1"), ") { role } }"),
    "unused variables": _in("query Q(", _many("$a#: Int"), ") { viewer { role } }"),
    "variables of unknown types": _in("query Q(", _many("$a#: Ru#"), ") { viewer { role } }"),
    "variables with defaults": _in("query Q(", _many("$a#: [Int] = [1]"), ") { viewer { role } }"),
    "undefined variables": _in("{", _many("a#: run(slug: $a#) { id }"), "}"),
    "operations": _many("query Q# { viewer { role } }"),
    "anonymous operations": _many("{ viewer { role } }"),
    "mutations": _in("mutation {", _many("a#: signOut { ok }"), "}"),
    "type definitions": _many("type A# { a: Int }"),
    "a long text": lambda size: f'{{ run(slug: "{"x" * size * 20}") {{ id }} }}',
    "a long block": lambda size: '{ run(slug: """' + "\n x" * size * 6 + '""") { id } }',
    "escapes": lambda size: '{ run(slug: "' + "\\u0041" * size * 3 + '") { id } }',
    "a long name": lambda size: "{ " + "v" * size * 20 + " }",
    "a long type": lambda size: "{ ... on " + "R" * size * 20 + " { a } }",
    "a long value": lambda size: "{ runs(filter: {" + "s" * size * 20 + ": 1}) { nodes { id } } }",
    "commas": lambda size: "{ viewer { role } }" + "," * size * 20,
    "comments": lambda size: "{ viewer { role } }" + "#\n" * size * 10,
    "open braces": lambda size: "{a" * size,
    "not a document": lambda size: "?" * size * 20,
}  # fmt: skip
SIZES = (1, 2, 5, 9, 10, 14, 15, 20, 30, 40, 50, 60, 70, 100, 150, 240, 499, 2000)


def calls_of(query: str) -> tuple[int, list[str]]:
    """How many functions it takes to look at a document for the first time, and its errors."""
    documents, calls = Documents(), 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        audience = Audience(STRANGERS, hints=False)
        prepared = documents.prepared(schema._schema, query, audience)
    finally:
        sys.setprofile(None)
    return calls, [error.message for error in prepared.errors]


@pytest.mark.parametrize("shape", SHAPES)
def test_whatever_a_stranger_sends_costs_little(shape: str) -> None:
    for size in SIZES:
        calls, errors = calls_of(SHAPES[shape](size))
        assert calls < _MOST_CALLS, f"{shape}, {size}: {errors}"
        assert len(errors) <= STRANGERS.errors + 1


def test_a_stranger_may_read_the_schema_where_it_is_open() -> None:
    calls, errors = calls_of(get_introspection_query())
    assert errors == []
    assert calls < _MOST_CALLS


async def test_who_is_not_signed_in_is_told_that_more_is_allowed_then(anonymous: Client) -> None:
    answer = await anonymous("{ viewer {" + " role" * 400 + "} }")
    assert answer.code == "UNAUTHENTICATED"
    assert answer.message.endswith("Sign in first, or send a valid token: more is allowed then.")


@pytest.mark.parametrize("query", ["{ viewer {", "{ nothing }", "{ viewer { role @a } }"])
async def test_a_refused_document_takes_more_of_the_limit(anonymous: Client, query: str) -> None:
    first = await anonymous.http.post("/graphql", json={"query": "{ __typename }"})
    refused = await anonymous.http.post("/graphql", json={"query": query})
    left = [int(each.headers["x-ratelimit-remaining"]) for each in (first, refused)]
    assert left[0] - left[1] == 1 + STRANGERS.refused_tokens


async def test_strangers_documents_take_turns_and_others_do_not_wait() -> None:
    documents = Documents()
    strangers, members = Audience(STRANGERS, hints=False), Audience(MEMBERS, hints=True)
    began = time.monotonic()
    documents.prepared(schema._schema, "{ viewer { role } }", strangers)
    took = time.monotonic() - began
    await documents.turn("{ __typename }", members)
    await documents.turn("{ viewer { role } }", strangers)
    await documents.turn("{ a }", strangers)
    assert time.monotonic() - began >= 9 * took
