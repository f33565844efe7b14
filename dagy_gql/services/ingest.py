"""What the runs of this worker say, gathered and written together: at most `event_flush_ms`
behind, at once when a run ends or a task waits for its checkpoint."""

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import UUID

import msgspec

from dagy.runner.crashes import is_own_fault
from dagy.runner.protocol import (
    Event,
    Ref,
    Result,
    RunFinished,
    SecretReply,
    TaskCancelled,
    TaskFailed,
    TaskRetrying,
    TaskStarted,
    TaskSucceeded,
    TaskTimedOut,
)
from dagy_gql import db, tenancy
from dagy_gql.backends.base import EndCause, RunEnd, RunSubmission
from dagy_gql.bus import WorkerCall
from dagy_gql.repositories import cache_keys, run_records
from dagy_gql.repositories.run_records import FileRow
from dagy_gql.runtime import Runtime
from dagy_gql.services import endings, secret_uses
from dagy_gql.services.pace import Pace
from dagy_gql.services.run_files import FileStorer, RunFiles
from dagy_gql.services.transitions import moves
from dagy_gql.services.transitions.folding import Plan
from dagy_gql.services.transitions.recording import Batch, Recorded, record

logger = logging.getLogger(__name__)

# Runs have to wait, over their full sockets, once so many events wait for the database.
_PENDING_LIMIT = 20_000
_RETRY_SECONDS = 0.25
_SECRET_PATIENCE_SECONDS = 20.0


class Engine(Protocol):
    """What the recorder answers to the engine that runs the attempts."""

    async def acknowledge(self, run_id: UUID, sync_id: int) -> None: ...

    async def abandon(self, run_id: UUID) -> None: ...


@dataclass(slots=True)
class Pending:
    """`incoming` takes what the run says, and delivers it into `events` and `files`."""

    run: RunSubmission
    plan: Plan
    incoming: RunFiles = field(init=False)
    events: list[Event] = field(default_factory=list)
    files: list[FileRow] = field(default_factory=list)
    end: RunEnd | None = None
    # Attempt numbers of the tasks that are under way, by key.
    under_way: dict[str, int] = field(default_factory=dict)

    def note(self, event: Event) -> None:
        """Keep in mind which tasks a process that vanishes would leave behind."""
        match event:
            case TaskStarted(key=key, attempt=attempt):
                self.under_way[key] = attempt
            case TaskSucceeded(key=key) | TaskFailed(key=key) | TaskTimedOut(key=key):
                self.under_way.pop(key, None)
            case TaskCancelled(key=key) | TaskRetrying(key=key):
                self.under_way.pop(key, None)


class Recorder:
    """The RunSink of a worker; `connect` it to the engine it listens to."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._on_ended: Callable[[UUID, int], Awaitable[None]] | None = None
        self._engine: Engine | None = None
        self._runs: dict[UUID, Pending] = {}
        self._wake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.is_stopping = False
        self._is_stopped = False
        self._pace = Pace()
        self._storer = FileStorer(rt.artifacts)

    def connect(self, engine: Engine, *, on_ended: Callable[[UUID, int], Awaitable[None]]) -> None:
        """`on_ended` hears of every attempt, run and fence, that is over and written."""
        self._engine = engine
        self._on_ended = on_ended

    def expect(self, run: RunSubmission, plan: Plan) -> None:
        """Announce an attempt before its first event."""
        pending = Pending(run, plan)
        pending.incoming = RunFiles(run, self._storer, partial(self._deliver, pending))
        self._runs[run.run_id] = pending

    def _deliver(self, pending: Pending, event: Event, file: FileRow | None) -> None:
        pending.events.append(event)
        if file is not None:
            pending.files.append(file)
        self._wake.set()
        if _is_urgent(event):
            self._urgent.set()

    def forget(self, run_id: UUID) -> None:
        """An attempt that was announced has not begun."""
        self._runs.pop(run_id, None)

    def knows(self, run_id: UUID) -> bool:
        """Whether an attempt at the run is announced and not over."""
        return run_id in self._runs

    async def record(self, run: RunSubmission, events: Sequence[Event]) -> None:
        pending = self._runs[run.run_id]
        if run is not pending.run:
            pending.run = run
            pending.incoming.hand_out(run.request.reuse.values())
        for event in events:
            pending.note(event)
            pending.incoming.take(event)
        if self._backlog > _PENDING_LIMIT:
            self._room.clear()
        await self._room.wait()

    async def ended(self, run: RunSubmission, end: RunEnd) -> None:
        pending = self._runs[run.run_id]
        await pending.incoming.settled()
        pending.end = end
        self._wake.set()
        self._urgent.set()

    async def cached(self, run: RunSubmission, cache_key: str) -> Result | None:
        """None also where it cannot be read: the task works it out again."""
        try:
            with tenancy.organization(run.org_id):
                key = cache_keys.stored(cache_key, run.protected_environment)
                found = await run_records.cached(run.org_id, key)
            if found is None:
                return None
            result = await local_result(self._rt, found)
        except Exception as error:
            logger.warning("a cached result cannot be read", extra={"why": str(error)})
            return None
        self._runs[run.run_id].incoming.hand_out([result])
        return result

    async def secret(self, run: RunSubmission, request_id: int, name: str) -> SecretReply:
        """Waits for a database that is away, but not for ever: then the task hears why."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _SECRET_PATIENCE_SECONDS
        while True:
            try:
                return await secret_uses.answer(self._rt, run, request_id, name)
            except db.OUT_OF_REACH:
                if loop.time() > until:
                    error = secret_uses.unavailable(name, "The database does not answer.")
                    return SecretReply(request_id, error=error)
                await asyncio.sleep(_RETRY_SECONDS)

    @property
    def _backlog(self) -> int:
        return sum(len(each.events) + len(each.incoming) for each in self._runs.values())

    async def run_until_stopped(self) -> None:
        """Flush whenever there is something; never cancelled in the middle of a flush."""
        interval_seconds = self._rt.settings.event_flush_ms / 1000
        while not self._is_stopped:
            await self._wake.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(interval_seconds):
                    await self._urgent.wait()
            await self._pace.wait(len(self._runs))
            self._wake.clear()
            self._urgent.clear()
            await self.flush()

    def stop(self) -> None:
        """Let `run_until_stopped` return after one more flush."""
        self._is_stopped = True
        self._wake.set()
        self._urgent.set()

    async def flush(self) -> None:
        """Write what is pending; waits as long as the database is away, and loses nothing."""
        taken = [
            (pending, list(pending.events), list(pending.files), pending.end)
            for pending in self._runs.values()
            if pending.events or pending.end is not None
        ]
        for pending, events, files, _ in taken:
            del pending.events[: len(events)]
            del pending.files[: len(files)]
        batches = [
            Batch(
                p.run.run_id,
                p.run.fence,
                p.plan,
                [*events, *self._left_behind(p, end)],
                files,
                finish=endings.verdict(p.under_way, end),
                protected_environment=p.run.protected_environment,
            )
            for p, events, files, end in taken
        ]
        recorded = await self._record(batches)
        self._room.set()
        await self._acknowledge(batches)
        for pending, _, _, end in taken:
            await self._after(pending, end, recorded)
        if recorded.finished:
            await self._rt.bus.publish([WorkerCall.slot()])

    def _left_behind(self, pending: Pending, end: RunEnd | None) -> list[Event]:
        signal = None if end is None else end.signal
        left = pending.run.crash_budget.left(is_own_fault=is_own_fault(signal))
        is_final = left < 0 and not self.is_stopping
        return endings.left_behind(pending.under_way, end, is_final=is_final)

    async def _record(self, batches: Sequence[Batch]) -> Recorded:
        try:
            return await self._record_when_reachable(batches)
        except Exception:
            logger.exception("a flush was refused by the database")
            return await self._record_one_by_one(batches)

    async def _record_when_reachable(self, batches: Sequence[Batch]) -> Recorded:
        while True:
            try:
                return await record(self._rt, batches)
            except db.OUT_OF_REACH as error:
                logger.warning("database out of reach, events wait", extra={"why": str(error)})
                await asyncio.sleep(_RETRY_SECONDS)

    async def _record_one_by_one(self, batches: Sequence[Batch]) -> Recorded:
        """One run's unwritable event must not hold up the others: that run crashes, alone."""
        together = Recorded({}, {})
        for batch in batches:
            try:
                alone = await self._record_when_reachable([batch])
            except Exception as error:
                why = f"its events could not be written ({type(error).__name__})"
                await self._crash(batch.run_id, fence=batch.fence, why=why)
                await self.abandon(batch.run_id)
                continue
            together.finished.update(alone.finished)
            together.refused.update(alone.refused)
        return together

    async def _acknowledge(self, batches: Sequence[Batch]) -> None:
        assert self._engine is not None
        for batch in batches:
            for event in batch.events:
                if isinstance(event, TaskSucceeded) and event.sync_id is not None:
                    await self._engine.acknowledge(batch.run_id, event.sync_id)

    async def _after(self, pending: Pending, end: RunEnd | None, recorded: Recorded) -> None:
        run = pending.run
        if run.run_id in recorded.refused:
            logger.warning("late write refused", extra={"run": str(run.run_id)})
            await self.abandon(run.run_id)
        if end is None:
            return
        self._runs.pop(run.run_id, None)
        if end.cause in (EndCause.KILLED, EndCause.LOST):
            await self._crashed(pending, end)
        await _remove_folders(run)
        if self._on_ended is not None:
            await self._on_ended(run.run_id, run.fence)

    async def _crashed(self, pending: Pending, end: RunEnd) -> None:
        fault = endings.fault_of(pending.under_way, end)
        await self._crash(
            pending.run.run_id,
            fence=pending.run.fence,
            why="its worker was stopped"
            if self.is_stopping
            else endings.cause_of_death(end, fault),
            is_counted=not self.is_stopping,
            is_own_fault=is_own_fault(end.signal),
            error=None if fault is None else fault.document,
        )

    async def _crash(self, run_id: UUID, *, fence: int, why: str, **how: Any) -> None:
        """As `moves.crash`, which waits for a database that is away."""
        while True:
            try:
                await moves.crash(self._rt, run_id, fence=fence, why=why, **how)
                return
            except db.OUT_OF_REACH:
                await asyncio.sleep(_RETRY_SECONDS)

    async def abandon(self, run_id: UUID) -> None:
        """Stop a run that is not this worker's any more."""
        assert self._engine is not None
        await self._engine.abandon(run_id)


async def _remove_folders(run: RunSubmission) -> None:
    """Nothing a run leaves in its folders is seen by the next. Most are empty, or not there."""
    for folder in (run.request.work_dir, run.request.spool_dir):
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            pass
        except OSError:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def local_result(rt: Runtime, document: dict[str, object]) -> Result:
    """A stored result as a runner takes it: inline, or as a file of this machine."""
    ref = document.get("ref")
    if ref is None:
        return Result(value=document.get("value"))
    stored = msgspec.convert(ref, Ref)
    path = await rt.artifacts.path(stored.path)
    return Result(ref=Ref(str(path), stored.size_bytes, stored.sha256))


def _is_urgent(event: Event) -> bool:
    return isinstance(event, RunFinished) or (
        isinstance(event, TaskSucceeded) and event.sync_id is not None
    )
