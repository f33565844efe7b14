"""Run and TaskRun."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import RunState as StoredRunState
from dagy_gql.repositories.pagination import LARGEST_PAGE_SIZE
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.repositories.secrets import SecretUseRepository
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.services import run_results, runs, task_counts
from schema.audit.types import audit_by_resource
from schema.context import Context
from schema.deployments.types import deployments_by_id
from schema.enums import Executor, RunState, RunTrigger, TaskState
from schema.environments.types import Environment, environments_by_id
from schema.fields import field, lazy, object_type
from schema.flows.types import flows_by_id, specs_by_flow
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.pagination import Pages, lazy_connection, pages
from schema.runs.columns import RUN_COLUMNS, TASK_RUN_COLUMNS
from schema.runs.history import (
    LogLineConnection,
    RunArtifact,
    RunEventConnection,
    artifacts_of_runs,
    events_of,
    logs_of,
)
from schema.runs.values import (
    ErrorInfo,
    Reason,
    Routing,
    TaskCounts,
    Waiting,
    milliseconds,
)
from schema.scalars import JSON, DateTime

TaskKey = tuple[UUID, str]

runs_by_id = RowsById(RunRepository, RUN_COLUMNS)
_task_runs = Pages(TaskRunRepository, "run_id", columns=TASK_RUN_COLUMNS, at_most=LARGEST_PAGE_SIZE)
_retries = Pages(RunRepository, "retry_of_id", columns=RUN_COLUMNS)
_secret_uses = Pages(SecretUseRepository, "run_id")


def _task_key(row: Any) -> TaskKey:
    """Children of a mapped task stand under its own key in the spec."""
    return row["run_id"], row["key"].partition("[")[0]


async def _dependencies(context: Context, keys: Sequence[TaskKey]) -> dict[TaskKey, list[str]]:
    runs_ = await runs_by_id(context, list({run_id for run_id, _ in keys}), ("flow_id",))
    specs = await specs_by_flow(context, list({row["flow_id"] for row in runs_.values()}))
    tasks = {
        flow_id: {task["key"]: task.get("depends_on", []) for task in spec["tasks"]}
        for flow_id, spec in specs.items()
    }
    return {
        (run_id, name): tasks.get(runs_[run_id]["flow_id"], {}).get(name, [])
        for run_id, name in keys
        if run_id in runs_
    }


async def _parameters(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return await RunRepository(context.actor.org_id).values("parameters", keys)


async def _results(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    found = await RunRepository(context.actor.org_id).values("result", keys)
    return {key: run_results.shown(result) for key, result in found.items()}


async def _task_results(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    found = await TaskRunRepository(context.actor.org_id).values("result", keys)
    return {key: run_results.shown(result) for key, result in found.items()}


async def _counts(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return dict(await task_counts.of_runs(context.actor, keys))


async def _waiting(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return dict(await runs.waiting(context.rt, context.actor, keys))


def _queued(row: Any) -> UUID | None:
    key: UUID = row["id"]
    return key if row["state"] == StoredRunState.QUEUED else None


@object_type()
class Run(Node):
    id: strawberry.ID = node_id("Run")
    slug: str
    state: RunState
    state_reason: Reason | None = field(read=lambda row: row["reason"], columns=("reason",))
    flow: Any = field(
        load=flows_by_id, key="flow_id", requires=Permission.FLOWS_READ, type_=lazy("flows", "Flow")
    )
    deployment: Any = field(
        load=deployments_by_id,
        key="deployment_id",
        requires=Permission.DEPLOYMENTS_READ,
        type_=lazy("deployments", "Deployment") | None,
        description="Null when it has been deleted.",
    )
    environment: Environment | None = field(
        load=environments_by_id, key="environment_id", requires=Permission.ENVIRONMENTS_READ
    )
    trigger: RunTrigger
    parameters: JSON = field(load=_parameters, requires=Permission.PAYLOADS_READ)
    result: JSON | None = field(
        load=_results,
        requires=Permission.PAYLOADS_READ,
        description='One that is too large for the row is {"ref": {…}}.',
    )
    error: ErrorInfo | None
    attempt: int
    executor: Executor
    created_at: DateTime
    queued_at: DateTime
    started_at: DateTime | None
    finished_at: DateTime | None
    queue_ms: int | None = milliseconds("queued_at", "started_at")
    duration_ms: int | None = milliseconds("started_at", "finished_at")
    task_counts: TaskCounts = field(load=_counts)
    waiting: Waiting | None = field(
        load=_waiting,
        key=_queued,
        columns=("id", "state"),
        description="Null unless the run is QUEUED.",
    )
    routing: Routing
    retry_of: Any = field(
        load=runs_by_id,
        key="retry_of_id",
        requires=Permission.RUNS_READ,
        type_=lazy("runs", "Run") | None,
    )
    retries: Any = pages(
        _retries,
        lazy_connection("runs", "Run"),
        requires=Permission.RUNS_READ,
        description="The runs that retry this one, newest first.",
    )
    tags: JSON
    created_by: str = field(requires=Permission.EMAILS_READ)
    secret_uses: Any = pages(
        _secret_uses,
        lazy_connection("secrets", "SecretUse"),
        requires=Permission.SECRETS_READ,
        description="The secrets that it was given, newest first.",
    )
    task_runs: Any = pages(
        _task_runs,
        lazy_connection("runs", "TaskRun"),
        requires=Permission.RUNS_READ,
        description="In the order of the flow's tasks; up to 5,000 in a page.",
    )
    events: RunEventConnection = field(
        events_of, requires=Permission.RUNS_READ, columns=("id", "created_at")
    )
    logs: LogLineConnection = field(
        logs_of, requires=Permission.PAYLOADS_READ, columns=("id", "created_at")
    )
    artifacts: list[RunArtifact] = field(load=artifacts_of_runs, requires=Permission.PAYLOADS_READ)
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )


@object_type()
class TaskRun(Node):
    id: strawberry.ID = node_id("TaskRun")
    key: str
    name: str
    state: TaskState
    attempt: int
    map_index: int | None
    started_at: DateTime | None
    finished_at: DateTime | None
    duration_ms: int | None = milliseconds("started_at", "finished_at")
    result: JSON | None = field(load=_task_results, requires=Permission.PAYLOADS_READ)
    error: ErrorInfo | None
    depends_on: list[str] = field(
        load=_dependencies,
        key=_task_key,
        columns=("run_id", "key"),
        description="Keys of the tasks it waits for.",
    )
    reason: str | None
    run: Run = field(load=runs_by_id, key="run_id", requires=Permission.RUNS_READ)
