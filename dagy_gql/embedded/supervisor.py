"""Keeps services alive: starts them, restarts them with back-off, stops them in order."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagy_gql.embedded.children import Child, Children
from dagy_gql.embedded.process import Command, EmbeddedError, tail

FIRST_DELAY_SECONDS = 0.2
MAX_DELAY_SECONDS = 10.0
HEALTHY_SECONDS = 30.0
# A service that ends this often before anything was ready has a fault that waiting won't mend.
_FAILED_STARTS = 3


@dataclass(frozen=True, slots=True)
class Service:
    """`command` gets a descriptor to announce readiness on, or None if it does not `announce`.

    Services of the highest `stage` are stopped first.
    """

    name: str
    stage: int
    command: Callable[[int | None], Command]
    prepare: Callable[[], object] = lambda: None
    announces: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0


@dataclass(slots=True)
class Events:
    """What the supervisor tells: a line for the person, new process ids, an announcement."""

    line: Callable[[str], None]
    processes: Callable[[Mapping[str, int]], None]
    announced: Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Supervisor:
    services: Sequence[Service]
    events: Events
    children: Children = field(default_factory=Children)
    _running: dict[str, Child] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)
    _was_ready: bool = False

    def stop(self) -> None:
        """Ask for a clean stop; asked again, kill what is still there."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`; raises EmbeddedError if the services cannot be brought up at all."""
        keepers = [asyncio.ensure_future(self._keep(service)) for service in self.services]
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            done, _ = await asyncio.wait([stopping, *keepers], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            self._stopping.set()
            await self._stop_all()
            await asyncio.gather(*keepers, return_exceptions=True)
            self.children.sweep()

    async def _keep(self, service: Service) -> None:
        delay, failures = FIRST_DELAY_SECONDS, 0
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            started = loop.time()
            reason = await self._live_once(service)
            if self._stopping.is_set():
                return
            if loop.time() - started >= HEALTHY_SECONDS:
                delay, failures = FIRST_DELAY_SECONDS, 0
            failures += 1
            if failures >= _FAILED_STARTS and not self._was_ready:
                raise EmbeddedError(f"{service.name} does not start: {reason}")
            self.events.line(f"{service.name} {reason.splitlines()[0]}; again in {delay:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), delay)
            delay = min(delay * 2, MAX_DELAY_SECONDS)

    async def _live_once(self, service: Service) -> str:
        """One life of the service; returns why it ended."""
        try:
            service.prepare()
            child, log = self._start(service)
        except EmbeddedError as error:
            if not self._was_ready:
                raise
            return str(error)
        self._running[service.name] = child
        self.events.processes({name: one.pid for name, one in self._running.items()})
        code = await child.exited
        del self._running[service.name]
        ended = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"{ended} (see {log.log})\n{tail(log.log)}"

    def _start(self, service: Service) -> tuple[Child, Command]:
        if not service.announces:
            command = service.command(None)
            return self.children.start(command), command
        reading, writing = os.pipe()
        try:
            command = service.command(writing)
            child = self.children.start(command)
        finally:
            os.close(writing)
        asyncio.get_running_loop().add_reader(reading, self._read_announcement, reading)
        return child, command

    def _read_announcement(self, descriptor: int) -> None:
        """One line of JSON, far below the size a pipe writes in one piece."""
        text = os.read(descriptor, 65536)
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
        if text:
            self._was_ready = True
            self.events.announced(dict(json.loads(text)))

    async def _stop_all(self) -> None:
        for stage in sorted({service.stage for service in self.services}, reverse=True):
            group = [one for one in self.services if one.stage == stage]
            await asyncio.gather(*(self._stop(service) for service in group))

    async def _stop(self, service: Service) -> None:
        child = self._running.get(service.name)
        if child is None:
            return
        child.send(service.stop_signal)
        hurry = asyncio.ensure_future(self._hurry.wait())
        waits: Iterable[asyncio.Future[Any]] = (child.exited, hurry)
        await asyncio.wait(waits, timeout=service.stop_seconds, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not child.exited.done():
            self.events.line(f"{service.name} did not stop in time and is killed")
            child.send(signal.SIGKILL)
            await child.exited
