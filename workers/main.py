"""The worker process: arq for jobs, and loops of its own for what must go on without Redis."""

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from uuid import UUID

import arq.worker
import uvloop
from arq.worker import Worker
from redis.exceptions import RedisError

from dagy_gql import clock, db, logs, runtime, tenancy, tracing
from dagy_gql.backends.local.backend import LocalBackend
from dagy_gql.backends.local.limits import DiskLimits
from dagy_gql.backends.local.pool import ZygotePool
from dagy_gql.backends.local.sandbox import Sandbox, Shared, sandbox
from dagy_gql.bus import Channel, WorkerCall
from dagy_gql.repositories import workers as worker_rows
from dagy_gql.repositories.workers import WorkerRow
from dagy_gql.runtime import Runtime
from dagy_gql.services import housekeeping, secret_keys
from dagy_gql.services.execution import Dispatcher
from dagy_gql.services.ingest import Recorder
from dagy_gql.settings import MEGABYTE, Settings
from workers.bulk import bulk_operation
from workers.runs import execute_run

logger = logging.getLogger(__name__)

FUNCTIONS = [bulk_operation, execute_run]
_REDIS_RETRY_SECONDS = 0.2
_PRUNE_SECONDS = 3600.0
_LISTEN_SECONDS = 5.0
_CANCEL_SECONDS = 1.0

# arq asks the machine's clock when a job is due; who sent it may have another one.
vars(arq.worker)["timestamp_ms"] = clock.now_ms


@dataclass(frozen=True, slots=True)
class WorkerParts:
    worker_id: str
    rt: Runtime
    backend: LocalBackend
    recorder: Recorder
    dispatcher: Dispatcher
    loops: list["asyncio.Task[None]"]


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what runs then is handed back to the queue.

    Raises SealError where stored secrets are sealed with a key that is not at hand.
    """
    logs.configure(settings.log_level)
    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # Ignored from the start, in the background of a script say, it stays ignored.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGINT, stop.set)
    with tracing.started(settings, service="dagy-worker"):
        await _serve_until(stop, settings)


async def _serve_until(stop: asyncio.Event, settings: Settings) -> None:
    async with runtime.opened(settings) as rt:
        await secret_keys.check(rt.sealer)
        async with working(rt) as parts:
            # What is loaded by now stays for good: no collection need look at it again.
            gc.collect()
            gc.freeze()
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([stopped, *parts.loops], return_when=asyncio.FIRST_COMPLETED)


@asynccontextmanager
async def working(rt: Runtime) -> AsyncIterator[WorkerParts]:
    """A worker in this event loop, from entry to exit. It claims and records for every
    organization; what it reads for a single run, it reads in the scope of the run's."""
    with tenancy.all_organizations():
        async with _working(rt) as parts:
            yield parts


@asynccontextmanager
async def _working(rt: Runtime) -> AsyncIterator[WorkerParts]:
    parts = _assemble(rt)
    await housekeeping.bury_dead_neighbours(rt, worker_id=parts.worker_id)
    await _beat(parts)
    # None of these ends by itself: one that does takes the process with it, to be restarted.
    parts.loops.extend(asyncio.create_task(loop) for loop in _loops(parts))
    recording = asyncio.create_task(parts.recorder.run_until_stopped())
    parts.loops.append(asyncio.create_task(_end_of(recording)))
    parts.dispatcher.poke()
    try:
        yield parts
    finally:
        parts.dispatcher.is_paused = True
        parts.recorder.is_stopping = True
        # Leases are renewed meanwhile.
        await parts.backend.hand_back(within_seconds=rt.settings.stop_grace_seconds)
        await _cancelled(parts.loops)
        await parts.dispatcher.stop()
        await parts.backend.close()
        parts.recorder.stop()
        await recording
        await parts.dispatcher.hand_back()
        await worker_rows.gone_all_orgs([parts.worker_id])


def _assemble(rt: Runtime) -> WorkerParts:
    settings = rt.settings
    worker_id = f"{socket.gethostname()}-{os.getpid()}-{token_hex(3)}"
    pool = ZygotePool(
        _sandbox(settings),
        idle_seconds=settings.zygote_idle_seconds,
        limit=settings.zygote_max,
        import_timeout_seconds=settings.import_timeout_seconds,
    )
    recorder = Recorder(rt)
    backend = LocalBackend(
        recorder,
        pool,
        disk=DiskLimits(
            settings.run_disk_limit_mb * MEGABYTE, settings.run_disk_reserve_mb * MEGABYTE
        ),
        cancel_grace_seconds=settings.cancel_grace_seconds,
    )
    dispatcher = Dispatcher(rt, backend, recorder, worker_id=worker_id)
    recorder.connect(backend, on_ended=dispatcher.ended)
    return WorkerParts(worker_id, rt, backend, recorder, dispatcher, [])


def _sandbox(settings: Settings) -> Sandbox:
    """Raises SandboxUnavailableError where one is required."""
    found = sandbox(
        settings.sandbox,
        Shared.parse(settings.sandbox_paths),
        temporary_mb=settings.sandbox_temporary_mb,
        artifact_dir=settings.artifact_dir,
    )
    if found.bwrap is None:
        logger.warning("flows run unconfined", extra={"why": found.reason})
    else:
        logger.info("flows run in a sandbox", extra={"parts": found.reason})
    return found


def _loops(parts: WorkerParts) -> list[Coroutine[None, None, None]]:
    settings = parts.rt.settings
    return [
        parts.dispatcher.run_forever(),
        _arq(parts),
        _listen(parts),
        _every(settings.heartbeat_seconds, lambda: _beat(parts)),
        _every(settings.housekeeping_seconds, lambda: _tick(parts)),
        _every(_PRUNE_SECONDS, lambda: housekeeping.prune(parts.rt)),
    ]


async def _end_of(task: "asyncio.Task[None]") -> None:
    """Ends when `task` does; cancelling this leaves the task alone."""
    await asyncio.wait([task])


async def _arq(parts: WorkerParts) -> None:
    """arq ends when Redis does; runs under way go on, and arq comes back with Redis."""
    settings = parts.rt.settings
    while True:
        worker = Worker(
            FUNCTIONS,
            redis_pool=parts.rt.bus.redis,
            queue_name=settings.queue_name,
            handle_signals=False,
            poll_delay=settings.queue_poll_ms / 1000,
            max_jobs=100,
            keep_result=0,
            log_results=False,
            ctx={"dispatcher": parts.dispatcher, "rt": parts.rt},
        )
        try:
            await worker.async_run()
        except (RedisError, OSError) as error:
            logger.warning("Redis is away, rows are polled", extra={"why": str(error)})
        await asyncio.sleep(_REDIS_RETRY_SECONDS)


async def _listen(parts: WorkerParts) -> None:
    async with parts.rt.bus.follow(Channel.WORKERS) as feed:
        while True:
            message = await feed.next(timeout_seconds=_LISTEN_SECONDS)
            if message is not None and message.startswith(WorkerCall.CANCEL):
                run_id = UUID(message.removeprefix(WorkerCall.CANCEL).decode())
                await parts.dispatcher.cancel(run_id)
            elif message is not None:
                parts.dispatcher.poke()


async def _beat(parts: WorkerParts) -> None:
    row = WorkerRow(
        id=parts.worker_id,
        hostname=housekeeping.host_identity(),
        pid=os.getpid(),
        capacity=parts.rt.settings.worker_max_runs,
        running=parts.dispatcher.running,
    )
    await worker_rows.beat_all_orgs(row)
    await parts.dispatcher.renew_leases()


async def _tick(parts: WorkerParts) -> None:
    await housekeeping.tick(parts.rt)
    parts.dispatcher.poke()


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except db.OUT_OF_REACH as error:
            logger.warning("database out of reach", extra={"why": str(error)})
        except Exception:
            logger.exception("a periodic job failed and will be tried again")
        await asyncio.sleep(seconds)


async def _cancelled(tasks: list["asyncio.Task[None]"]) -> None:
    """Cancel until they are gone: a library may swallow a cancellation now and then."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_CANCEL_SECONDS)
    for task in tasks:
        if not task.cancelled() and task.exception() is not None:
            logger.error("a loop of the worker has failed", exc_info=task.exception())
