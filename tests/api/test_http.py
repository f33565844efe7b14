"""GraphQL over HTTP beyond what the audit suite asks: negotiation, status codes, refusals."""

from typing import Any

import httpx
import pytest

from dagy_gql import db
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.repositories import organizations
from schema import protocol
from tests.api.client import Client

ROLE = "{ viewer { role } }"
NEW = "application/graphql-response+json"
OLD = "application/json"


async def post(client: Client, query: str, accept: str = NEW, **rest: Any) -> httpx.Response:
    headers = client.auth | {"Accept": accept}
    return await client.http.post("/graphql", json={"query": query, **rest}, headers=headers)


def code_of(response: httpx.Response) -> str:
    code: str = response.json()["errors"][0]["extensions"]["code"]
    return code


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("", OLD),
        (" ", OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        ("text/event-stream", OLD),
        (NEW, NEW),
        (f"{NEW}; charset=utf-8, {OLD}", NEW),
        (f"{OLD}, {NEW}", OLD),
        (f"{OLD};q=0.5, {NEW};q=0.9", NEW),
        (f"{NEW};q=0.5, */*", OLD),
        (f"*/*, {NEW}", NEW),
        (f"{NEW.upper()}", NEW),
        (f"{NEW};q=0", None),
        (f"{NEW};q=high", None),
        ("text/plain", None),
        ("image/*, text/html;level=1", None),
    ],
)
def test_the_media_type_is_the_one_wanted_most(accept: str, found: str | None) -> None:
    assert protocol.media_type_of(accept) == found


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_an_answer_says_its_type_and_is_kept_nowhere(viewer: Client, accept: str) -> None:
    response = await post(viewer, ROLE, accept)
    assert (response.status_code, response.json()) == (
        200,
        {"data": {"viewer": {"role": "VIEWER"}}},
    )
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "Accept, Authorization, Cookie"


async def test_what_the_client_does_not_accept_is_not_sent(viewer: Client) -> None:
    response = await post(viewer, ROLE, "text/plain")
    assert (response.status_code, code_of(response)) == (406, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("{", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("{ nothing }", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("query Q($x: Int!) { viewer { role } }", 400, "BAD_USER_INPUT"),
        ("query A { viewer { role } } query B { __typename }", 400, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { runs { state } }", 400, "BAD_USER_INPUT"),
        (
            'mutation { retryRun(input: {id: "x", mode: FROM_START}) { run { id } } }',
            403,
            "FORBIDDEN",
        ),
    ],
)
async def test_what_was_not_executed_has_no_data(
    viewer: Client, query: str, status: int, code: str
) -> None:
    response = await post(viewer, query)
    assert (response.status_code, code_of(response)) == (status, code)
    assert "data" not in response.json()


async def test_who_is_not_signed_in_gets_401(anonymous: Client) -> None:
    response = await post(anonymous, ROLE)
    assert (response.status_code, code_of(response)) == (401, "UNAUTHENTICATED")
    response = await post(anonymous, ROLE, OLD)
    assert (response.status_code, code_of(response)) == (200, "UNAUTHENTICATED")


async def test_what_was_executed_is_200_errors_or_not(viewer: Client) -> None:
    response = await post(viewer, '{ node(id: "x") { id } }')
    assert (response.status_code, code_of(response)) == (200, "BAD_USER_INPUT")
    assert response.json()["data"] == {"node": None}


@pytest.mark.parametrize(
    "query", ["mutation { logout { signedOut } }", "mutation M { __typename }"]
)
@pytest.mark.parametrize("accept", [OLD, NEW, "text/event-stream"])
async def test_mutations_do_not_come_by_get(viewer: Client, query: str, accept: str) -> None:
    response = await viewer.http.get(
        "/graphql", params={"query": query}, headers=viewer.auth | {"Accept": accept}
    )
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert code_of(response) == "BAD_USER_INPUT"
    assert (await viewer(ROLE)).errors == []


async def test_parameters_of_a_get_are_strings_of_json(viewer: Client) -> None:
    params = {
        "query": "query A($n: Int) { runs(first: $n) { nodes { id } } } query B { __typename }",
        "variables": '{"n": 3}',
        "operationName": "A",
        "extensions": "{}",
    }
    response = await viewer.http.get("/graphql", params=params, headers=viewer.auth)
    assert response.json() == {"data": {"runs": {"nodes": []}}}
    for name, value in (("variables", "[1]"), ("extensions", "5"), ("variables", "{")):
        response = await viewer.http.get("/graphql", params=params | {name: value})
        assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; Charset=UTF-8", 200),
        ("application/json; charset=latin1", 415),
        ("application/jsonp", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
async def test_a_body_is_json_in_utf_8(viewer: Client, content_type: str, status: int) -> None:
    response = await viewer.http.post(
        "/graphql",
        content=b'{"query": "{ viewer { role } }"}',
        headers=viewer.auth | {"Content-Type": content_type},
    )
    assert response.status_code == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_not_allowed(viewer: Client, method: str) -> None:
    response = await viewer.http.request(method, "/graphql", headers=viewer.auth)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    if method != "HEAD":
        assert code_of(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_who_wants_one_stream_for_many_operations_is_told_of_the_other_mode(
    viewer: Client, method: str
) -> None:
    response = await viewer.http.request(method, "/graphql", headers=viewer.auth)
    message = response.json()["errors"][0]["message"]
    assert message == (
        f"Operations come by GET or POST, not by {method}. Server-sent events are sent in distinct"
        " connections mode alone: one POST for each subscription (graphql-sse: singleConnection"
        " false)."
    )


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_a_fault_before_the_operation_is_masked_too(
    viewer: Client, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    async def broken(self: object, token: str) -> None:
        raise KeyError("a secret detail")

    monkeypatch.setattr(Authenticator, "actor", broken)
    headers = viewer.auth | {"Accept": accept, "X-Request-Id": "quote-me"}
    response = await viewer.http.post("/graphql", json={"query": ROLE}, headers=headers)
    assert (response.status_code, code_of(response)) == (500, "INTERNAL")
    assert response.json()["errors"][0]["extensions"]["requestId"] == "quote-me"
    assert "secret" not in response.text
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"


async def test_a_fault_in_the_operation_is_masked(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(org_id: object) -> None:
        raise KeyError("a secret detail")

    monkeypatch.setattr(organizations, "organization", broken)
    response = await post(viewer, "{ viewer { organization { name } } }")
    assert (response.status_code, code_of(response)) == (200, "INTERNAL")
    assert "secret" not in response.text


async def test_a_lost_database_is_503_where_the_client_can_tell(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(sql: str, *values: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(db, "fetch_row", gone)
    viewer.token = "dagy_sk_not-seen-yet"
    response = await post(viewer, ROLE)
    assert (response.status_code, code_of(response)) == (503, "UNAVAILABLE")


URQL = f"{NEW}, application/graphql+json, {OLD}, text/event-stream, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "of_query", "of_subscription"),
    [
        ("", False, False),
        (OLD, False, False),
        ("*/*", False, False),
        (URQL, False, True),
        (f"{OLD}, text/event-stream;q=0", False, False),
        (f"text/event-stream, {OLD}", False, True),
        (f"text/event-stream, {OLD};q=0.9", True, True),
        (f"text/event-stream;q=0.5, {OLD};q=0.4", True, True),
        ("text/event-stream", True, True),
        ("TEXT/Event-Stream; charset=utf-8", True, True),
        ("text/event-stream;q=0", False, False),
    ],
)
def test_a_single_result_is_streamed_only_where_that_is_preferred(
    accept: str, of_query: bool, of_subscription: bool
) -> None:
    assert protocol.wants_stream(accept, is_subscription=False) is of_query
    assert protocol.wants_stream(accept, is_subscription=True) is of_subscription


async def test_a_client_that_names_every_type_gets_a_document_of_json(viewer: Client) -> None:
    response = await post(viewer, ROLE, URQL)
    assert response.headers["content-type"] == f"{NEW}; charset=utf-8"
    assert response.json() == {"data": {"viewer": {"role": "VIEWER"}}}


async def test_events_of_a_stream_end_in_line_feeds(viewer: Client) -> None:
    response = await post(viewer, ROLE, "text/event-stream")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text == (
        'event: next\ndata: {"data":{"viewer":{"role":"VIEWER"}}}\n\nevent: complete\ndata: \n\n'
    )
