"""By which names the API is reached."""

from typing import Any

import orjson
import pytest
from starlette.types import Receive, Scope, Send

from dagy_gql.auth import rate_limit
from dagy_gql.settings import Settings
from dagy_gql.web.hosts import Hosts, allowed_hosts

LISTENING: dict[str, Any] = {
    "loopback": {"host": "127.0.0.1"},
    "public": {"host": "127.0.0.1", "public_url": "https://dagy.example.com"},
    "named": {"host": "0.0.0.0", "allowed_hosts": "dagy.internal"},
    "open": {"host": "0.0.0.0"},
    "all": {"host": "127.0.0.1", "allowed_hosts": "*"},
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_REFUSAL_SECONDS", (0.0, 0.0))


async def answer(
    *hosts: str, at: str = "loopback", path: str = "/", version: str = "1.1", kind: str = "http"
) -> tuple[int, Any]:
    """The status, 200 for what is served, and the body."""
    sent: list[Any] = []

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"status": 200})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError

    headers = [(b"host", host.encode("latin-1")) for host in hosts]
    scope = {
        "type": kind,
        "path": path,
        "http_version": version,
        "headers": headers,
        "extensions": {"websocket.http.response": {}},
    }
    await Hosts(served, allowed_hosts(Settings(**LISTENING[at])))(scope, receive, send)
    return sent[0]["status"], orjson.loads(sent[1]["body"]) if sent[1:] else None


@pytest.mark.parametrize(
    ("at", "host", "status"),
    [
        ("loopback", "127.0.0.1:8000", 200),
        ("loopback", "LOCALHOST:8000", 200),
        ("loopback", "[::1]:8000", 200),
        ("loopback", "dagy.localhost:8000", 200),
        ("loopback", "evil.example:8000", 421),
        ("loopback", "localhost.evil.example", 421),
        ("loopback", "", 421),
        ("loopback", "[", 421),
        ("loopback", "\xff", 421),
        ("public", "dagy.example.com", 200),
        ("public", "localhost:8000", 200),
        ("public", "evil.example", 421),
        ("named", "dagy.internal:8000", 200),
        ("named", "127.0.0.1:8000", 200),
        ("named", "evil.example", 421),
        ("open", "whatever.example", 200),
        ("all", "whatever.example", 200),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_page_elsewhere_cannot_make_its_name_ours(
    at: str, host: str, status: int, kind: str
) -> None:
    assert (await answer(host, at=at, kind=kind))[0] == status


@pytest.mark.parametrize("hosts", [(), ("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "evil.example")])
@pytest.mark.parametrize("at", LISTENING)
async def test_a_request_has_one_host(hosts: tuple[str, ...], at: str) -> None:
    status, body = await answer(*hosts, at=at)
    assert (status, body["error"]["message"]) == (400, "A request has exactly one Host header.")


async def test_http_1_0_knows_no_host() -> None:
    assert await answer(version="1.0") == (200, None)


async def test_a_refusal_says_what_to_set_in_the_shape_of_the_path() -> None:
    message = "This host name is not served here: set DAGY_PUBLIC_URL or DAGY_ALLOWED_HOSTS."
    extensions = {"code": "BAD_USER_INPUT", "field": "host"}
    assert await answer("evil.example") == (421, {"error": {"message": message} | extensions})
    graphql = {"errors": [{"message": message, "extensions": extensions}]}
    assert await answer("evil.example", path="/graphql") == (421, graphql)
