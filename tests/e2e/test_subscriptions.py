"""Subscriptions over WebSocket and server-sent events: cut at random, refused, filtered."""

import json
import random
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing, asynccontextmanager, closing
from typing import Any

import httpx
import pytest
import yaml
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from dagy.client import DagyClient
from tests.e2e.conftest import Cli
from tests.support.up import Up, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

CUTS = 50
PROTOCOLS = [Subprotocol("graphql-transport-ws")]
FLOW = """
import time
from dagy import flow, task

@task
def step(number: int) -> int:
    print("step", number)
    time.sleep(0.02)
    return number

@task
def first(count: int) -> list[int]:
    return list(range(count))

@flow
def stepping(count: int):
    return step.map(first(count))
"""
EVENTS = "subscription($r: ID!, $a: String) { runEvents(runId: $r, after: $a) { cursor sequence } }"
LOGS = (
    "subscription($r: ID!, $t: ID, $a: String)"
    " { runLogs(runId: $r, taskRunId: $t, after: $a) { cursor message taskKey } }"
)
RUNS = "subscription($f: RunFilter) { runs(filter: $f) { state sequence run { id } } }"


@pytest.fixture(scope="module", autouse=True)
def deployed(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("flows") / "stepping.py"
    file.write_text(FLOW)
    assert cli("deploy", f"{file}:stepping").returncode == 0
    assert cli("deploy", f"{file}:stepping", "--name", "other").returncode == 0


@pytest.fixture(scope="module")
def token(up: Up) -> str:
    return str(yaml.safe_load((up.folder / "credentials").read_text())["local"])


@asynccontextmanager
async def socket(up: Up, token: str | None) -> AsyncIterator[ClientConnection]:
    address = up.url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=PROTOCOLS) as line:
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        await line.send(json.dumps({"type": "connection_init", "payload": payload}))
        yield line


@asynccontextmanager
async def cut_off(line: ClientConnection) -> AsyncIterator[None]:
    """Without a farewell: as when a cable is pulled."""
    try:
        yield
    finally:
        line.transport.abort()


async def over_websocket(
    up: Up, token: str, document: str, variables: dict[str, Any]
) -> AsyncGenerator[dict[str, Any], None]:
    async with socket(up, token) as line, cut_off(line):
        assert json.loads(await line.recv())["type"] == "connection_ack"
        payload = {"query": document, "variables": variables}
        await line.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        async for text in line:
            message = json.loads(text)
            if message["type"] == "complete":
                return
            assert message["type"] == "next", message
            [value] = message["payload"]["data"].values()
            yield value


def over_sse(
    up: Up, token: str, document: str, variables: dict[str, Any]
) -> Generator[dict[str, Any], None, None]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    body = {"query": document, "variables": variables}
    kind = ""
    with httpx.stream("POST", f"{up.url}/graphql", json=body, headers=headers, timeout=30) as told:
        for line in told.iter_lines():
            if line.startswith("event:"):
                kind = line.removeprefix("event:").strip()
            if kind == "complete":
                return
            if line.startswith("data:") and kind == "next":
                [value] = json.loads(line.removeprefix("data:"))["data"].values()
                yield value


def triggered(client: DagyClient, count: int, *, deployment: str = "stepping") -> str:
    return client.trigger(deployment, parameters={"count": count}).run.id


def assert_each_once_in_order(client: DagyClient, run_id: str, seen: list[int]) -> None:
    assert seen == list(range(1, len(seen) + 1))
    assert client.run_status(run_id).state == "SUCCEEDED"
    document = "query($i: ID!, $a: String) { run(id: $i) { events(first: 100, after: $a) { nodes"
    document += " { sequence type } pageInfo { hasNextPage endCursor } } } }"
    stored: list[int] = []
    after = None
    while True:
        page = client.execute(document, {"i": run_id, "a": after})["run"]["events"]
        stored += [event["sequence"] for event in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == stored


async def test_a_websocket_that_is_cut_fifty_times_sees_each_event_once(
    up: Up, client: DagyClient, token: str
) -> None:
    run_id, dice = triggered(client, 400), random.Random(1)
    seen: list[int] = []
    cursor, cuts, is_over = None, 0, False
    while not is_over:
        left = dice.randint(1, 16) if cuts < CUTS else 10_000
        is_over = True
        connection = over_websocket(up, token, EVENTS, {"r": run_id, "a": cursor})
        async with aclosing(connection) as events:
            async for event in events:
                seen.append(event["sequence"])
                cursor, left = event["cursor"], left - 1
                if left == 0:
                    cuts, is_over = cuts + 1, False
                    break

    assert cuts == CUTS
    assert_each_once_in_order(client, run_id, seen)


def test_server_sent_events_that_are_cut_fifty_times_bring_each_event_once(
    up: Up, client: DagyClient, token: str
) -> None:
    run_id, dice = triggered(client, 400), random.Random(2)
    seen: list[int] = []
    cursor, cuts, is_over = None, 0, False
    while not is_over:
        left = dice.randint(1, 16) if cuts < CUTS else 10_000
        is_over = True
        with closing(over_sse(up, token, EVENTS, {"r": run_id, "a": cursor})) as events:
            for event in events:
                seen.append(event["sequence"])
                cursor, left = event["cursor"], left - 1
                if left == 0:
                    cuts, is_over = cuts + 1, False
                    break

    assert cuts == CUTS
    assert_each_once_in_order(client, run_id, seen)


async def test_logs_that_are_cut_bring_each_line_once(
    up: Up, client: DagyClient, token: str
) -> None:
    run_id, dice = triggered(client, 100), random.Random(3)
    seen: list[str] = []
    cursor, cuts, is_over = None, 0, False
    while not is_over:
        left = dice.randint(1, 9) if cuts < 10 else 10_000
        is_over = True
        connection = over_websocket(up, token, LOGS, {"r": run_id, "a": cursor})
        async with aclosing(connection) as lines:
            async for line in lines:
                seen.append(line["message"])
                cursor, left = line["cursor"], left - 1
                if left == 0:
                    cuts, is_over = cuts + 1, False
                    break

    assert cuts == 10
    assert sorted(seen) == sorted(f"step {number}" for number in range(100))


async def test_the_logs_of_one_task_run_are_its_own(up: Up, client: DagyClient, token: str) -> None:
    run_id = triggered(client, 20)
    until(lambda: client.run_status(run_id).is_terminal, what="the end of the run")
    [third] = [task for task in client.task_runs(run_id) if task.key == "step[3]"]

    told = [line async for line in over_websocket(up, token, LOGS, {"r": run_id, "t": third.id})]

    assert [(line["message"], line["taskKey"]) for line in told] == [("step 3", "step[3]")]


async def test_changes_of_runs_come_filtered(up: Up, client: DagyClient, token: str) -> None:
    told: list[tuple[str, str]] = []
    async with socket(up, token) as line:
        assert json.loads(await line.recv())["type"] == "connection_ack"
        payload = {"query": RUNS, "variables": {"f": {"deploymentName": "other"}}}
        await line.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        # Once this answer is there, the subscription before it has begun.
        await line.send(
            json.dumps({"type": "subscribe", "id": "2", "payload": {"query": "{viewer{role}}"}})
        )
        while json.loads(await line.recv()).get("id") != "2":
            continue
        triggered(client, 1)
        wanted = triggered(client, 1, deployment="other")
        while not told or told[-1][1] != "SUCCEEDED":
            message = json.loads(await line.recv())
            if message["id"] == "1":
                change = message["payload"]["data"]["runs"]
                told.append((change["run"]["id"], change["state"]))

    assert [run for run, _ in told] == [wanted] * len(told)
    assert [state for _, state in told] == ["QUEUED", "RUNNING", "SUCCEEDED"]


async def test_a_websocket_with_a_wrong_token_is_closed(up: Up) -> None:
    async with socket(up, "dagy_at_wrong") as line:
        with pytest.raises(ConnectionClosed):
            await line.recv()

    assert (line.close_code, line.close_reason) == (4403, "Forbidden")


async def test_a_websocket_without_a_token_gets_an_error_and_nothing_else(
    up: Up, client: DagyClient
) -> None:
    run_id = triggered(client, 1)
    async with socket(up, None) as line:
        payload = {"query": EVENTS, "variables": {"r": run_id}}
        await line.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        await line.send(json.dumps({"type": "ping"}))
        told = [json.loads(await line.recv()) for _ in range(3)]

    assert sorted(message["type"] for message in told) == ["connection_ack", "error", "pong"]
    [refused] = [message for message in told if message["type"] == "error"]
    assert refused["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_subscription_before_the_handshake_closes_the_websocket(up: Up) -> None:
    address = up.url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=PROTOCOLS) as line:
        payload = {"query": RUNS}
        await line.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        with pytest.raises(ConnectionClosed):
            await line.recv()

    assert line.close_code == 4401


def test_server_sent_events_without_a_good_token_are_refused(up: Up, client: DagyClient) -> None:
    run_id = triggered(client, 1)

    answer = httpx.post(
        f"{up.url}/graphql",
        json={"query": EVENTS, "variables": {"r": run_id}},
        headers={"Authorization": "Bearer dagy_at_wrong", "Accept": "text/event-stream"},
    )

    assert '"code":"UNAUTHENTICATED"' in answer.text
    assert "runEvents" not in answer.text


def test_a_run_of_nobody_ends_the_subscription_with_its_error(up: Up, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    nobody = "UnVuOjAwMDAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA=="

    answer = httpx.post(
        f"{up.url}/graphql",
        json={"query": EVENTS, "variables": {"r": nobody}},
        headers=headers,
    )

    assert '"code":"NOT_FOUND"' in answer.text
