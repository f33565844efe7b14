"""The host at the other end of the event socket: events out in batches, orders in."""

import itertools
import os
import socket
import threading
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

from dagy.errors import SecretUnavailableError
from dagy.masking import known
from dagy.runner.given import value_of
from dagy.runner.masked import mask_lines
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
    SecretGet,
    SecretReply,
    host_message_decoder,
    line,
)
from dagy.runner.scheduler import Scheduler

_BATCH_BYTES = 32_768
# A host that does not answer costs the task this much, then it simply runs.
_CACHE_WAIT_SECONDS = 5.0
# Longer than a host waits for its database: its own word on what went wrong says more than ours.
_SECRET_WAIT_SECONDS = 60.0


class SocketHost:
    def __init__(self, events: socket.socket) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._batch = bytearray()
        self._numbers = itertools.count(1)
        self._asked: dict[int, SimpleQueue[Any]] = {}
        # Asked for once: an attempt at a run sees one version of a secret throughout.
        self._secrets: dict[str, str] = {}
        self._secrets_lock = threading.Lock()
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
        if known:
            lines = mask_lines(bytes(data[:-1]).split(b"\n"), known)
            data = bytearray(b"\n".join(lines) + b"\n")
        try:
            self._events.sendall(data)
        except OSError:
            self._host_is_gone()

    def finish(self, event: RunFinished) -> NoReturn:
        """The last word; a host that hangs up upon it has not gone away."""
        self._is_done = True
        self.emit(event)
        self.leave()

    def leave(self) -> NoReturn:
        """Without a last word, for a run that goes on elsewhere."""
        self._is_done = True
        self.flush()
        os._exit(0)

    def cache_get(self, cache_key: str) -> Result | None:
        number = next(self._numbers)
        question = CacheGet(request_id=number, cache_key=cache_key)
        try:
            answer: Result | None = self._ask(question, timeout_seconds=_CACHE_WAIT_SECONDS)
        except Empty:
            return None
        return answer

    def secret(self, name: str) -> str:
        with self._secrets_lock:
            if name not in self._secrets:
                self._secrets[name] = self._ask_secret(name)
            return self._secrets[name]

    def _ask_secret(self, name: str) -> str:
        if self._events.fileno() < 0:
            raise SecretUnavailableError(
                f"this process, which the task has forked, cannot ask for secret {name!r}",
                hint="call dagy.secret() in the task and hand the value on",
            )
        question = SecretGet(request_id=next(self._numbers), name=name)
        try:
            reply: SecretReply = self._ask(question, timeout_seconds=_SECRET_WAIT_SECONDS)
        except Empty:
            raise SecretUnavailableError(f"nobody answered for secret {name!r}") from None
        return value_of(reply)

    def _ask(self, question: CacheGet | SecretGet, *, timeout_seconds: float) -> Any:
        """Raises Empty when no answer comes."""
        answer = self._asked[question.request_id] = SimpleQueue()
        self.emit(question)
        self.flush()
        try:
            return answer.get(timeout=timeout_seconds)
        finally:
            self._asked.pop(question.request_id, None)

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
                    case Cancel(reason=reason, hands_back=hands_back):
                        scheduler.cancel(reason, hands_back=hands_back)
                    case Ack(sync_id=sync_id):
                        scheduler.acknowledge(sync_id)
                    case CacheReply(request_id=number, result=result) if number in self._asked:
                        self._asked[number].put(result)
                    case SecretReply(request_id=number) as reply if number in self._asked:
                        self._asked[number].put(reply)

    def _receive(self) -> bytes:
        try:
            data = self._events.recv(65536)
        except OSError:
            self._host_is_gone()
        return data or self._host_is_gone()

    def close(self) -> None:
        """In a forked copy: this socket is not for it, and the lock may be held forever."""
        self._lock = threading.Lock()
        self._secrets_lock = threading.Lock()
        self._events.close()

    def _host_is_gone(self) -> NoReturn:
        """Nobody is left who could hear the result."""
        os._exit(0 if self._is_done else 70)
