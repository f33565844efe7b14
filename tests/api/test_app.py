"""The application around GraphQL: health, redirects, ids of requests, cookies, masking."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from starlette.applications import Starlette

import dagy
from dagy_gql import db
from dagy_gql.app import create_app
from dagy_gql.repositories import organizations
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts
from tests.api.client import Client

PASSWORD = "correct horse battery"
LOGIN = """mutation L($input: LoginInput!) { login(input: $input) {
  accessToken expiresAt viewer { user { email } organization { slug } role } } }"""


@pytest.mark.parametrize(("path", "page"), [("/", "/dashboard"), ("/graphql", "/graphiql")])
async def test_people_are_shown_a_page(anonymous: Client, path: str, page: str) -> None:
    response = await anonymous.http.get(path, headers={"Accept": "text/html,*/*"})
    assert (response.status_code, response.headers["location"]) == (302, page)


async def test_the_web_ui_learns_what_is_switched_on(anonymous: Client) -> None:
    response = await anonymous.http.get("/api/ui-config")
    assert response.json() == {"version": dagy.__version__, "graphiql": True}
    assert response.headers["cache-control"] == "no-cache"


async def test_queries_may_come_by_get_and_mutations_may_not(viewer: Client) -> None:
    params = {"query": "{ viewer { role } }"}
    response = await viewer.http.get("/graphql", params=params, headers=viewer.auth)
    assert response.json() == {"data": {"viewer": {"role": "VIEWER"}}}
    response = await viewer.http.get(
        "/graphql", params={"query": "mutation { logout { signedOut } }"}, headers=viewer.auth
    )
    assert response.status_code == 405
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("sent", "kept"), [("abc-123", True), ("x" * 65, False), ("a b", False), ("", False)]
)
async def test_answers_carry_a_request_id(anonymous: Client, sent: str, kept: bool) -> None:
    response = await anonymous.http.get("/health", headers={"X-Request-Id": sent})
    assert (response.headers["x-request-id"] == sent) is kept
    assert len(response.headers["x-request-id"]) > 0


async def test_a_body_above_the_limit_is_refused(rt: Runtime, viewer: Client) -> None:
    limit = rt.settings.request_max_bytes
    body = orjson.dumps({"query": "#" * (limit + 1)})
    for content in (body, in_pieces(body)):
        response = await posted(viewer, content)
        assert response.status_code == 413
        assert response.headers["connection"] == "close"
        assert response.json() == too_large(f"The body is larger than {limit} bytes.")


async def test_who_is_not_signed_in_may_send_less(anonymous: Client, viewer: Client) -> None:
    limit = 64 * 1024
    body = orjson.dumps({"query": "{ viewer { role } }", "variables": {"x": "x" * limit}})
    more = "Sign in first, or send a valid token: more is allowed then."
    for content in (body, in_pieces(body)):
        response = await posted(anonymous, content)
        assert response.status_code == 413
        assert response.json() == too_large(f"The body is larger than {limit} bytes. {more}")
    assert (await posted(viewer, body)).status_code == 200


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Without a Content-Length."""
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


def too_large(message: str) -> dict[str, Any]:
    extensions = {"code": "BAD_USER_INPUT", "field": "body"}
    return {"errors": [{"message": message, "extensions": extensions}]}


async def posted(client: Client, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
    headers = client.auth | {"Content-Type": "application/json"}
    return await client.http.post("/graphql", content=content, headers=headers)


@pytest.mark.parametrize("path", ["/graphql", "/health", "/files/x", "/metrics", "/nowhere", "/"])
async def test_no_answer_is_taken_for_another_type(anonymous: Client, path: str) -> None:
    for response in (await anonymous.http.get(path), await anonymous.http.post(path, content=b"{")):
        assert response.headers.get_list("x-content-type-options") == ["nosniff"]


async def test_an_answer_before_the_body_ends_the_connection(viewer: Client) -> None:
    viewer.token = "dagy_at_unknown"
    path = f"/artifacts/uploads/{'0' * 64}"
    for size, connection in ((1_000, None), (1_000_000, "close")):
        response = await viewer.http.put(path, content=b"x" * size, headers=viewer.auth)
        assert (response.status_code, response.headers.get("connection")) == (401, connection)


async def test_unknown_errors_are_masked_with_the_request_id(
    viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(org_id: object) -> None:
        raise KeyError("a secret detail")

    monkeypatch.setattr(organizations, "organization", broken)
    viewer.headers = {"X-Request-Id": "quote-me"}
    answer = await viewer("{ viewer { role } }")
    assert answer.code == "INTERNAL"
    assert answer.errors[0]["extensions"] == {"code": "INTERNAL", "requestId": "quote-me"}
    assert "secret" not in str(answer.body)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.InternalClientError(
            "cannot switch to state 12; another operation (2) is in progress"
        ),
    ],
    ids=["refused", "starting", "cut in the middle of an answer"],
)
async def test_a_lost_database_is_unavailable(
    viewer: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def gone(sql: str, *values: object) -> None:
        raise error

    query = '{ run(slug: "x") { id } }'
    await viewer(query)
    monkeypatch.setattr(db, "fetch_row", gone)
    assert (await viewer(query)).code == "UNAVAILABLE"
    viewer.token = "dagy_sk_not-seen-yet"
    response = await viewer.http.post("/graphql", json={"query": query}, headers=viewer.auth)
    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"


async def login(client: Client, **values: Any) -> httpx.Response:
    body = {"query": LOGIN, "variables": {"input": values}}
    return await client.http.post("/graphql", json=body)


async def test_a_browser_session_lives_in_a_cookie(rt: Runtime, anonymous: Client) -> None:
    await accounts.bootstrap(rt, "owner@example.com", PASSWORD)
    response = await login(anonymous, email="owner@example.com", password=PASSWORD)
    found = response.json()["data"]["login"]
    assert found["viewer"] == {
        "user": {"email": "owner@example.com"},
        "organization": {"slug": "default"},
        "role": "OWNER",
    }
    assert found["accessToken"].startswith("dagy_at_")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"dagy_session={found['accessToken']}; ")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    query = {"query": "{ viewer { role } }"}
    for headers, signed_in in (
        ({"Origin": "http://dagy.test"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ):
        answer = (await anonymous.http.post("/graphql", json=query, headers=headers)).json()
        assert ("data" in answer and answer["data"] is not None) is signed_in, headers


async def test_logout_ends_the_session_and_empties_the_cookie(
    rt: Runtime, anonymous: Client
) -> None:
    await accounts.bootstrap(rt, "owner@example.com", PASSWORD)
    response = await login(anonymous, email="owner@example.com", password=PASSWORD)
    anonymous.http.cookies.clear()
    anonymous.token = response.json()["data"]["login"]["accessToken"]
    assert (await anonymous("mutation { logout { signedOut } }")).data == {
        "logout": {"signedOut": True}
    }
    assert (await anonymous("{ viewer { role } }")).code == "UNAUTHENTICATED"


async def test_on_https_the_cookie_is_secure(rt: Runtime) -> None:
    await accounts.bootstrap(rt, "owner@example.com", PASSWORD)
    secure = rt.settings.model_copy(update={"public_url": "https://dagy.example"})
    app = create_app(secure, replace(rt, settings=secure))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as http:
        response = await login(Client(http), email="owner@example.com", password=PASSWORD)
    assert "Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize(
    "values", [{"email": "owner@example.com", "password": "no"}, {"email": "x", "password": ""}]
)
async def test_a_failed_login_sets_no_cookie(
    rt: Runtime, anonymous: Client, values: dict[str, str]
) -> None:
    await accounts.bootstrap(rt, "owner@example.com", PASSWORD)
    response = await login(anonymous, **values)
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert "set-cookie" not in response.headers


async def test_a_client_that_goes_away_before_it_has_said_all_is_no_error(
    app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[Any] = []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    headers = [(b"content-type", b"application/json"), (b"host", b"dagy.test")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}
    await app(scope | {"query_string": b"", "http_version": "1.1"}, gone, send)

    assert said == []
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
