"""graphql-transport-ws as a client without a library sees it: the close codes of the protocol."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from dagy_gql import db
from dagy_gql.app import create_app
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.runtime import Runtime
from tests.api.client import Client
from tests.api.server import served

INIT = {"type": "connection_init"}
ROLE = {"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { role } }"}}
EVENTS = {"type": "subscribe", "id": "1", "payload": {"query": "subscription { runs { state } }"}}


@asynccontextmanager
async def raw(
    app: Starlette, *, protocol: str = "graphql-transport-ws"
) -> AsyncIterator[ClientConnection]:
    async with (
        served(app) as port,
        connect(
            f"ws://127.0.0.1:{port}/graphql", subprotocols=[Subprotocol(protocol)]
        ) as connection,
    ):
        yield connection


async def send(connection: ClientConnection, *messages: Any) -> None:
    for message in messages:
        await connection.send(orjson.dumps(message).decode())


async def receive(connection: ClientConnection) -> Any:
    return orjson.loads(await connection.recv())


async def closed(connection: ClientConnection) -> tuple[int, str]:
    """The code and reason that end the connection, whatever comes before."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in connection:
            pass
    assert connection.close_code is not None
    return connection.close_code, connection.close_reason or ""


def with_token(token: str | None) -> dict[str, Any]:
    return {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}


@pytest.mark.parametrize(
    "message",
    [
        [],
        {"id": "1"},
        {"type": "x" * 500},
        {"type": "é" * 200},
        {"type": "subscribe"},
        {"type": "subscribe", "id": 1, "payload": {"query": "{ a }"}},
        {"type": "subscribe", "id": "1", "payload": {"query": 5}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": []}},
        {"type": "complete"},
        {"type": "complete", "id": []},
        {"type": "connection_init", "payload": None},
        {"type": "ping", "payload": 5},
    ],
)
async def test_4400_for_a_malformed_message(app: Starlette, message: Any) -> None:
    async with raw(app) as connection:
        await send(connection, message)
        assert await closed(connection) == (4400, "Failed to parse message")


@pytest.mark.parametrize("frame", [b"{}", "{", '{"type": NaN}'])
async def test_4400_for_a_frame_that_is_no_json_text(app: Starlette, frame: bytes | str) -> None:
    async with raw(app) as connection:
        await connection.send(frame)
        assert (await closed(connection))[0] == 4400


async def test_4401_for_an_operation_before_the_acknowledgement(app: Starlette) -> None:
    async with raw(app) as connection:
        await send(connection, ROLE)
        assert await closed(connection) == (4401, "Unauthorized")


async def test_without_credentials_the_connection_is_anonymous(app: Starlette) -> None:
    async with raw(app) as connection:
        await send(connection, INIT, ROLE)
        assert await receive(connection) == {"type": "connection_ack"}
        answer = await receive(connection)
        assert (answer["type"], answer["id"]) == ("error", "1")
        assert answer["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("header", ["Bearer dagy_sk_unknown", "Basic dTpw"])
async def test_4403_for_a_token_that_is_not_accepted(app: Starlette, header: str) -> None:
    async with raw(app) as connection:
        await send(connection, {"type": "connection_init", "payload": {"Authorization": header}})
        assert await closed(connection) == (4403, "Forbidden")


async def test_4406_for_another_subprotocol(app: Starlette) -> None:
    async with raw(app, protocol="graphql-ws") as connection:
        assert await closed(connection) == (4406, "Subprotocol not acceptable")


def hasty(rt: Runtime, **changes: float) -> Starlette:
    settings = rt.settings.model_copy(update=changes)
    return create_app(settings, replace(rt, settings=settings))


async def test_4408_without_a_connection_init_in_time(rt: Runtime) -> None:
    async with raw(hasty(rt, websocket_init_seconds=0.02)) as connection:
        assert await closed(connection) == (4408, "Connection initialisation timeout")


async def test_1000_for_who_is_not_signed_in_and_wants_nothing(rt: Runtime) -> None:
    async with raw(hasty(rt, websocket_idle_seconds=0.2)) as connection:
        await send(connection, INIT)
        assert (await receive(connection))["type"] == "connection_ack"
        for _ in range(4):
            await asyncio.sleep(0.1)
            await send(connection, ROLE)
            assert [(await receive(connection))["type"] for _ in range(1)] == ["error"]
        assert await closed(connection) == (1000, "Idle: connect again when you need to")


async def test_who_is_signed_in_may_wait(rt: Runtime, viewer: Client) -> None:
    async with raw(hasty(rt, websocket_idle_seconds=0.05)) as connection:
        await send(connection, with_token(viewer.token))
        assert (await receive(connection))["type"] == "connection_ack"
        await asyncio.sleep(0.2)
        await send(connection, ROLE)
        assert (await receive(connection))["type"] == "next"


async def test_4409_for_an_id_that_is_in_use(app: Starlette, viewer: Client) -> None:
    events = EVENTS | {"id": "é" * 200}
    async with raw(app) as connection:
        await send(connection, with_token(viewer.token), events, events)
        code, reason = await closed(connection)
    assert code == 4409
    assert reason == f"Subscriber for {'é' * 54}"


async def test_a_connection_has_so_many_operations_and_says_so_with_a_code(
    app: Starlette, viewer: Client
) -> None:
    async with raw(app) as connection:
        await send(connection, with_token(viewer.token))
        await send(connection, *(EVENTS | {"id": str(n)} for n in range(101)))
        assert (await receive(connection))["type"] == "connection_ack"
        refused = await receive(connection)
        assert (refused["type"], refused["id"]) == ("error", "100")
        assert refused["payload"][0] == {
            "message": "This connection has 100 operations open, which is the most: complete one, "
            "or open another connection.",
            "extensions": {"code": "QUOTA_EXCEEDED"},
        }
        await send(connection, {"type": "complete", "id": "0"}, ROLE | {"id": "101"})
        assert (await receive(connection))["type"] == "next"


async def test_4429_for_a_second_connection_init(app: Starlette) -> None:
    async with raw(app) as connection:
        await send(connection, INIT, INIT)
        assert await closed(connection) == (4429, "Too many initialisation requests")


async def test_4500_with_the_request_id_for_our_fault(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: object, token: str) -> None:
        raise KeyError("a secret detail")

    monkeypatch.setattr(Authenticator, "actor", broken)
    async with raw(app) as connection:
        await send(connection, with_token("dagy_sk_any"))
        code, reason = await closed(connection)
    assert code == 4500
    assert reason.startswith("Quote the request id ")
    assert len(reason) == len("Quote the request id ") + 32


async def test_1013_while_the_database_is_away(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(sql: str, *values: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(db, "fetch_row", gone)
    async with raw(app) as connection:
        await send(connection, with_token("dagy_sk_any"))
        assert await closed(connection) == (1013, "Try again later")


@pytest.mark.parametrize("query", ["{", "{ nothing }", "query A { a } query B { b }"])
async def test_a_wrong_operation_costs_only_itself(app: Starlette, query: str) -> None:
    async with raw(app) as connection:
        wrong = {"type": "subscribe", "id": "1", "payload": {"query": query}}
        await send(connection, INIT, wrong)
        assert (await receive(connection))["type"] == "connection_ack"
        answer = await receive(connection)
        assert answer["type"] == "error"
        assert answer["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        await send(connection, {"type": "ping"})
        assert await receive(connection) == {"type": "pong"}
