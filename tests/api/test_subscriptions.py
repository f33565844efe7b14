"""Subscriptions over WebSocket and server-sent events: replay, live, completion, refusals."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts
from tests.api.client import Client
from tests.api.conftest import deploy, trigger
from tests.api.server import Socket, events_of, served, socket_to

EVENTS = """subscription E($runId: ID!, $after: String) {
  runEvents(runId: $runId, after: $after) { cursor sequence type runState } }"""
LOGS = "subscription L($runId: ID!) { runLogs(runId: $runId) { message } }"
RUNS = "subscription { runs { state sequence run { slug state flow { name } } } }"


@pytest.fixture
async def port(app: Starlette) -> AsyncIterator[int]:
    async with served(app) as found:
        yield found


async def _collected(socket: Socket) -> list[dict[str, object]]:
    """What `next` brought until `complete`."""
    found = []
    while (message := await socket.receive())["type"] == "next":
        assert "errors" not in message["payload"], message
        found.append(message["payload"]["data"]["runEvents"])
    assert message["type"] == "complete", message
    return found


async def _run_id(client: Client) -> str:
    await deploy(client)
    return str((await trigger(client))["run"]["id"])  # type: ignore[index]


async def _cancel(client: Client, run_id: str) -> None:
    assert (await client.input("cancelRun", "CancelRunInput", "run { id }", id=run_id)).data


async def test_events_replay_then_follow_then_complete(port: int, developer: Client) -> None:
    run_id = await _run_id(developer)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        first = (await socket.receive())["payload"]["data"]["runEvents"]
        assert (first["sequence"], first["type"]) == (1, "RUN_QUEUED")
        await _cancel(developer, run_id)
        assert [each["type"] for each in await _collected(socket)] == ["RUN_FINISHED"]


async def test_events_continue_behind_the_cursor(port: int, developer: Client) -> None:
    run_id = await _run_id(developer)
    await _cancel(developer, run_id)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        everything = await _collected(socket)
        assert [each["sequence"] for each in everything] == [1, 2]
        await socket.subscribe(EVENTS, runId=run_id, after=everything[0]["cursor"])
        assert await _collected(socket) == everything[1:]
        await socket.subscribe(EVENTS, runId=run_id, after=everything[1]["cursor"])
        assert await _collected(socket) == []


async def test_server_sent_events_replay_from_the_cursor(port: int, developer: Client) -> None:
    run_id = await _run_id(developer)
    await _cancel(developer, run_id)
    assert developer.token is not None
    found = [item async for item in events_of(port, developer.token, EVENTS, runId=run_id)]
    assert [event for event, _ in found] == ["next", "next", "complete"]
    cursor = found[0][1]["data"]["runEvents"]["cursor"]
    again = [
        item async for item in events_of(port, developer.token, EVENTS, runId=run_id, after=cursor)
    ]
    assert again == found[1:]


async def test_logs_of_an_ended_run_complete(port: int, developer: Client) -> None:
    run_id = await _run_id(developer)
    await _cancel(developer, run_id)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(LOGS, runId=run_id)
        assert (await socket.receive())["type"] == "complete"


async def test_changes_of_runs_show_the_run_as_it_is(port: int, developer: Client) -> None:
    await deploy(developer)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(RUNS)
        await asyncio.sleep(0.1)  # until the subscription listens there is nothing to wait for
        run = (await trigger(developer))["run"]
        change = (await socket.receive())["payload"]["data"]["runs"]
        assert change["state"] == "QUEUED"
        assert change["run"]["slug"] == run["slug"]  # type: ignore[index]
        await _cancel(developer, run["id"])  # type: ignore[index]
        change = (await socket.receive())["payload"]["data"]["runs"]
        assert (change["state"], change["run"]["state"]) == ("CANCELLED", "CANCELLED")


async def _refused(socket: Socket) -> dict[str, object]:
    message = await socket.receive()
    assert message["type"] == "error", message
    extensions: dict[str, object] = message["payload"][0]["extensions"]
    return extensions


async def test_subscriptions_are_refused_before_they_start(
    port: int, developer: Client, viewer: Client, stranger: Client
) -> None:
    run_id = await _run_id(developer)
    async with socket_to(port) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        assert await _refused(socket) == {"code": "UNAUTHENTICATED"}
    async with socket_to(port, token=viewer.token) as socket:
        await socket.subscribe(LOGS, runId=run_id)
        refusal = await _refused(socket)
        assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "PAYLOADS_READ")
        assert refusal["field"] == "Subscription.runLogs"
    async with socket_to(port, token=stranger.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        assert (await _refused(socket))["code"] == "NOT_FOUND"


@pytest.mark.parametrize(("run_id", "after", "field"), [("x", None, "runId"), (None, "x", "after")])
async def test_malformed_ids_and_cursors_are_refused(
    port: int, developer: Client, run_id: str | None, after: str | None, field: str
) -> None:
    found = run_id or await _run_id(developer)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(EVENTS, runId=found, after=after)
        assert await _refused(socket) == {"code": "BAD_USER_INPUT", "field": field}


async def test_queries_run_over_the_socket_too(port: int, developer: Client) -> None:
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe("{ viewer { role } }")
        message = await socket.receive()
        assert message["payload"]["data"] == {"viewer": {"role": "DEVELOPER"}}
        assert (await socket.receive())["type"] == "complete"


@pytest.mark.parametrize("text", ["[]", "5", '{"type":"subscribe","id":1,"payload":[]}', "{"])
async def test_malformed_messages_close_the_socket(port: int, developer: Client, text: str) -> None:
    async with socket_to(port, token=developer.token) as socket:
        await socket.connection.send(text)
        with pytest.raises(ConnectionClosed) as caught:
            await socket.receive()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4400


async def test_the_cookie_is_taken_from_our_own_pages_only(port: int, rt: Runtime) -> None:
    await accounts.bootstrap(rt, "owner@example.com", "correct horse battery")
    session = await accounts.login(
        rt, accounts.Throttle(), email="owner@example.com", password="correct horse battery"
    )
    cookie = f"dagy_session_{port}={session.access_token}"
    async with socket_to(port, cookie=cookie, origin=f"http://127.0.0.1:{port}") as socket:
        await socket.subscribe("{ viewer { role } }")
        assert (await socket.receive())["payload"]["data"] == {"viewer": {"role": "OWNER"}}
    with pytest.raises(InvalidStatus):
        async with socket_to(port, cookie=cookie, origin="http://evil.example"):
            pass
    async with socket_to(port, cookie=cookie) as socket:
        await socket.subscribe("{ viewer { role } }")
        assert (await _refused(socket))["code"] == "UNAUTHENTICATED"


async def test_a_cut_subscription_leaves_no_listener(
    port: int, rt: Runtime, developer: Client
) -> None:
    run_id = await _run_id(developer)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        await socket.receive()
        assert len(rt.bus._feeds) == 1
        await socket.send({"type": "complete", "id": "1"})
        for _ in range(200):
            if not rt.bus._feeds:
                break
            await asyncio.sleep(0.01)
        assert rt.bus._feeds == {}


async def test_a_cut_event_stream_leaves_no_listener(
    port: int, rt: Runtime, developer: Client
) -> None:
    run_id = await _run_id(developer)
    assert developer.token is not None
    stream = events_of(port, developer.token, EVENTS, runId=run_id)
    assert (await anext(stream))[0] == "next"
    assert len(rt.bus._feeds) == 1
    await stream.aclose()
    for _ in range(500):
        if not rt.bus._feeds:
            break
        await asyncio.sleep(0.01)
    assert rt.bus._feeds == {}


async def test_refusals_of_event_streams_come_as_an_event(port: int, viewer: Client) -> None:
    assert viewer.token is not None
    found = [item async for item in events_of(port, viewer.token, LOGS, runId="x")]
    assert [event for event, _ in found] == ["next", "complete"]
    assert found[0][1]["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_session_that_has_ended_is_refused_on_an_open_socket(
    port: int, rt: Runtime, anonymous: Client
) -> None:
    await accounts.bootstrap(rt, "owner@example.com", "correct horse battery")
    session = await accounts.login(
        rt, accounts.Throttle(), email="owner@example.com", password="correct horse battery"
    )
    anonymous.token = session.access_token
    async with socket_to(port, token=session.access_token) as socket:
        await socket.subscribe("{ viewer { role } }")
        assert (await socket.receive())["type"] == "next"
        assert (await socket.receive())["type"] == "complete"
        assert (await anonymous("mutation { logout { signedOut } }")).errors == []
        await socket.subscribe("{ viewer { role } }")
        assert (await _refused(socket))["code"] == "UNAUTHENTICATED"
