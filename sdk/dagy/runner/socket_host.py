"""The host at the other end of the event socket: events out in batches, orders in."""

import itertools
import os
import socket
import threading
from queue import Empty, SimpleQueue
from typing import NoReturn

from dagy.runner.processes import keep_private
from dagy.runner.protocol import (
    Ack,
    CacheGet,
    CacheReply,
    Cancel,
    Event,
    Lines,
    Result,
    RunFinished,
    host_message_decoder,
    line,
)
from dagy.runner.scheduler import Scheduler

_BATCH_BYTES = 32_768
# A host that does not answer costs the task this much, then it simply runs.
_CACHE_WAIT_SECONDS = 5.0


class SocketHost:
    def __init__(self, events: socket.socket) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._batch = bytearray()
        self._numbers = itertools.count(1)
        self._asked: dict[int, SimpleQueue[Result | None]] = {}
        self._is_done = False
        keep_private(self)

    def emit(self, event: Event) -> None:
        data = line(event)
        with self._lock:
            self._batch += data
            if len(self._batch) > _BATCH_BYTES:
                self._send()

    def flush(self) -> None:
        with self._lock:
            if self._batch:
                self._send()

    def _send(self) -> None:
        data, self._batch = self._batch, bytearray()
        try:
            self._events.sendall(data)
        except OSError:
            self._host_is_gone()

    def finish(self, event: RunFinished) -> NoReturn:
        """The last word; a host that hangs up upon it has not gone away."""
        self._is_done = True
        self.emit(event)
        self.flush()
        os._exit(0)

    def cache_get(self, cache_key: str) -> Result | None:
        number = next(self._numbers)
        answer = self._asked[number] = SimpleQueue()
        self.emit(CacheGet(request_id=number, cache_key=cache_key))
        self.flush()
        try:
            return answer.get(timeout=_CACHE_WAIT_SECONDS)
        except Empty:
            return None
        finally:
            self._asked.pop(number, None)

    def listen(self, scheduler: Scheduler) -> None:
        threading.Thread(
            target=self._listen, args=(scheduler,), name="dagy-host", daemon=True
        ).start()

    def _listen(self, scheduler: Scheduler) -> None:
        lines = Lines()
        while True:
            data = self._receive()
            for message in map(host_message_decoder.decode, lines.feed(data)):
                match message:
                    case Cancel(reason=reason):
                        scheduler.cancel(reason)
                    case Ack(sync_id=sync_id):
                        scheduler.acknowledge(sync_id)
                    case CacheReply(request_id=number, result=result) if number in self._asked:
                        self._asked[number].put(result)

    def _receive(self) -> bytes:
        try:
            data = self._events.recv(65536)
        except OSError:
            self._host_is_gone()
        return data or self._host_is_gone()

    def close(self) -> None:
        """In a forked copy: this socket is not for it, and the lock may be held forever."""
        self._lock = threading.Lock()
        self._events.close()

    def _host_is_gone(self) -> NoReturn:
        """Nobody is left who could hear the result."""
        os._exit(0 if self._is_done else 70)
