"""From a claimed run to what its engine is given: the flow version, its unpacked source, and the
results that need not be worked out again. Reads only, so it may be tried again."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
import msgspec
from tortoise.exceptions import BaseORMException

from dagy.runner.protocol import ErrorInfo, Log, Result, RunRequest
from dagy.spec import FlowSpec
from dagy_gql import db, tenancy
from dagy_gql.backends.base import CrashBudget, RunSubmission
from dagy_gql.backends.local.limits import default_memory_mb
from dagy_gql.enums import TaskState
from dagy_gql.errors import DagyError
from dagy_gql.repositories import execution as rows
from dagy_gql.repositories.run_records import TaskRow
from dagy_gql.runtime import Runtime
from dagy_gql.services.ingest import local_result
from dagy_gql.services.transitions.folding import Plan

T = TypeVar("T")

logger = logging.getLogger(__name__)

DATABASE_ERRORS = (*db.OUT_OF_REACH, asyncpg.PostgresError, BaseORMException)
_FLOWS_KEPT = 256
_RETRY_SECONDS = 0.25
# Less than a lease, so that a run goes back to the queue before its lease would run out.
_PATIENCE_SECONDS = 5.0


class DatabaseFailed(Exception):
    """The database could not be read for so long that another worker should try."""


@dataclass(frozen=True, slots=True)
class FlowPlan:
    name: str
    version: str
    artifact_sha256: str
    spec_sha256: str
    spec: FlowSpec
    plan: Plan


@dataclass(frozen=True, slots=True)
class Prepared:
    """`notes` are lines for the run's log."""

    submission: RunSubmission
    plan: Plan
    notes: Sequence[Log]


class Starter:
    """One per worker."""

    def __init__(self, rt: Runtime, *, worker_id: str) -> None:
        self._rt = rt
        self._worker_id = worker_id
        self._flows: OrderedDict[UUID, FlowPlan] = OrderedDict()
        asked_mb = rt.settings.run_memory_limit_mb
        self._memory_limit_mb = default_memory_mb() if asked_mb is None else asked_mb or None

    async def pending(self, run: asyncpg.Record) -> Sequence[TaskRow]:
        """The task rows that a run begins with. A flow that cannot be read must not keep other
        runs from being claimed: `prepared` says what is wrong with it, on the run's own account.
        Raises what the database raises."""
        if run["attempt"] != 1:
            return []
        try:
            flow = await self._flow(run["flow_id"])
            return flow.plan.pending(run["org_id"], run["id"])
        except DATABASE_ERRORS:
            raise
        except Exception as error:
            logger.warning("a flow cannot be read", extra={"why": str(error)})
            return []

    async def prepared(self, run: asyncpg.Record) -> Prepared:
        """Raises DatabaseFailed; whatever else it raises is the end of the run."""
        flow = await _patiently(lambda: self._flow(run["flow_id"]))
        source = await self._rt.sources.folder(run["org_id"], flow.artifact_sha256)
        request = self._request(run, flow)
        with tenancy.organization(run["org_id"]):
            request, notes = await self._with_results(run, request)
        submission = RunSubmission(
            run_id=run["id"],
            org_id=run["org_id"],
            fence=run["fence"],
            flow_id=run["flow_id"],
            environment=run["environment_name"],
            entrypoint=flow.spec.entrypoint,
            source=source,
            request=request,
            crash_budget=CrashBudget(
                run["crashes"], self._rt.settings.crash_retries, flow.spec.own_crash_retries
            ),
            task_keys=flow.plan.names.keys(),
            protected_environment=run["protected_environment"],
        )
        return Prepared(submission, flow.plan, notes)

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

    def _request(self, run: asyncpg.Record, flow: FlowPlan) -> RunRequest:
        settings = self._rt.settings
        of_organization: Path = settings.run_dir / self._worker_id / str(run["org_id"])
        folder = of_organization / f"{run['id']}-{run['fence']}"
        return RunRequest(
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
            memory_limit_mb=self._memory_limit_mb,
            timeout_seconds=flow.spec.timeout_seconds or settings.run_max_seconds,
            grace_seconds=flow.spec.stop_grace_seconds,
            max_files=settings.run_max_files,
            max_files_bytes=settings.run_max_files_bytes,
        )

    async def _with_results(
        self, run: asyncpg.Record, request: RunRequest
    ) -> tuple[RunRequest, list[Log]]:
        """What earlier attempts, or the run this one retries, have already worked out. A result
        that held a secret was stored without it: its task runs again."""
        notes: list[Log] = []
        if run["attempt"] == 1 and run["retry_of_id"] is None:
            return request, notes
        reuse: dict[str, Result] = {}
        mapped: dict[str, int] = {}
        for task in await _patiently(lambda: rows.task_results(run["org_id"], run["id"])):
            if task["mapped_count"] is not None:
                mapped[task["key"]] = task["mapped_count"]
            elif task["result"] and task["result"].get("masked"):
                notes.append(_again(task["key"]))
            elif TaskState(task["state"]).has_result:
                reuse[task["key"]] = await local_result(self._rt, task["result"])
        return msgspec.structs.replace(request, reuse=reuse, mapped=mapped), notes


def refusal(error: Exception) -> ErrorInfo:
    """What a run says that could not be started."""
    if isinstance(error, DagyError | OSError):
        return ErrorInfo(code="ARTIFACT_UNAVAILABLE", message=str(error))
    return ErrorInfo(
        code="START_FAILED",
        message=f"The worker could not start the run: {type(error).__name__}: {error}",
        hint="The worker's log has the traceback. Deploy the flow again, or ask who runs Dagy.",
    )


async def _patiently(read: Callable[[], Awaitable[T]]) -> T:
    """Raises DatabaseFailed, and what `read` raises that is not about the database."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE_SECONDS
    while True:
        try:
            return await read()
        except DATABASE_ERRORS as error:
            if loop.time() > until:
                raise DatabaseFailed(f"{type(error).__name__}: {error}") from error
            logger.warning("a start waits for the database", extra={"why": str(error)})
            await asyncio.sleep(_RETRY_SECONDS)


def _again(key: str) -> Log:
    text = "runs again: its result held a secret, without which it was stored"
    return Log(message=text, level="WARNING", key=key)
