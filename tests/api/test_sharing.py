"""Each event is executed once for all who asked in the same words with the same rights."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from starlette.applications import Starlette
from strawberry.http.exceptions import WebSocketDisconnected

from dagy_gql import db
from schema import websocket
from schema.sharing import shared
from tests.api.client import Client
from tests.api.conftest import deploy, trigger
from tests.api.server import Socket, served, socket_to

EVENTS = """subscription E($runId: ID!, $after: String) {
  runEvents(runId: $runId, after: $after) { cursor sequence type } }"""
RESULTS = """subscription R($runId: ID!) { runEvents(runId: $runId) { type data } }"""
LINES = """subscription L($runId: ID!, $after: String) {
  runLogBatches(runId: $runId, after: $after) { cursor lines { message } } }"""
CHANGES = "subscription { runs { state run { slug tags } } }"


@pytest.fixture
async def port(app: Starlette) -> AsyncIterator[int]:
    async with served(app) as found:
        yield found


@pytest.fixture(autouse=True)
def _counted() -> None:
    shared.clear()


async def _run_id(client: Client) -> str:
    await deploy(client)
    return str((await trigger(client))["run"]["id"])  # type: ignore[index]


async def _cancel(client: Client, run_id: str) -> None:
    assert (await client.input("cancelRun", "CancelRunInput", "run { id }", id=run_id)).data


async def _collected(socket: Socket) -> list[Any]:
    found = []
    while (message := await socket.receive())["type"] == "next":
        found.append(message["payload"]["data"])
    assert message["type"] == "complete", message
    return found


async def test_followers_of_one_run_get_the_same_and_each_event_is_executed_once(
    port: int, developer: Client
) -> None:
    run_id = await _run_id(developer)
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(socket_to(port, token=developer.token))
            for _ in range(20)
        ]
        for socket in sockets:
            await socket.subscribe(EVENTS, runId=run_id)
            await socket.receive()
        await _cancel(developer, run_id)
        found = await asyncio.gather(*map(_collected, sockets))

    assert [[each["runEvents"]["type"] for each in one] for one in found] == [["RUN_FINISHED"]] * 20
    assert dict(shared) == {"executed": 2, "reused": 38}


async def test_the_cursor_a_follower_began_behind_does_not_matter(
    port: int, developer: Client
) -> None:
    run_id = await _run_id(developer)
    await _cancel(developer, run_id)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        first, second = await _collected(socket)
        await socket.subscribe(EVENTS, runId=run_id, after=first["runEvents"]["cursor"])

        assert await _collected(socket) == [second]
    assert dict(shared) == {"executed": 2, "reused": 1}


async def test_other_rights_share_nothing(port: int, developer: Client, viewer: Client) -> None:
    run_id = await _run_id(developer)
    await _cancel(developer, run_id)
    for client in (developer, viewer, developer):
        async with socket_to(port, token=client.token) as socket:
            await socket.subscribe(EVENTS, runId=run_id)
            assert len(await _collected(socket)) == 2

    assert dict(shared) == {"executed": 4, "reused": 2}


async def test_other_words_share_nothing(port: int, developer: Client) -> None:
    run_id = await _run_id(developer)
    await _cancel(developer, run_id)
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        assert set((await _collected(socket))[0]["runEvents"]) == {"cursor", "sequence", "type"}
        await socket.subscribe(EVENTS.replace("sequence", ""), runId=run_id)
        assert set((await _collected(socket))[0]["runEvents"]) == {"cursor", "type"}

    assert dict(shared) == {"executed": 4}


async def test_changes_of_runs_are_looked_up_once_for_all(port: int, developer: Client) -> None:
    run_id = await _run_id(developer)
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(socket_to(port, token=developer.token))
            for _ in range(5)
        ]
        for socket in sockets:
            await socket.subscribe(CHANGES)
        await asyncio.sleep(0.2)
        await _cancel(developer, run_id)
        found = [(await socket.receive())["payload"] for socket in sockets]

    assert found == [found[0]] * 5
    assert found[0]["data"]["runs"]["state"] == "CANCELLED"
    assert dict(shared) == {"executed": 1, "reused": 4}


async def test_words_that_no_text_can_hold_are_bad_input(port: int, developer: Client) -> None:
    run_id = await _run_id(developer)
    query = "subscription($name: String) { runs(filter: {flowName: $name}) { state } }"
    body = f'{{"query": "{query}", "variables": {{"name": "\\ud800"}}}}'
    async with socket_to(port, token=developer.token) as socket:
        await socket.connection.send(f'{{"type": "subscribe", "id": "1", "payload": {body}}}')
        await asyncio.sleep(0.2)
        await _cancel(developer, run_id)
        message = await socket.receive()

    (error,) = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


class Full:
    """A socket whose client takes nothing; the close gets through."""

    def __init__(self) -> None:
        self.closed: list[tuple[int, str]] = []

    async def send_text(self, text: str) -> None:
        await asyncio.Event().wait()

    async def close(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))


async def test_a_client_that_takes_nothing_is_dropped_with_a_code_to_come_back_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "_PATIENCE_SECONDS", 0.01)
    websocket.slow.clear()
    full = Full()
    socket = websocket.Socket(None, full, full)  # type: ignore[arg-type]

    with pytest.raises(WebSocketDisconnected):
        await socket.send_text("anything")

    assert full.closed == [(1013, "Too slow: resume behind your cursor")]
    assert websocket.slow["dropped"] == 1


async def test_long_logs_travel_in_batches_that_any_client_takes(
    port: int, developer: Client
) -> None:
    run_id = await _run_id(developer)
    await _cancel(developer, run_id)
    row = await db.fetch_row("SELECT id, org_id, created_at FROM runs LIMIT 1")
    assert row is not None
    for first, count, length in ((1, 2500, 1), (2501, 30, 10_000)):
        await db.execute(
            "INSERT INTO log_chunks (org_id, run_id, first_line, line_count, recorded_at, lines)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            row["org_id"],
            row["id"],
            first,
            count,
            row["created_at"],
            db.json_text([["2026-01-01T00:00:00Z", "INFO", "log", 1, "x" * length]] * count),
        )
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(LINES, runId=run_id)
        batches = [each["runLogBatches"] for each in await _collected(socket)]
        await socket.subscribe(LINES, runId=run_id, after=batches[1]["cursor"])
        resumed = [each["runLogBatches"] for each in await _collected(socket)]

    assert [len(batch["lines"]) for batch in batches] == [1000, 1000, 509, 10, 10, 1]
    assert resumed == batches[2:]
