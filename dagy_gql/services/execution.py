"""The worker's side of a run: claim what is queued, hand it to the engine, keep its lease alive.

Every claimed run comes to an end that is written: its attempt's, a failure with the reason, or back
to the queue. What cannot even be written is let go: its lease ends, and others take the run over.
"""

import asyncio
import logging
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.backends.base import ExecutionBackend
from dagy_gql.bus import WorkerCall
from dagy_gql.repositories import workers
from dagy_gql.runtime import Runtime
from dagy_gql.services.ingest import Recorder
from dagy_gql.services.pace import Pace
from dagy_gql.services.starting import DatabaseFailed, Starter, refusal
from dagy_gql.services.transitions import moves

logger = logging.getLogger(__name__)

# Once for a burst of jobs: one word makes every worker look at all that is queued.
_PASS_ON_SECONDS = 0.02
_RETRY_SECONDS = 0.25
# How often an ending is tried that a database refuses which is there.
_REFUSED_TRIES = 5

# A run and the fence of its attempt.
Attempt = tuple[UUID, int]


class Dispatcher:
    """Claims for one worker: `poke` is cheap, and many pokes become one claim."""

    def __init__(
        self, rt: Runtime, backend: ExecutionBackend, recorder: Recorder, *, worker_id: str
    ) -> None:
        self._rt = rt
        self._backend = backend
        self._recorder = recorder
        self._worker_id = worker_id
        self._starter = Starter(rt, worker_id=worker_id)
        # Set when the attempt is over. A run has two for a moment where this worker was asleep for
        # longer than its lease and has claimed it again.
        self._held: dict[Attempt, asyncio.Event] = {}
        self._wake = asyncio.Event()
        self._starting: set[asyncio.Task[None]] = set()
        self._passed_on_at = float("-inf")
        self._pace = Pace()
        self._may_have_lost_a_claim = False
        self.is_paused = False

    @property
    def running(self) -> int:
        return len(self._held)

    @property
    def is_full(self) -> bool:
        return self.running >= self._rt.settings.worker_max_runs

    def poke(self) -> None:
        """There may be something to claim."""
        self._wake.set()

    async def asked(self) -> None:
        """A job came: claim, or pass the word on to the other workers when this one is full."""
        now = asyncio.get_running_loop().time()
        if self.is_full and now - self._passed_on_at > _PASS_ON_SECONDS:
            self._passed_on_at = now
            await self._rt.bus.publish([WorkerCall.slot()])
        self.poke()

    async def ended(self, run_id: UUID, fence: int) -> None:
        over = self._held.pop((run_id, fence), None)
        if over is not None:
            over.set()
        self.poke()

    async def run_forever(self) -> None:
        while True:
            await self._wake.wait()
            await self._pace.wait(self.running)
            self._wake.clear()
            try:
                await self.claim()
                continue
            except db.OUT_OF_REACH as error:
                logger.warning("database out of reach, no claim", extra={"why": str(error)})
            except Exception:
                logger.exception("a claim failed and will be tried again")
            await asyncio.sleep(_RETRY_SECONDS)
            self.poke()

    async def claim(self) -> None:
        """Take as many queued runs as there are free slots, and start them. Not to be called
        twice at once."""
        free = self._rt.settings.worker_max_runs - self.running
        if free <= 0 or self.is_paused:
            return
        if self._may_have_lost_a_claim:
            await self._hand_back_unheld("its worker lost the answer to its claim")
        self._may_have_lost_a_claim = True
        runs = await moves.claim(
            self._rt, worker_id=self._worker_id, limit=free, pending=self._starter.pending
        )
        for run in runs:
            self._begin(run)
        self._may_have_lost_a_claim = False

    def _begin(self, run: asyncpg.Record) -> None:
        earlier = [over for (run_id, _), over in self._held.items() if run_id == run["id"]]
        self._held[run["id"], run["fence"]] = asyncio.Event()
        task = asyncio.create_task(self._start(run, earlier))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start(self, run: asyncpg.Record, earlier: list[asyncio.Event]) -> None:
        try:
            for over in earlier:
                await self._recorder.abandon(run["id"])
                await over.wait()
            prepared = await self._starter.prepared(run)
            if (run["id"], run["fence"]) not in self._held:
                return
            self._recorder.expect(prepared.submission, prepared.plan)
            if prepared.notes:
                await self._recorder.record(prepared.submission, prepared.notes)
            await self._backend.submit_run(prepared.submission)
        except Exception as error:
            await self._not_started(run, error)

    async def _not_started(self, run: asyncpg.Record, error: Exception) -> None:
        """The slot is free again once what became of the run is written, or cannot be."""
        self._recorder.forget(run["id"])
        try:
            await self._settle(run, error)
        except Exception:
            logger.exception("a run that did not start is left to its lease")
        finally:
            await self.ended(run["id"], run["fence"])

    async def _settle(self, run: asyncpg.Record, error: Exception) -> None:
        """Back to the queue where the database is to blame; else the run has failed."""
        logger.error("a run did not start", exc_info=error, extra={"run": str(run["id"])})
        run_id, fence = run["id"], run["fence"]
        refused = 0
        while True:
            try:
                if isinstance(error, DatabaseFailed):
                    why = f"its worker could not read the database ({error})"
                    await moves.crash(self._rt, run_id, fence=fence, why=why, is_counted=False)
                else:
                    await moves.fail(self._rt, run_id, fence=fence, error=refusal(error))
                return
            except db.OUT_OF_REACH as away:
                logger.warning("database out of reach, an end waits", extra={"why": str(away)})
            except Exception:
                refused += 1
                if refused >= _REFUSED_TRIES:
                    raise
            await asyncio.sleep(_RETRY_SECONDS)

    async def _hand_back_unheld(self, why: str) -> None:
        """Runs that the database counts as this worker's and that it does not run: a claim whose
        answer was lost on its way."""
        for lease in await workers.leases_all_orgs(self._worker_id):
            run_id, fence = lease["run_id"], lease["fence"]
            if (run_id, fence) not in self._held:
                logger.warning("a run is handed back", extra={"run": str(run_id), "why": why})
                await moves.crash(self._rt, run_id, fence=fence, why=why, is_counted=False)

    async def cancel(self, run_id: UUID) -> None:
        if any(run_id == held for held, _ in self._held):
            await self._backend.cancel_run(run_id, "cancelled")

    async def renew_leases(self) -> None:
        """Renew what this worker runs; give up what is no longer its own."""
        held = list(self._held)
        renewed = await workers.renew_all_orgs(
            held, worker_id=self._worker_id, lease_seconds=self._rt.settings.lease_seconds
        )
        for run_id, fence in held:
            if run_id not in renewed:
                await self._recorder.abandon(run_id)
                if not self._recorder.knows(run_id):
                    await self.ended(run_id, fence)
        for run_id, is_cancelling in renewed.items():
            if is_cancelling:
                await self.cancel(run_id)

    async def stop(self) -> None:
        """Start nothing more. What was being started is handed back by `hand_back`."""
        self.is_paused = True
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)

    async def hand_back(self) -> None:
        """Last of all, when no attempt is left: what a stop met between claim and engine."""
        self._held.clear()
        await self._hand_back_unheld("its worker was stopped")
