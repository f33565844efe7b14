"""Run and TaskRun."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import RunState as StoredRunState
from dagy_gql.repositories.pagination import Page
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.services import runs
from schema.context import Context, Info
from schema.deployments.types import deployments_by_id
from schema.enums import Executor, RunState, RunTrigger, TaskState
from schema.fields import field, lazy, object_type
from schema.flows.types import flows_by_id, specs_by_flow
from schema.nodes import Node, node_id
from schema.organizations.types import Environment, environments_by_id
from schema.pagination import Listing, lazy_connection
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
    result_of,
)
from schema.scalars import JSON, DateTime


async def runs_by_id(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    rows = await RunRepository(context.actor.org_id).by_ids(keys, columns=RUN_COLUMNS)
    return {row["id"]: row for row in rows}


async def _dependencies(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    """Dependencies by task key, for each run."""
    found = await runs_by_id(context, keys)
    specs = await specs_by_flow(context, list({row["flow_id"] for row in found.values()}))
    tasks = {
        flow_id: {task["key"]: task.get("depends_on", []) for task in spec["tasks"]}
        for flow_id, spec in specs.items()
    }
    return {key: tasks.get(row["flow_id"], {}) for key, row in found.items()}


async def _parameters(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return await RunRepository(context.actor.org_id).values("parameters", keys)


async def _results(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    found = await RunRepository(context.actor.org_id).values("result", keys)
    return {key: result_of(result) for key, result in found.items()}


async def _task_results(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    found = await TaskRunRepository(context.actor.org_id).values("result", keys)
    return {key: result_of(result) for key, result in found.items()}


async def _counts(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return dict(await TaskRunRepository(context.actor.org_id).counts(keys))


async def _task_pages(context: Context, keys: Sequence[UUID], page: Page) -> dict[UUID, Listing]:
    repository = TaskRunRepository(context.actor.org_id)
    slices = await repository.slices("run_id", keys, page=page, columns=TASK_RUN_COLUMNS)
    return {key: Listing(slice_) for key, slice_ in slices.items()}


def _waiting(self: Any, info: Info) -> Any:
    if self["state"] != StoredRunState.QUEUED:
        return None
    return runs.waiting(info.context.rt, info.context.actor, self)


def _task_runs(self: Any, info: Info, first: int | None = None, after: str | None = None) -> Any:
    page = Page.of(first, after, readers=TaskRunRepository.order.readers)
    return info.context.load(_task_pages, self["id"], page)


@object_type()
class Run(Node):
    id: strawberry.ID = node_id("Run")
    slug: str
    state: RunState
    state_reason: Reason | None = field(read=lambda row: row["reason"])
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
    waiting: Waiting | None = field(_waiting, description="Null unless the run is QUEUED.")
    routing: Routing
    retry_of: Any = field(
        load=runs_by_id,
        key="retry_of_id",
        requires=Permission.RUNS_READ,
        type_=lazy("runs", "Run") | None,
    )
    tags: JSON
    created_by: str
    task_runs: Any = field(
        _task_runs,
        requires=Permission.RUNS_READ,
        type_=lazy_connection("runs", "TaskRun"),
        description="In the order of the flow's tasks.",
    )
    events: RunEventConnection = field(events_of, requires=Permission.RUNS_READ)
    logs: LogLineConnection = field(logs_of, requires=Permission.PAYLOADS_READ)
    artifacts: list[RunArtifact] = field(load=artifacts_of_runs, requires=Permission.PAYLOADS_READ)


async def _depends_on(self: Any, info: Info) -> list[str]:
    loaded = info.context.load(_dependencies, self["run_id"])
    tasks: dict[str, list[str]] = loaded if isinstance(loaded, dict) else await loaded
    return tasks.get(self["key"].partition("[")[0], [])


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
    depends_on: list[str] = field(_depends_on, description="Keys of the tasks it waits for.")
    reason: str | None
    run: Run = field(load=runs_by_id, key="run_id", requires=Permission.RUNS_READ)
