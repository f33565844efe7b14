"""Operations that are too large, malformed, or carry values nothing can hold."""

import pytest

from schema import limits
from schema.operations import Documents
from schema.root import schema
from tests.api.client import Client
from tests.api.conftest import deploy


def messages(query: str, bounds: limits.Bounds = limits.MEMBERS) -> list[str]:
    audience = limits.Audience(bounds, hints=True)
    return [error.message for error in Documents().prepared(schema._schema, query, audience).errors]


def test_depth_has_a_limit() -> None:
    deep = "id"
    for _ in range(limits.MAX_DEPTH):
        deep = f"retryOf {{ {deep} }}"
    found = messages(f'{{ run(slug: "x") {{ {deep} }} }}')
    assert found == ["The operation is 14 levels deep; at most 12 are allowed."]


def test_depth_counts_through_fragments() -> None:
    links = " ".join(f"fragment F{n} on Run {{ retryOf {{ ...F{n + 1} }} }}" for n in range(12))
    query = f'{{ run(slug: "x") {{ ...F0 }} }} {links} fragment F12 on Run {{ id }}'
    assert messages(query) == ["The operation is 14 levels deep; at most 12 are allowed."]


def test_aliases_have_a_limit_however_they_are_nested() -> None:
    query = """{ runs { nodes { ...A ...A ...B } } }
    fragment A on Run { x: retryOf { ...B ...B ...B } y: retryOf { ...B ...B ...B } }
    fragment B on Run { p: retryOf { ...C ...C } q: retryOf { ...C ...C } }
    fragment C on Run { a: id b: slug }"""
    assert "aliases large" in messages(query)[0]


def test_directives_have_a_limit_however_they_are_nested() -> None:
    on = "@include(if: true) "
    query = f"""query {{ viewer {{ ...F ...F {on} role {on} }} }}
    fragment F on Viewer {{ {"role @skip(if: false) " * 25} }}"""
    assert messages(query) == ["The operation is 52 directives large; at most 50 are allowed."]


def test_root_fields_have_a_limit() -> None:
    query = "{" + " ".join("viewer { role }" for _ in range(21)) + "}"
    assert messages(query) == ["The operation is 21 root fields large; at most 20 are allowed."]


def test_spreads_that_double_at_every_level_are_measured_at_once() -> None:
    links = " ".join(f"fragment F{n} on Run {{ ...F{n + 1} ...F{n + 1} }}" for n in range(45))
    query = f"{{ runs {{ nodes {{ ...F0 }} }} }} {links} fragment F45 on Run {{ a: id }}"
    assert "aliases large" in messages(query)[0]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "{ viewer { " + "role " * 46 + "} }",
            "repeats fields in 1035 pairs; at most 1000 are allowed.",
        ),
        (
            "{ runs { nodes { " + "... { flow { name name } } " * 23 + "} } }",
            "repeats fields in 1288 pairs; at most 1000 are allowed.",
        ),
        (
            "{ runs { nodes { "
            + " ".join(f"...F{n}" for n in range(46))
            + " } } } "
            + " ".join(f"fragment F{n} on Run {{ a{n}: id }}" for n in range(46)),
            "repeats fields in 1035 pairs; at most 1000 are allowed.",
        ),
        (
            "{ " + "runs(filter: {state: [RUNNING, FAILED]}) { nodes { id } } " * 14 + "}",
            "repeats fields in 1001 pairs; at most 1000 are allowed.",
        ),
        (
            "{ viewer { " + "role " * 20 + " } } fragment Unused on Run { " + "id " * 46 + "}",
            "repeats fields in 1225 pairs; at most 1000 are allowed.",
        ),
        (
            " ".join(f"query Q{n} {{ viewer {{ role }} }}" for n in range(101)),
            "has 101 definitions; at most 100 are allowed.",
        ),
        (
            "{ runs(filter: {state: [" + "RUNNING " * 1000 + "]}) { nodes { id } } }",
            "has 1002 values; at most 1000 are allowed.",
        ),
        (
            "query Q($a: [Int] = [" + "1 " * 1000 + "]) { viewer { role } }",
            "has 1001 values; at most 1000 are allowed.",
        ),
        (
            "{ viewer { " + "role @a(b: [" + "1 " * 1000 + "]) } }",
            "has 1001 values; at most 1000 are allowed.",
        ),
        (
            '{ run(slug: "' + "x" * 200_000 + '") { id } }',
            "is 200024 characters long; at most 200000 are allowed.",
        ),
        (
            "{ viewer { " + "...F " * 101 + "} } fragment F on Viewer { role }",
            "spreads fragments 101 times; at most 100 are allowed.",
        ),
    ],
)
def test_what_is_dear_to_validate_is_refused_before_it_is(query: str, message: str) -> None:
    assert messages(query) == [f"The operation {message}"]


def test_a_fragment_that_spreads_itself_is_refused_before_it_is_followed() -> None:
    query = "{ runs { nodes { ...A } } } fragment A on Run { retryOf { ...B } }"
    found = messages(query + " fragment B on Run { retryOf { ...A } }")
    assert found == ["Cannot spread fragment 'A' within itself."]


def test_fragments_that_nest_deeper_than_the_stack_are_refused() -> None:
    links = " ".join(
        f"fragment F{n} on Run {{ ... {{ ... {{ ... {{ ... {{ ...F{n + 1} }} }} }} }} }}"
        for n in range(75)
    )
    query = f"{{ runs {{ nodes {{ ...F0 }} }} }} {links} fragment F75 on Run {{ id }}"
    assert messages(query) != []


def test_a_document_has_a_bounded_number_of_errors() -> None:
    query = "{ viewer { " + " ".join(f"unknown{n}" for n in range(300)) + " } }"
    aborted = "Too many validation errors, error limit reached. Validation aborted."
    for bounds in (limits.STRANGERS, limits.MEMBERS):
        found = messages(query[:800] + " } }", bounds)
        assert found[0].startswith("Cannot query field 'unknown0' on type 'Viewer'.")
        assert (len(found), found[-1]) == (bounds.errors + 1, aborted)


def test_the_usual_introspection_is_within_the_limits() -> None:
    query = "{ __schema { types { " + "fields { type { " + "ofType { " * 7 + "name"
    query += " }" * 7 + " } } } } }"
    assert messages(query) == []


async def test_tokens_have_a_limit(viewer: Client) -> None:
    answer = await viewer("{ viewer { " + "role " * 3000 + "} }")
    assert answer.code == "GRAPHQL_VALIDATION_FAILED"
    assert "2000 tokens" in answer.message


@pytest.mark.parametrize(
    "query",
    ["{", "", "{ nothing }", "query Q($x: Nothing) { viewer { role } }", "{ runs }", "\x00"],
)
async def test_documents_that_are_wrong_say_so(viewer: Client, query: str) -> None:
    response = await viewer.http.post("/graphql", json={"query": query}, headers=viewer.auth)
    codes = {error["extensions"]["code"] for error in response.json()["errors"]}
    assert codes <= {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[", 400),
        (b"5", 400),
        (b"[]", 400),
        (b'[{"query": "{ viewer { role } }"}]', 400),
        (b'{"query": 5}', 400),
        (b'{"query": "{ viewer { role } }", "variables": 5}', 400),
        (b'{"query": "{ viewer { role } }", "variables": {"x": NaN}}', 400),
        (b'{"variables": {"x": ' + b"9" * 5000 + b'}, "query": ""}', 400),
        (b"[" * 100_000, 400),
        (b'{"query": "\xff"}', 400),
        (b'{"query": "{ viewer { role } }", "operationName": "Nothing"}', 400),
    ],
)
async def test_bodies_that_are_wrong_say_so(viewer: Client, body: bytes, status: int) -> None:
    headers = viewer.auth | {"Content-Type": "application/json"}
    response = await viewer.http.post("/graphql", content=body, headers=headers)
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "parameters",
    [
        '{"city": "a\\u0000b"}',
        '{"city": "\\ud800"}',
        '{"city": 99999999999999999999999999}',
        '{"a\\u0000": 1}',
        '{"city": ' + "[" * 100 + "]" * 100 + "}",
        "[]",
        '"x"',
        "5",
    ],
)
async def test_parameters_that_nothing_can_hold_are_bad_input(
    developer: Client, parameters: str
) -> None:
    await deploy(developer)
    query = "mutation M($input: TriggerRunInput!) { triggerRun(input: $input) { created } }"
    variables = f'{{"input": {{"deploymentName": "nightly", "parameters": {parameters}}}}}'
    body = f'{{"query": "{query}", "variables": {variables}}}'
    headers = developer.auth | {"Content-Type": "application/json"}
    response = await developer.http.post("/graphql", content=body.encode(), headers=headers)
    error = response.json()["errors"][0]
    assert error["extensions"]["code"] == "BAD_USER_INPUT", error
    assert error["extensions"]["field"] in ("input.parameters", "parameters")


@pytest.mark.parametrize(
    "query",
    [
        '{ flow(name: "\\u0000") { id } }',
        '{ run(slug: "\\u0000") { id } }',
        '{ flows(filter: {search: "%\\u0000"}) { nodes { id } } }',
    ],
)
async def test_text_that_postgresql_cannot_hold_is_bad_input(viewer: Client, query: str) -> None:
    assert (await viewer(query)).code == "BAD_USER_INPUT"


async def test_half_a_surrogate_pair_is_bad_input(viewer: Client) -> None:
    query = "query Q($name: String) { flow(name: $name) { id } }"
    body = f'{{"query": "{query}", "variables": {{"name": "\\ud800"}}}}'
    headers = viewer.auth | {"Content-Type": "application/json"}
    response = await viewer.http.post("/graphql", content=body.encode(), headers=headers)
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "query",
    [
        "{ runs(first: NUMBER) { nodes { id } } }",
        "{ runs(first: -NUMBER) { nodes { id } } }",
        "{ run(id: NUMBER) { id } }",
        "query Q($n: Int = NUMBER) { runs(first: $n) { nodes { id } } }",
        "{ runs(filter: {tags: {a: NUMBER}}) { nodes { id } } }",
    ],
)
async def test_integers_that_python_does_not_read_are_refused(viewer: Client, query: str) -> None:
    answer = await viewer(query.replace("NUMBER", "9" * 5000))
    assert answer.code == "GRAPHQL_VALIDATION_FAILED"
    assert "digits; at most 100 are allowed" in answer.message


async def test_a_text_may_be_a_long_number(viewer: Client) -> None:
    answer = await viewer(f'{{ run(slug: "{"9" * 5000}") {{ id }} }}')
    assert answer.code == "NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        '{"query": "{ viewer { role } }", "operationName": "\\ud800"}',
        '{"query": "query Q($s: RunState!) { runs(filter: {state: [$s]}) { nodes { id } } }",'
        ' "variables": {"s": "\\ud800"}}',
        '{"query": "query Q($f: RunFilter) { runs(filter: $f) { nodes { id } } }",'
        ' "variables": {"f": {"\\ud800": 1}}}',
    ],
)
async def test_an_error_may_quote_half_a_surrogate_pair(viewer: Client, body: str) -> None:
    headers = viewer.auth | {"Content-Type": "application/json"}
    response = await viewer.http.post("/graphql", content=body.encode(), headers=headers)
    error = response.json()["errors"][0]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "\ud800" not in error["message"]


@pytest.mark.parametrize("moment", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "", 5])
async def test_a_datetime_needs_a_zone(viewer: Client, moment: object) -> None:
    query = "query Q($at: DateTime) { runs(filter: {createdAfter: $at}) { nodes { id } } }"
    answer = await viewer(query, at=moment)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "at")
