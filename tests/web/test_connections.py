"""Clients that are slow, or many, over real sockets."""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.asyncio.client import connect

from dagy_gql.cli.server import configuration
from dagy_gql.runtime import Runtime
from dagy_gql.settings import Settings
from dagy_gql.web import connections
from dagy_gql.web.connections import Proxies, protocols, raise_descriptor_limit
from dagy_gql.web.patience import AddressLimit, BodyTimeout
from tests.api.server import served, started

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body; over a WebSocket with every text."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def server(
    app: ASGIApp = echo, *, descriptors: int = 1024, **changes: Any
) -> AsyncIterator["Api"]:
    async with served(app, **protocols(Settings(**changes), descriptors)) as port:
        api = Api(port)
        yield api
        for client in api.clients:
            client.abort()


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def status(self, request: bytes = b"") -> int:
        self._writer.write(request)
        async with asyncio.timeout(5):
            return int((await self._reader.readuntil(b"\r\n\r\n")).split()[1])

    async def rest(self) -> bytes:
        async with asyncio.timeout(5):
            return await self._reader.read()

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    def abort(self) -> None:
        self._writer.transport.abort()


class Api:
    def __init__(self, port: int) -> None:
        self.port = port
        self.clients: list[Client] = []

    async def open(self, address: str = "127.0.0.2") -> Client:
        streams = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self.clients.append(Client(*streams))
        return self.clients[-1]


HALF_HEADS = (b"GET / HT", b"\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA:")


@pytest.mark.parametrize(
    ("before", "sent"),
    [([], b""), *[([], half) for half in HALF_HEADS], *[([GET], half) for half in HALF_HEADS]],
)
async def test_half_a_head_is_ended_first_or_later(before: list[bytes], sent: bytes) -> None:
    async with server(request_head_seconds=0.1) as api:
        client = await api.open()
        for request in before:
            assert await client.status(request) == 200
        assert await client.status(sent) == 408
        assert await client.rest() == b""


async def test_a_head_that_trickles_in_is_ended() -> None:
    async with server(request_head_seconds=0.2) as api:
        client = await api.open()
        answer = asyncio.create_task(client.status())
        while not answer.done():
            client.send(b"A")
            await asyncio.sleep(0.01)
        assert answer.result() in (400, 408)


async def test_a_head_has_a_size() -> None:
    async with server() as api:
        client = await api.open()
        head = b"GET / HTTP/1.1\r\n" + b"".join(b"A%d: %s\r\n" % (n, b"x" * 990) for n in range(80))
        assert await client.status(head) == 431
        assert await (await api.open()).status(head[:60_000] + b"\r\n\r\n") == 200


async def test_a_body_that_comes_in_time_is_read_and_one_that_does_not_is_refused() -> None:
    async with server(BodyTimeout(echo, 0.2)) as api:
        client = await api.open()
        client.send(POST + b"12345")
        assert await client.status(b"67890") == 200
        slow = await api.open()
        assert await slow.status(POST + b"12345") == 408
        error = orjson.loads(await slow.rest())["error"]
        assert error == {
            "code": "BAD_USER_INPUT",
            "field": "body",
            "message": "The body has not come in time: 5 bytes of it are here.",
        }


async def test_a_large_body_may_take_longer() -> None:
    async with server(BodyTimeout(echo, 0.2)) as api:
        client = await api.open()
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"
        client.send(head + b"x" * 199_999)
        await asyncio.sleep(0.4)
        assert await client.status(b"x") == 200


async def test_waiting_for_the_end_of_a_request_has_no_limit() -> None:
    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await receive()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with server(BodyTimeout(waiting, 0.1)) as api:
        assert await (await api.open()).status(GET) == 204


async def test_who_takes_nothing_of_an_answer_is_dropped() -> None:
    ended = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        waiting = asyncio.create_task(gone())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not waiting.done():
            body = {"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True}
            await send(body)
            await asyncio.sleep(0)
        ended.set()

    async with server(endless, answer_stall_seconds=0.1) as api:
        client = await api.open()
        client.send(GET)
        async with asyncio.timeout(5):
            await ended.wait()


async def test_an_address_has_so_many_connections_and_others_have_theirs() -> None:
    async with server(connections_per_address=2) as api:
        first, second = await api.open(), await api.open()
        assert [await each.status(GET) for each in (first, second)] == [200, 200]
        assert await (await api.open()).status() == 503
        assert await (await api.open("127.0.0.3")).status(GET) == 200
        await first.close()
        await asyncio.sleep(0.05)
        assert await (await api.open()).status(GET) == 200


async def test_a_proxy_has_more_connections_than_an_address() -> None:
    async with server(connections_per_address=1, trusted_proxies="127.0.0.2") as api:
        clients = [await api.open() for _ in range(5)]
        assert [await each.status(GET) for each in clients] == [200] * 5


async def test_this_machine_has_more_for_a_proxy_may_be_on_it() -> None:
    async with server(connections_per_address=1) as api:
        clients = [await api.open("127.0.0.1") for _ in range(5)]
        assert [await each.status(GET) for each in clients] == [200] * 5


@pytest.mark.parametrize(("trusted", "left"), [("", [59, 58, 57]), ("127.0.0.1", [59, 59, 59])])
async def test_only_a_trusted_proxy_says_whose_address_it_is(
    rt: Runtime, trusted: str, left: list[int]
) -> None:
    settings = rt.settings.model_copy(update={"trusted_proxies": trusted})
    async with started(configuration(settings, rt)) as port:
        found = []
        for number in range(3):
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
                response = await http.post(
                    "/graphql",
                    json={"query": "{ __typename }"},
                    headers={"X-Forwarded-For": f"203.0.113.{number}"},
                )
            found.append(int(response.headers["x-ratelimit-remaining"]))
    assert found == left


async def test_a_websocket_counts_as_a_connection_until_it_closes() -> None:
    async with server(connections_per_address=1) as api:
        async with connect(f"ws://127.0.0.1:{api.port}/", local_addr=("127.0.0.2", 0)) as socket:
            await socket.send("hello")
            assert await socket.recv() == "hello"
            assert await (await api.open()).status() == 503
        await asyncio.sleep(0.05)
        assert await (await api.open()).status(GET) == 200


async def test_when_all_are_taken_the_one_idle_longest_makes_room() -> None:
    async with server(connections_max=2) as api:
        idle, busy = await api.open(), await api.open()
        assert await idle.status(GET) == 200
        busy.send(POST + b"12345")
        await asyncio.sleep(0.05)
        assert await (await api.open()).status(GET) == 200
        assert await idle.rest() == b""
        assert await busy.status(b"67890") == 200


async def test_when_nothing_is_idle_a_newcomer_is_told_to_come_back() -> None:
    async with server(connections_max=1) as api:
        busy = await api.open()
        busy.send(POST + b"12345")
        await asyncio.sleep(0.05)
        assert await (await api.open()).status() == 503
        assert await busy.status(b"67890") == 200


@pytest.mark.parametrize(
    ("descriptors", "most"), [(1024, 896), (256, 128), (100, 1), (10**6, 10_000)]
)
def test_descriptors_are_kept_for_the_process_itself(descriptors: int, most: int) -> None:
    made = protocols(Settings(), descriptors)["http"]
    assert made.keywords["connections"]._most == most


@pytest.mark.parametrize(
    ("soft", "hard", "found"),
    [(1024, 4096, 4096), (1024, 10**6, 65_536), (4096, 4096, 4096), (70_000, 10**6, 70_000)],
)
def test_the_soft_limit_of_descriptors_is_raised(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, found: int
) -> None:
    limits = [(soft, hard)]
    monkeypatch.setattr(connections.resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(connections.resource, "setrlimit", lambda _, to: limits.append(to))
    assert raise_descriptor_limit() == found
    assert limits[-1] == (found, hard)
    assert resource.RLIM_INFINITY not in limits[-1]


@pytest.mark.parametrize(
    ("trusted", "inside", "outside"),
    [
        ("127.0.0.1", ["127.0.0.1"], ["127.0.0.2", "", "x"]),
        ("10.0.0.0/8, ::1", ["10.1.2.3", "::1"], ["11.0.0.1", "::2"]),
        ("*", ["192.0.2.7", "x"], []),
        ("", ["127.0.0.1", "::1"], ["127.0.0.2", "10.0.0.1"]),
    ],
)
def test_proxies_are_addresses_or_networks(
    trusted: str, inside: list[str], outside: list[str]
) -> None:
    proxies = Proxies(trusted)
    assert [each in proxies for each in inside] == [True] * len(inside)
    assert [each in proxies for each in outside] == [False] * len(outside)


async def test_addresses_behind_a_proxy_have_their_own_limits() -> None:
    release: list[Callable[[], None]] = []

    async def held(scope: Scope, receive: Receive, send: Send) -> None:
        event = asyncio.Event()
        release.append(event.set)
        await event.wait()

    app = AddressLimit(held, 2, Proxies("127.0.0.1"))

    async def ask(address: str, kind: str = "http") -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {}

        extensions = {"websocket.http.response": {}}
        scope = {"type": kind, "path": "/", "client": (address, 1), "extensions": extensions}
        await app(scope, receive, send)
        return sent

    waiting = [asyncio.create_task(ask("203.0.113.7")) for _ in range(2)]
    waiting += [asyncio.create_task(ask("127.0.0.1")) for _ in range(9)]
    waiting += [asyncio.create_task(ask("203.0.113.8"))]
    await asyncio.sleep(0)
    for kind, prefix in (("http", "http"), ("websocket", "websocket.http")):
        start, body = await ask("203.0.113.7", kind)
        assert (start["type"], start["status"]) == (f"{prefix}.response.start", 429)
        assert orjson.loads(body["body"])["error"]["code"] == "RATE_LIMITED"
    for each in release:
        each()
    await asyncio.gather(*waiting)
    again = asyncio.create_task(ask("203.0.113.7"))
    await asyncio.sleep(0)
    release[-1]()
    assert await again == []
