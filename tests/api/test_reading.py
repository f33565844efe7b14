"""The short way of queries answers what Strawberry's way does, and converts arguments alike."""

from typing import Any

import pytest

from dagy_gql.metrics import registry
from tests.api.client import Client
from tests.api.conftest import deploy, trigger

OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("{ runs(first: 2) { nodes { slug state taskRuns { nodes { key } } } } }", {}),
    ("query A { viewer { role } } query B { runs { totalCount } }", {"operationName": "B"}),
    ("query A { viewer { role } } query B { runs { totalCount } }", {}),
    ("query A { viewer { role } }", {"operationName": "C"}),
    ("query A($n: Int!) { runs(first: $n) { totalCount } }", {}),
    ("query A($n: Int!) { runs(first: $n) { totalCount } }", {"variables": {"n": "one"}}),
    ("query A($n: Int!) { runs(first: $n) { totalCount } }", {"variables": {"n": 1}}),
    ("{ runs(first: -1) { totalCount } }", {}),
    ("{ run(slug: \"nothing\") { slug } runs { totalCount } }", {}),
    ("{ run { slug } }", {}),
    ("{ node(id: \"x\") { id } }", {}),
    ("{ __schema { queryType { name } } }", {}),
    ("{ __typename }", {}),
    ("{ nothing }", {}),
    ("{ runs {", {}),
    ("fragment A on Run { slug }", {}),
    ("mutation { createEnvironment(input: {name: \"\"}) { environment { id } } }", {}),
    ("subscription { runs { state } }", {}),
    ("", {}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "more"), OPERATIONS, ids=[query for query, _ in OPERATIONS])
@pytest.mark.parametrize("role", ["owner", "viewer", "anonymous"])
async def test_both_ways_answer_alike(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    developer: Client,
    query: str,
    more: dict[str, Any],
    role: str,
) -> None:
    await deploy(developer)
    await trigger(developer)
    client: Client = request.getfixturevalue(role)

    async def answer() -> tuple[int, Any]:
        headers = {"X-Request-Id": "same"}
        if client.token:
            headers["Authorization"] = f"Bearer {client.token}"
        found = await client.http.post("/graphql", json={"query": query, **more}, headers=headers)
        return found.status_code, found.json()

    short = await answer()
    monkeypatch.setattr("schema.root.wished", lambda *given: None)
    assert await answer() == short


async def test_equal_arguments_are_converted_once_and_differ_by_value(developer: Client) -> None:
    await deploy(developer)
    slugs = [(await trigger(developer))["run"]["slug"] for _ in range(3)]
    query = "query($n: Int, $o: RunOrder!) { runs(first: $n, orderBy: $o) { nodes { slug } } }"

    async def found(number: int | None, order: str) -> list[str]:
        data = (await developer(query, n=number, o=order)).data
        return [node["slug"] for node in data["runs"]["nodes"]]

    for _ in range(2):
        assert await found(1, "CREATED_AT_ASC") == slugs[:1]
        assert await found(2, "CREATED_AT_ASC") == slugs[:2]
        assert await found(1, "CREATED_AT_DESC") == slugs[2:]
        assert await found(None, "CREATED_AT_ASC") == slugs


async def test_queries_are_counted_by_what_came_of_them(viewer: Client) -> None:
    def counted(code: str) -> float:
        labels = {"type": "query", "code": code}
        return registry.get_sample_value("dagy_operations_total", labels) or 0.0

    before = {code: counted(code) for code in ("OK", "FORBIDDEN", "NOT_FOUND")}
    await viewer("{ runs { totalCount } }")
    await viewer("{ runs { nodes { parameters } } }")
    await viewer('{ run(slug: "nothing") { slug } }')
    assert {code: counted(code) - before[code] for code in before} == dict.fromkeys(before, 1.0)
