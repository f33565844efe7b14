"""What operations cost, and what they take of the rate limit."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette

from dagy_gql.app import create_app
from dagy_gql.enums import Role
from dagy_gql.runtime import Runtime
from schema.cost import MAX_COST, Cost, tokens_of
from schema.limits import MEMBERS, Audience
from schema.operations import Documents, Prepared
from schema.root import schema
from tests.api.client import Client, Org
from tests.api.server import served, socket_to

ROLE = "{ viewer { role } }"
RUNS = "runs(first: 50) { nodes { id slug state } }"


def prepared_of(query: str) -> Prepared:
    return Documents().prepared(schema._schema, query, Audience(MEMBERS, hints=True))


def cost(query: str, **variables: Any) -> int:
    prepared = prepared_of(query)
    assert prepared.errors == []
    (found,) = prepared.costs.values()
    return found.of(variables)


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{ __typename }", 0),
        (ROLE, 1),
        ("{ __schema { types { name fields { name } } } }", 1_000),
        (f"{{ {RUNS} }}", 51),
        ("{ runs { nodes { id } } }", 26),
        ("{ runs(last: 3) { nodes { id } pageInfo { hasNextPage } totalCount } }", 5),
        ("{ runs(first: 3) { edges { cursor node { id } } } }", 7),
        ("{ runs(first: 50) { nodes { flow { name } } } }", 101),
        (
            "{ runs(first: 50) { nodes { flow { name } taskRuns(first: 10) { nodes { id } } } } }",
            651,
        ),
        ("{ runs(first: 1000000000) { nodes { id } } }", 101),
        ("{ runs(first: -5) { nodes { id } } }", 1),
        ('{ taskRuns(runId: "x", first: 1000) { nodes { id } } }', 1_001),
        ('{ run(id: "x") { taskRuns(first: 1000000) { nodes { id } } } }', 5_002),
        ('{ nodes(ids: ["a", "b"]) { id } }', 2),
        ("{ a: viewer { role } b: viewer { role } }", 2),
        ("{ ...F ...F } fragment F on Query { viewer { role } }", 2),
        ("{ runs(first: 4) { ...C } } fragment C on RunConnection { nodes { id } }", 5),
        ('{ node(id: "x") { ... on Run { flow { name } } ... on Flow { name } } }', 2),
        ("mutation { logout { signedOut } }", 1_001),
        ("mutation { a: logout { signedOut } b: logout { signedOut } }", 2_002),
        ("subscription { runs { state run { slug } } }", 2),
    ],
)
def test_an_operation_costs_a_point_for_every_object_it_can_answer(query: str, points: int) -> None:
    assert cost(query) == points


def test_page_sizes_come_from_variables_too() -> None:
    query = """query Q($n: Int = 7, $ids: [ID!]!) {
      runs(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"""
    assert cost(query, ids=["a"]) == 9
    assert cost(query, ids=["a", "b"], n=2) == 5
    assert cost(query, ids=["a", "b"], n=None) == 28
    assert cost(query, ids="a", n="many") == 36


@pytest.mark.parametrize(("size", "points"), [(50.0, 51), (1e3, 101), (float("inf"), 101)])
def test_a_page_size_that_json_writes_as_a_float_costs_the_same(size: float, points: int) -> None:
    assert cost("query Q($n: Int) { runs(first: $n) { nodes { id } } }", n=size) == points


def test_one_document_serves_many_page_sizes() -> None:
    prepared = prepared_of("query Q($n: Int) { runs(first: $n) { nodes { id } } }")
    found = prepared.costs["Q"]
    assert [found.of({"n": n}) for n in (1, 2, 1, 100)] == [2, 3, 2, 101]
    for n in range(1, 101):
        found.of({"n": n})
    assert len(found._known) <= 64


def test_spreads_that_double_at_every_level_are_walked_once() -> None:
    links = " ".join(f"fragment F{n} on Run {{ ...F{n + 1} ...F{n + 1} }}" for n in range(45))
    query = f"{{ runs {{ nodes {{ ...F0 }} }} }} {links} fragment F45 on Run {{ flow {{ id }} }}"
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert Cost(schema._schema, document, operation).of(None) > MAX_COST
    assert "fields large" in prepared_of(query).errors[0].message


@pytest.mark.parametrize(
    ("points", "tokens"), [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (25_000, 25)]
)
def test_a_thousand_points_are_a_token(points: int, tokens: int) -> None:
    assert tokens_of(points) == tokens


async def test_what_costs_too_much_is_refused_with_the_numbers(viewer: Client) -> None:
    events = "events(first: 100) { nodes { at } }"
    inner = f"taskRuns(first: 100) {{ nodes {{ id }} }} {events} again: {events}"
    query = f"{{ runs(first: 100) {{ nodes {{ {inner} }} }} }}"
    answer = await viewer(query)
    assert answer.code == "GRAPHQL_VALIDATION_FAILED"
    assert answer.message == "The operation costs 30401 points; at most 25000 are allowed."


@pytest.fixture
async def http(rt: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """With a bucket of ten tokens."""
    transport = httpx.ASGITransport(app=limited(rt))
    async with httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as client:
        yield client


def limited(rt: Runtime) -> Starlette:
    changes = {"rate_limit_per_minute": 6, "rate_limit_burst": 10}
    settings = rt.settings.model_copy(update=changes)
    return create_app(settings, replace(rt, settings=settings))


async def post(client: Client, query: str) -> httpx.Response:
    return await client.http.post("/graphql", json={"query": query}, headers=client.auth)


def left(response: httpx.Response) -> tuple[str, str]:
    return response.headers["x-ratelimit-limit"], response.headers["x-ratelimit-remaining"]


async def test_every_request_takes_a_token_and_an_expensive_one_more(viewer: Client) -> None:
    assert left(await post(viewer, ROLE)) == ("6", "9")
    assert left(await post(viewer, ROLE)) == ("6", "8")
    assert left(await post(viewer, ROLE)) == ("6", "7")
    many = "{ runs(first: 100) { nodes { taskRuns(first: 30) { nodes { id } } } } }"
    response = await post(viewer, many)
    assert (response.json()["data"], left(response)) == ({"runs": {"nodes": []}}, ("6", "3"))
    response = await post(viewer, many)
    assert (response.status_code, left(response)) == (429, ("6", "2"))
    assert response.headers["retry-after"] == "10"
    error = response.json()["errors"][0]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 10}
    assert "data" not in response.json()


async def test_what_is_refused_takes_two(viewer: Client) -> None:
    assert left(await post(viewer, "{ nothing }")) == ("6", "8")
    assert left(await post(viewer, "{")) == ("6", "6")


async def test_whoever_asks_too_often_is_told_when_to_come_back(
    viewer: Client, owner: Client
) -> None:
    for _ in range(10):
        assert (await post(viewer, ROLE)).status_code == 200
    response = await post(viewer, ROLE)
    assert (response.status_code, left(response)) == (429, ("6", "0"))
    assert 9 <= int(response.headers["retry-after"]) <= 10
    assert response.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert (await post(owner, ROLE)).status_code == 200


async def test_made_up_tokens_count_against_the_address(viewer: Client, anonymous: Client) -> None:
    for number in range(10):
        anonymous.token = f"dagy_sk_made-up-{number}"
        assert (await post(anonymous, ROLE)).json()["errors"][0]["extensions"]["code"] == (
            "UNAUTHENTICATED"
        )
    anonymous.token = "dagy_sk_made-up-again"
    assert (await post(anonymous, ROLE)).status_code == 429
    anonymous.token = None
    assert (await post(anonymous, ROLE)).status_code == 429
    assert (await post(viewer, ROLE)).status_code == 200


async def test_files_count_and_health_does_not(viewer: Client) -> None:
    path = "/files/00000000-0000-0000-0000-000000000000"
    for _ in range(10):
        response = await viewer.http.get(path, headers=viewer.auth)
        assert response.status_code == 403
    response = await viewer.http.get(path, headers=viewer.auth)
    assert (response.status_code, response.json()["error"]["code"]) == (429, "RATE_LIMITED")
    assert response.headers["retry-after"] == "10"
    for path in ("/health", "/health/live", "/health/ready", "/"):
        for _ in range(12):
            response = await viewer.http.get(path, headers=viewer.auth)
            assert response.status_code != 429
            assert "x-ratelimit-limit" not in response.headers


async def test_operations_over_a_socket_take_tokens_too(rt: Runtime, org: Org) -> None:
    """One for the connection, and one for each operation; a refusal leaves the socket open."""
    async with served(limited(rt)) as port, socket_to(port, token=org.keys[Role.VIEWER]) as socket:
        for _ in range(9):
            await socket.subscribe(ROLE)
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
        await socket.subscribe(ROLE)
        message = await socket.receive()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 10}
        await socket.send({"type": "ping"})
        assert (await socket.receive())["type"] == "pong"


async def test_event_streams_are_refused_before_they_start(viewer: Client) -> None:
    for _ in range(10):
        await post(viewer, ROLE)
    response = await viewer.http.post(
        "/graphql",
        content=orjson.dumps({"query": "subscription { runs { state } }"}),
        headers=viewer.auth | {"Accept": "text/event-stream", "Content-Type": "application/json"},
    )
    assert (response.status_code, response.headers["retry-after"]) == (429, "10")
    assert response.headers["content-type"] == "application/json; charset=utf-8"
