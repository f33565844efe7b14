"""The default engine: this worker. Zygotes import a flow version, children of theirs run it."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Coroutine
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import UUID

from dagy_gql import tracing
from dagy_gql.backends.base import (
    BackendCapabilities,
    BackendLogEntry,
    BackendRunResult,
    EndCause,
    RunEnd,
    RunSink,
    RunSubmission,
)
from dagy_gql.backends.local.attempt import Attempt
from dagy_gql.backends.local.limits import DiskLimits
from dagy_gql.backends.local.pool import ZygoteKey, ZygotePool
from dagy_gql.backends.local.zygote import ImportFailedError, Zygote, ZygoteGoneError
from dagy_gql.enums import Executor

logger = logging.getLogger(__name__)

_RETIRE_SECONDS = 5.0


def _traced(run: RunSubmission) -> AbstractContextManager[None]:
    request = run.request
    return tracing.span(
        f"run {request.flow_name}",
        dagy__run__id=request.run_id,
        dagy__run__slug=request.run_slug,
        dagy__run__attempt=request.attempt,
        dagy__flow__name=request.flow_name,
        dagy__flow__version=request.flow_version,
    )


class LocalBackend:
    """`submit_run` returns at once; the sink hears the rest. Bound to one event loop."""

    name = Executor.LOCAL
    capabilities = BackendCapabilities(
        max_seconds=None,
        max_memory_mb=None,
        runs_tasks_in_parallel=True,
        retries_natively=False,
        cost_model="none: this machine's time",
    )

    def __init__(
        self, sink: RunSink, pool: ZygotePool, *, disk: DiskLimits, cancel_grace_seconds: float
    ) -> None:
        self._sink = sink
        self._pool = pool
        self._disk = disk
        self._cancel_grace_seconds = cancel_grace_seconds
        self._attempts: dict[UUID, Attempt | None] = {}
        # Cancelled while their flow was still being imported.
        self._cancelled: set[UUID] = set()
        self._abandoned: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._retiring = asyncio.create_task(self._retire())

    @property
    def running(self) -> list[UUID]:
        return list(self._attempts)

    async def submit_run(self, run: RunSubmission) -> BackendRunResult:
        self._attempts[run.run_id] = None
        self._spawn(self._run(run))
        return BackendRunResult(is_running=True)

    async def get_run_status(self, run_id: UUID) -> BackendRunResult:
        return BackendRunResult(is_running=run_id in self._attempts)

    async def cancel_run(self, run_id: UUID, reason: str) -> BackendRunResult:
        attempt = self._attempts.get(run_id)
        if attempt is not None:
            self._spawn(attempt.cancel(reason))
        elif run_id in self._attempts:
            self._cancelled.add(run_id)
        return BackendRunResult(is_running=run_id in self._attempts)

    async def abandon(self, run_id: UUID) -> None:
        """Kill a run that is no longer ours: another attempt has taken over."""
        attempt = self._attempts.get(run_id)
        if attempt is not None and run_id not in self._abandoned:
            # Heartbeats call this, and must not wait for a process that does not obey.
            self._abandoned.add(run_id)
            self._spawn(attempt.kill(EndCause.LOST))
        elif attempt is None and run_id in self._attempts:
            self._cancelled.add(run_id)

    async def acknowledge(self, run_id: UUID, sync_id: int) -> None:
        attempt = self._attempts.get(run_id)
        if attempt is not None:
            await attempt.acknowledge(sync_id)

    async def get_logs(self, run_id: UUID) -> list[BackendLogEntry]:
        """Always empty: lines reach the sink as they are written, nothing is kept here."""
        return []

    async def _run(self, run: RunSubmission) -> None:
        end = RunEnd(EndCause.LOST)
        try:
            with _traced(run):
                end = await self._attempt(run)
                tracing.describe(dagy__run__end=end.cause)
        except ImportFailedError as failure:
            end = RunEnd(EndCause.IMPORT_FAILED, error=failure.error)
        except ZygoteGoneError:
            logger.warning("zygote has died", extra={"run": str(run.run_id)})
        except Exception:
            logger.exception("an attempt could not be carried out")
        finally:
            self._attempts.pop(run.run_id, None)
            self._cancelled.discard(run.run_id)
            self._abandoned.discard(run.run_id)
            await self._sink.ended(run, end)

    async def _attempt(self, run: RunSubmission) -> RunEnd:
        _make_folder(run)
        zygote = await self._zygote(run)
        if run.run_id in self._cancelled:
            return RunEnd(EndCause.CANCELLED)
        attempt = Attempt(
            run,
            zygote,
            sink=self._sink,
            disk=self._disk,
            cancel_grace_seconds=self._cancel_grace_seconds,
        )
        self._attempts[run.run_id] = attempt
        return await attempt.run(await zygote.start(run.request))

    async def _zygote(self, run: RunSubmission) -> Zygote:
        key = ZygoteKey(run.org_id, run.flow_id, run.environment)
        work_dir = Path(run.request.work_dir)
        return await self._pool.get(key, run.source, run.entrypoint, work_dir)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._is_over)

    def _is_over(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a step of an attempt failed", exc_info=error)

    async def _retire(self) -> None:
        while True:
            await asyncio.sleep(_RETIRE_SECONDS)
            try:
                await self._pool.retire_idle()
            except Exception:
                logger.exception("idle processes could not be retired")

    async def hand_back(self, *, within_seconds: float) -> None:
        """Let the tasks under way stop, for runs that go on elsewhere; before close()."""
        attempts = [attempt for attempt in self._attempts.values() if attempt is not None]
        await asyncio.gather(
            *(attempt.hand_back(within_seconds=within_seconds) for attempt in attempts)
        )

    async def close(self) -> None:
        """End every process; what ran is reported LOST, so that it runs again elsewhere."""
        self._retiring.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._retiring
        await self._pool.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _make_folder(run: RunSubmission) -> None:
    """The working folder; runners make the one for large results when they need it."""
    try:
        os.mkdir(run.request.work_dir, 0o700)
    except FileNotFoundError:
        os.makedirs(run.request.work_dir, 0o700)
