"""The worker's side of a run: claim what is queued, prepare it, hand it to the engine, keep its
lease alive."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from dagy.runner.protocol import ErrorInfo, Log, Result, RunRequest
from dagy.spec import FlowSpec
from dagy_gql import tenancy
from dagy_gql.backends.base import CrashBudget, EndCause, ExecutionBackend, RunEnd, RunSubmission
from dagy_gql.bus import WorkerCall
from dagy_gql.enums import TaskState
from dagy_gql.errors import DagyError
from dagy_gql.repositories import execution as rows
from dagy_gql.repositories import workers
from dagy_gql.repositories.run_records import TaskRow
from dagy_gql.runtime import Runtime
from dagy_gql.services.ingest import OUT_OF_REACH, Recorder, local_result
from dagy_gql.services.pace import Pace
from dagy_gql.services.transitions import moves
from dagy_gql.services.transitions.folding import Plan

logger = logging.getLogger(__name__)

_FLOWS_KEPT = 256
# Once for a burst of jobs: one word makes every worker look at all that is queued.
_PASS_ON_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class FlowPlan:
    name: str
    version: str
    artifact_sha256: str
    spec_sha256: str
    spec: FlowSpec
    plan: Plan


class Dispatcher:
    """Claims for one worker: `poke` is cheap, and many pokes become one claim."""

    def __init__(
        self, rt: Runtime, backend: ExecutionBackend, recorder: Recorder, *, worker_id: str
    ) -> None:
        self._rt = rt
        self._backend = backend
        self._recorder = recorder
        self._worker_id = worker_id
        self._flows: OrderedDict[UUID, FlowPlan] = OrderedDict()
        self._held: dict[UUID, int] = {}
        self._wake = asyncio.Event()
        self._preparing: set[asyncio.Task[None]] = set()
        self._passed_on_at = float("-inf")
        self._pace = Pace()
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

    async def ended(self, run_id: UUID) -> None:
        self._held.pop(run_id, None)
        self.poke()

    async def run_forever(self) -> None:
        while True:
            await self._wake.wait()
            await self._pace.wait(self.running)
            self._wake.clear()
            try:
                await self.claim()
            except OUT_OF_REACH as error:
                logger.warning("database out of reach, no claim", extra={"why": str(error)})

    async def claim(self) -> None:
        """Take as many queued runs as there are free slots, and start them."""
        free = self._rt.settings.worker_max_runs - self.running
        if free <= 0 or self.is_paused:
            return
        runs = await moves.claim(
            self._rt, worker_id=self._worker_id, limit=free, pending=self._pending
        )
        self._held.update((run["id"], run["fence"]) for run in runs)
        for run in runs:
            task = asyncio.create_task(self._start(run))
            self._preparing.add(task)
            task.add_done_callback(self._preparing.discard)

    async def _pending(self, run: asyncpg.Record) -> Sequence[TaskRow]:
        flow = await self._flow(run["flow_id"])
        return flow.plan.pending(run["org_id"], run["id"]) if run["attempt"] == 1 else []

    async def _flow(self, flow_id: UUID) -> FlowPlan:
        flow = self._flows.get(flow_id)
        if flow is None:
            row = await rows.flow_all_orgs(flow_id)
            spec = FlowSpec.decode(row["spec"])
            flow = FlowPlan(
                row["name"],
                row["version"],
                row["artifact_sha256"],
                row["spec_sha256"],
                spec,
                Plan.of(spec),
            )
            self._flows[flow_id] = flow
            if len(self._flows) > _FLOWS_KEPT:
                self._flows.popitem(last=False)
        return flow

    async def _start(self, run: asyncpg.Record) -> None:
        flow = await self._flow(run["flow_id"])
        submission = self._submission(run, flow)
        self._recorder.expect(submission, flow.plan)
        try:
            source = await self._rt.sources.folder(run["org_id"], flow.artifact_sha256)
            with tenancy.organization(run["org_id"]):
                request = await self._with_results(run, submission)
        except (DagyError, OSError) as error:
            info = ErrorInfo(code="ARTIFACT_UNAVAILABLE", message=str(error))
            await self._recorder.ended(submission, RunEnd(EndCause.IMPORT_FAILED, error=info))
            return
        await self._backend.submit_run(replace(submission, source=source, request=request))

    def _submission(self, run: asyncpg.Record, flow: FlowPlan) -> RunSubmission:
        settings = self._rt.settings
        folder = settings.run_dir / self._worker_id / f"{run['id']}-{run['fence']}"
        request = RunRequest(
            run_id=str(run["id"]),
            run_slug=run["slug"],
            attempt=run["attempt"],
            flow_name=flow.name,
            flow_version=flow.version,
            spec_sha256=flow.spec_sha256,
            deployment_name=run["deployment_name"],
            environment=run["environment_name"],
            parameters=run["parameters"],
            max_workers=flow.spec.max_workers or settings.run_max_workers,
            work_dir=str(folder),
            spool_dir=f"{folder}.spool",
            memory_limit_mb=settings.run_memory_limit_mb,
            timeout_seconds=flow.spec.timeout_seconds or settings.run_max_seconds,
            grace_seconds=flow.spec.stop_grace_seconds,
        )
        return RunSubmission(
            run_id=run["id"],
            org_id=run["org_id"],
            fence=run["fence"],
            flow_id=run["flow_id"],
            environment=run["environment_name"],
            entrypoint=flow.spec.entrypoint,
            source=Path(),
            request=request,
            crash_budget=CrashBudget(
                run["crashes"], settings.crash_retries, flow.spec.own_crash_retries
            ),
        )

    async def _with_results(self, run: asyncpg.Record, submission: RunSubmission) -> RunRequest:
        """What earlier attempts, or the run this one retries, have already worked out. A result
        that held a secret was stored without it: its task runs again."""
        request = submission.request
        if run["attempt"] == 1 and run["retry_of_id"] is None:
            return request
        reuse: dict[str, Result] = {}
        mapped: dict[str, int] = {}
        for task in await rows.task_results(run["org_id"], run["id"]):
            if task["mapped_count"] is not None:
                mapped[task["key"]] = task["mapped_count"]
            elif task["result"] and task["result"].get("masked"):
                await self._recorder.record(submission, [_again(task["key"])])
            elif TaskState(task["state"]).has_result:
                reuse[task["key"]] = await local_result(self._rt, task["result"])
        return msgspec.structs.replace(request, reuse=reuse, mapped=mapped)

    async def cancel(self, run_id: UUID) -> None:
        if run_id in self._held:
            await self._backend.cancel_run(run_id, "cancelled")

    async def renew_leases(self) -> None:
        """Renew what this worker runs; give up what is no longer its own."""
        held = list(self._held.items())
        renewed = await workers.renew_all_orgs(
            held, worker_id=self._worker_id, lease_seconds=self._rt.settings.lease_seconds
        )
        for run_id, _ in held:
            if run_id not in renewed and run_id in self._held:
                await self._recorder.abandon(run_id)
        for run_id, is_cancelling in renewed.items():
            if is_cancelling:
                await self.cancel(run_id)


def _again(key: str) -> Log:
    text = "runs again: its result held a secret, without which it was stored"
    return Log(message=text, level="WARNING", key=key)
