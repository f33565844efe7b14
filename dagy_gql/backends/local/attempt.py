"""One attempt at a run in its own process: reads what the child says until it is gone."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from functools import partial

from dagy.runner import untrusted
from dagy.runner.protocol import (
    Ack,
    CacheGet,
    CacheReply,
    Cancel,
    ErrorInfo,
    Event,
    Exited,
    HostMessage,
    Log,
    RunFinished,
    SecretGet,
    line,
)
from dagy.runner.untrusted import BoundedLines, GarbledError
from dagy_gql.backends.base import EndCause, RunEnd, RunSink, RunSubmission
from dagy_gql.backends.local.limits import DiskLimits
from dagy_gql.backends.local.output import Output
from dagy_gql.backends.local.readable import Readable
from dagy_gql.backends.local.zygote import Child, Zygote, ZygoteGoneError

logger = logging.getLogger(__name__)

_READ_BYTES = 262_144
# A runner that overran its own time limit by this much is stuck where Python cannot interrupt it.
_DEADLINE_GRACE_SECONDS = 5.0
_KILL_SECONDS = 2.0
# How often the disk of a run is looked at; looking takes at most a twentieth of one core.
_DISK_SECONDS = 1.0
_DISK_SHARE = 20


@dataclass(slots=True)
class Ending:
    """What the host has decided about the process, if it did."""

    cause: EndCause | None = None
    finished: bool = False
    error: ErrorInfo | None = None


class Attempt:
    """`run()` returns when the process is gone; everything it said went to the sink first."""

    def __init__(
        self,
        run: RunSubmission,
        zygote: Zygote,
        *,
        sink: RunSink,
        disk: DiskLimits,
        cancel_grace_seconds: float,
    ) -> None:
        self.run_submission = run
        self._disk = disk
        self._zygote = zygote
        self._sink = sink
        self._cancel_grace_seconds = cancel_grace_seconds
        self._ending = Ending()
        self._events: socket.socket | None = None
        self._exited: asyncio.Future[Exited] | None = None
        self._incoming = Readable()
        self._output = Output(run.known, "stdout")
        self._errors = Output(run.known, "stderr")

    async def run(self, child: Child) -> RunEnd:
        self._events, self._exited = child.events, child.exited
        deadline = asyncio.create_task(self._enforce_deadline())
        disk = asyncio.create_task(self._enforce_disk_limits())
        readers = [
            asyncio.create_task(self._listening(self._read_events(child.events))),
            asyncio.create_task(self._listening(self._read_output(self._output, child.output))),
            asyncio.create_task(self._listening(self._read_output(self._errors, child.errors))),
        ]
        try:
            exited = await _settled(child.exited)
            # The last words are still in the socket and the pipe when the process is gone. The
            # readers stop when these are empty: a grandchild may hold the other ends open.
            self._incoming.stop_when_empty()
            self._output.stop()
            self._errors.stop()
            await asyncio.wait(readers)
        finally:
            for task in (deadline, disk, *readers):
                task.cancel()
            await asyncio.gather(deadline, disk, *readers, return_exceptions=True)
            await self._record([*self._output.rest(), *self._errors.rest()])
            child.events.close()
        return self._judge(exited)

    def _judge(self, exited: Exited | None) -> RunEnd:
        if self._ending.finished:
            return RunEnd(EndCause.FINISHED)
        if self._ending.cause is not None:
            return RunEnd(self._ending.cause, error=self._ending.error)
        if exited is None:
            return RunEnd(EndCause.LOST)
        if exited.signal is not None:
            return RunEnd(EndCause.KILLED, signal=exited.signal, crash=exited.crash)
        return RunEnd(EndCause.EXITED, exit_code=exited.exit_code)

    async def _listening(self, reading: Awaitable[None]) -> None:
        """A run that nobody listens to would wait for ever once its pipe is full: it is ended."""
        try:
            await reading
        except Exception as error:
            logger.exception("what a run says could not be taken")
            what = f"what it said could not be kept: {type(error).__name__}: {error}"
            self._ending.error = ErrorInfo(code="CRASHED", message=what)
            # Its goodbye may be among what was lost.
            self._ending.finished = False
            await self.kill(EndCause.LOST)

    async def cancel(self, reason: str) -> None:
        """Ask the runner to stop; kill its process when it does not within the grace time that its
        tasks have, and ours for the runner itself."""
        if self._ending.cause is None:
            self._ending.cause = EndCause.CANCELLED
            if not await self._stopped(Cancel(reason), self._grace_seconds):
                await self.kill(EndCause.CANCELLED)

    async def hand_back(self, *, within_seconds: float) -> None:
        """Let its tasks stop, as the run goes on elsewhere; it is LOST here whatever they do."""
        if self._ending.cause is None:
            self._ending.cause = EndCause.LOST
            order = Cancel("its worker stops", hands_back=True)
            await self._stopped(order, min(self._grace_seconds, within_seconds))

    @property
    def _grace_seconds(self) -> float:
        return self._cancel_grace_seconds + self.run_submission.request.grace_seconds

    async def _stopped(self, order: Cancel, grace_seconds: float) -> bool:
        await self.say(order)
        if self._exited is None:
            await asyncio.sleep(grace_seconds)
            return False
        done, _ = await asyncio.wait([self._exited], timeout=grace_seconds)
        return bool(done)

    async def kill(self, cause: EndCause) -> None:
        self._ending.cause = cause
        run_id = self.run_submission.request.run_id
        try:
            async with asyncio.timeout(_KILL_SECONDS):
                await self._zygote.kill(run_id, signal.SIGKILL)
                if self._exited is not None:
                    await asyncio.wait([self._exited])
        except TimeoutError:
            # Only a zygote that is stopped itself does not obey; nothing in it can be saved.
            self._zygote.abort()

    async def say(self, message: HostMessage) -> None:
        if self._events is not None:
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().sock_sendall(self._events, line(message))

    async def acknowledge(self, sync_id: int) -> None:
        await self.say(Ack(sync_id))

    async def _enforce_deadline(self) -> None:
        limit_seconds = self.run_submission.request.timeout_seconds
        if limit_seconds is not None:
            await asyncio.sleep(limit_seconds + self._grace_seconds + _DEADLINE_GRACE_SECONDS)
            await self.kill(EndCause.DEADLINE)

    async def _enforce_disk_limits(self) -> None:
        loop, pause_seconds = asyncio.get_running_loop(), _DISK_SECONDS
        while True:
            await asyncio.sleep(pause_seconds)
            began = loop.time()
            request = self.run_submission.request
            error = await asyncio.to_thread(self._disk.exceeded, request)
            if error is not None and self._ending.cause is None and not self._ending.finished:
                self._ending.error = error
                await self.kill(EndCause.OVER_LIMIT)
                return
            pause_seconds = max(_DISK_SECONDS, (loop.time() - began) * _DISK_SHARE)

    async def _read_events(self, events: socket.socket) -> None:
        self._incoming.attach(events.fileno())
        lines, run = BoundedLines(), self.run_submission
        with contextlib.suppress(ConnectionError):
            while data := await self._incoming.read(partial(events.recv, _READ_BYTES)):
                try:
                    batch = untrusted.events(lines.feed(data), run.known, run.task_keys)
                except GarbledError as garbled:
                    self._ending.error = garbled.error
                    await self.kill(EndCause.GARBLED)
                    return
                await self._take(batch)

    async def _take(self, batch: list[Event]) -> None:
        """Behind the end of the run only the last lines of its threads count."""
        told: list[Event] = []
        for event in batch:
            if self._ending.finished and not isinstance(event, Log):
                continue
            if isinstance(event, CacheGet):
                result = await self._sink.cached(self.run_submission, event.cache_key)
                await self.say(CacheReply(event.request_id, result))
                continue
            if isinstance(event, SecretGet):
                asked = (event.request_id, event.name)
                await self.say(await self._sink.secret(self.run_submission, *asked))
                continue
            if isinstance(event, RunFinished):
                self._ending.finished = True
                # What the child wrote to fd 1 and 2 before this line is in the pipe already.
                told.extend([*self._output.drain(), *self._errors.drain()])
            told.append(event)
        await self._record(told)

    async def _read_output(self, output: Output, fd: int) -> None:
        output.attach(fd)
        while await output.readable():
            await self._record(output.drain())

    async def _record(self, events: Sequence[Event]) -> None:
        if events:
            await self._sink.record(self.run_submission, events)


async def _settled(exited: asyncio.Future[Exited]) -> Exited | None:
    try:
        return await exited
    except ZygoteGoneError:
        return None
