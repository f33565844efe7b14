"""The session cookie: installations on one host keep out of each other's way."""

from datetime import UTC, datetime

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from dagy_gql.auth import cookies
from dagy_gql.errors import Unauthenticated
from dagy_gql.settings import Settings

UNTIL = datetime(2030, 1, 1, tzinfo=UTC)


def request(host: str, cookie: str = "", kind: str = "http") -> HTTPConnection:
    headers = [(b"host", host.encode()), (b"cookie", cookie.encode())]
    headers.append((b"origin", f"http://{host}".encode()))
    return HTTPConnection({"type": kind, "method": "POST", "headers": headers})


@pytest.mark.parametrize(
    ("host", "public_url", "name"),
    [
        ("localhost:8001", "", "dagy_session_8001"),
        ("127.0.0.1:8001", "", "dagy_session_8001"),
        ("[::1]:8001", "", "dagy_session_8001"),
        ("dagy.example.com", "", "dagy_session"),
        ("localhost:3000", "http://localhost:8000", "dagy_session_3000"),
        ("dagy.example.com", "https://dagy.example.com", "__Host-dagy_session"),
        ("dagy.example.com:8443", "https://dagy.example.com:8443", "__Host-dagy_session_8443"),
        # A proxy that leaves the port out.
        ("dagy.example.com", "https://dagy.example.com:8443", "__Host-dagy_session_8443"),
        ("x:99999", "", "dagy_session"),
        ("x:y", "", "dagy_session"),
        ("[", "", "dagy_session"),
        ("", "", "dagy_session"),
    ],
)
def test_the_name_has_the_port_that_the_browser_knows(
    host: str, public_url: str, name: str
) -> None:
    assert cookies.cookie_name(request(host), Settings(public_url=public_url)) == name


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_two_installations_on_a_host_have_a_session_each(kind: str) -> None:
    """A browser sends all cookies of the host to both."""
    settings = Settings()
    sent = []
    for host, token in (("localhost:8001", "dagy_at_one"), ("localhost:8002", "dagy_at_two")):
        response = Response()
        cookies.set_session(
            response, token, request=request(host), expires_at=UNTIL, settings=settings
        )
        sent.append(response.headers["set-cookie"].partition(";")[0])

    both = "; ".join(sent)

    assert cookies.session_of(request("localhost:8001", both, kind), settings) == "dagy_at_one"
    assert cookies.session_of(request("localhost:8002", both, kind), settings) == "dagy_at_two"
    assert cookies.session_of(request("localhost:8003", both, kind), settings) is None


def test_signing_out_of_one_leaves_the_other_signed_in() -> None:
    response = Response()
    cookies.clear_session(response, request=request("localhost:8001"), settings=Settings())
    assert response.headers["set-cookie"].startswith('dagy_session_8001=""; ')


def test_another_port_of_the_host_is_another_site() -> None:
    """Its pages may not use the session, though browsers send them the cookie."""
    connection = request("localhost:8001", "dagy_session_8001=dagy_at_one")
    connection.scope["headers"][2] = (b"origin", b"http://localhost:8002")
    with pytest.raises(Unauthenticated):
        cookies.session_of(connection, Settings())
