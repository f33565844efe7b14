"""A thousand subscribers of one run, in a process of their own: `python -m benchmarks.crowd JOB`.

Each reads frames and notes when it had an event; nothing is parsed that is not needed.
"""

import asyncio
import base64
import json
import os
import re
import sys
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import psutil
import uvloop

from benchmarks.load import TRIGGER
from benchmarks.wire import Caller, Server

EVENTS = "subscription E($id: ID!) { runEvents(runId: $id) { sequence at type runState } }"
_EVENT = re.compile(rb'"sequence":(\d+),"at":"([^"]+)"')
_GIVE_UP_SECONDS = 120.0
_TOGETHER = 50


def _frame(message: dict[str, Any]) -> bytes:
    """A client's text frame; the mask is nought, which masks nothing."""
    text = orjson.dumps(message)
    size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + size + b"\x00\x00\x00\x00" + text


class Subscriber(asyncio.Protocol):
    """`seen` gets (sequence, moment written into the event, moment of arrival)."""

    def __init__(self, server: Server, run_id: str) -> None:
        self.seen: list[tuple[int, bytes, float]] = []
        self.following = asyncio.get_running_loop().create_future()
        self.done = asyncio.get_running_loop().create_future()
        self._server = server
        self._run_id = run_id
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: {self._server.host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        token = f"Bearer {self._server.token}"
        payload = {"query": EVENTS, "variables": {"id": self._run_id}}
        self._next = [
            (b"\r\n\r\n", _frame({"type": "connection_init", "payload": {"Authorization": token}})),
            (b"connection_ack", _frame({"type": "subscribe", "id": "1", "payload": payload})),
        ]

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.following, self.done):
            if not future.done():
                future.set_exception(exc or ConnectionError("the server has hung up"))

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._rest += data
        if self._next:
            if self._next[0][0] in self._rest:
                self._transport.write(self._next.pop(0)[1])
                self._rest = b""
            return
        events = [(int(number), at, now) for number, at in _EVENT.findall(self._rest)]
        if events:
            self.seen += events
            self._rest = self._rest[self._rest.rfind(b'"at"') :]
            if not self.following.done():
                self.following.set_result(None)
        if b'"complete"' in self._rest and not self.done.done():
            self.done.set_result(None)

    def close(self) -> None:
        self._transport.abort()


async def crowd(server: Server, *, deployment: str, size: int, server_pid: int) -> dict[str, Any]:
    """Milliseconds from each event to its arrival at the last subscriber; kilobytes each takes."""
    caller = await Caller.open(server)
    found = await caller.call(TRIGGER, {"input": {"deploymentName": deployment}})
    run_id = found["triggerRun"]["run"]["id"]
    process = psutil.Process(server_pid)
    before = process.memory_full_info().uss
    parts = urlsplit(server.url)
    loop = asyncio.get_running_loop()
    subscribers: list[Subscriber] = []
    while len(subscribers) < size:
        several = [Subscriber(server, run_id) for _ in range(_TOGETHER)]
        for each in several:
            await loop.create_connection(lambda each=each: each, parts.hostname, parts.port)
        await asyncio.gather(*(each.following for each in several))
        subscribers += several
    everybody_at = time.time()
    memory = (process.memory_full_info().uss - before) / 1000 / size
    async with asyncio.timeout(_GIVE_UP_SECONDS):
        await asyncio.gather(*(each.done for each in subscribers))
    return {"late": _last(subscribers, since=everybody_at), "kilobytes": memory}


def _last(subscribers: list[Subscriber], *, since: float) -> list[float]:
    """Of the events written after everybody was there; all must have seen all of them."""
    last: dict[int, float] = {}
    counts: dict[int, int] = {}
    for subscriber in subscribers:
        for number, at, arrived in subscriber.seen:
            written = datetime.fromisoformat(at.decode()).timestamp()
            if written > since:
                last[number] = max(last.get(number, 0.0), (arrived - written) * 1000)
                counts[number] = counts.get(number, 0) + 1
    if set(counts.values()) != {len(subscribers)}:
        raise RuntimeError(f"not every subscriber saw every event: {counts}")
    return [last[number] for number in sorted(last)]


def main() -> None:
    job = json.loads(sys.argv[1])
    server = Server(job.pop("url"), job.pop("token"))
    print(json.dumps(uvloop.run(crowd(server, **job))))


if __name__ == "__main__":
    main()
