"""The load of the reading cases, in a process of its own: `python -m benchmarks.reading_load JOB`.

It sends fixed bytes and counts the answer's, so it costs a fraction of what it measures.
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import uvloop


def request(url: str, token: str, body: str) -> bytes:
    parts = urlsplit(url)
    content = body.encode()
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class Connection(asyncio.Protocol):
    """Asks the next question once the answer is there, and a pause over; `took` are seconds."""

    def __init__(self, questions: list[bytes], until: float, pause_seconds: float) -> None:
        self.took: list[float] = []
        self.body = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._questions = questions
        self._until = until
        self._pause_seconds = pause_seconds
        self._buffer = bytearray()
        self._wanted = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server has hung up"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._wanted:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._start, self._wanted = end + 4, end + 4 + int(length)
        if len(self._buffer) >= self._wanted:
            self._answered()

    def _answered(self) -> None:
        now = time.perf_counter()
        self.took.append(now - self._asked)
        if not self._buffer.startswith(b"HTTP/1.1 200") or b'"errors"' in self._buffer[:300]:
            self.done.set_exception(RuntimeError(bytes(self._buffer[:1000]).decode()))
        elif now >= self._until:
            self.body = bytes(self._buffer[self._start : self._wanted])
            self.done.set_result(None)
        elif self._pause_seconds:
            asyncio.get_running_loop().call_later(self._pause_seconds, self._ask)
        else:
            self._ask()

    def _ask(self) -> None:
        del self._buffer[:]
        self._wanted = 0
        self._asked = time.perf_counter()
        self._transport.write(self._questions[len(self.took) % len(self._questions)])


async def _round(
    url: str, questions: list[bytes], connections: int, seconds: float, pause_seconds: float
) -> dict[str, Any]:
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = [
        await loop.create_connection(
            lambda: Connection(questions, began + seconds, pause_seconds),
            address.hostname,
            address.port,
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in made))
    elapsed = time.perf_counter() - began
    for transport, _ in made:
        transport.close()
    took = [each for _, connection in made for each in connection.took]
    return {"rate": len(took) / elapsed, "ms": [1000 * each for each in took],
            "body": made[0][1].body.decode()}  # fmt: skip


async def main(job: dict[str, Any]) -> None:
    questions = [request(job["url"], job["token"], body) for body in job["bodies"]]
    found = await _round(
        job["url"], questions, job["connections"], job["seconds"], job["pause_seconds"]
    )
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(found | {"cpu_seconds": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
