"""What every request carries: its id, and where it comes from."""

import pytest
from starlette.requests import ClientDisconnect

from dagy_gql.auth.origin import Origin, origin
from dagy_gql.web.middleware import RequestLog


async def origin_seen(kind: str, headers: dict[str, str], client: tuple[str, int] | None) -> Origin:
    seen = []

    async def app(scope, receive, send):
        seen.append(origin.get())

    scope = {
        "type": kind,
        "method": "GET",
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": client,
    }
    await RequestLog(app)(scope, None, None)
    return seen[0]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_request_has_an_origin_and_takes_it_along(kind: str) -> None:
    headers = {"x-request-id": "quote-me", "user-agent": "curl/8"}
    found = await origin_seen(kind, headers, ("192.0.2.7", 4711))
    assert found == Origin("quote-me", "192.0.2.7", "curl/8")
    assert origin.get() == Origin("", None, None)


async def test_an_origin_is_short_and_may_know_little() -> None:
    found = await origin_seen("http", {"user-agent": "x" * 1000}, None)
    assert (found.address, found.user_agent) == (None, "x" * 256)
    assert len(found.request_id) == 32


async def test_what_the_rate_limit_refused_makes_no_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for status in (200, 429, 500):

        async def app(scope, receive, send, status=status):
            await send({"type": "http.response.start", "status": status, "headers": []})

        async def send(message):
            pass

        with caplog.at_level("INFO", logger="dagy.access"):
            scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
            await RequestLog(app)(scope, None, send)
    assert [record.args[2] for record in caplog.records] == [200, 500]


@pytest.mark.parametrize("path", ["/a\r\nb", "/\x1b[2J", "/\ud800", "/ä b"])
async def test_a_path_cannot_make_lines_of_the_log(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def app(scope, receive, send):
        pass

    with caplog.at_level("INFO", logger="dagy.access"):
        await RequestLog(app)(
            {"type": "http", "method": "GET", "path": path, "headers": []}, None, None
        )
    (record,) = caplog.records
    message = record.getMessage()
    assert message.isascii()
    assert message.isprintable()


async def test_a_client_that_goes_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope, receive, send):
        raise ClientDisconnect

    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": []}
    await RequestLog(app)(scope, None, None)

    assert origin.get() == Origin("", None, None)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
