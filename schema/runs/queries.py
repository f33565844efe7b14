"""run, runs, taskRun, taskRuns."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import LARGEST_PAGE_SIZE, Page, decode_id_of
from dagy_gql.repositories.run_filters import RunSearch
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.services import run_filters, runs
from schema.arguments import exactly_one
from schema.context import Info
from schema.enums import RunOrder
from schema.fields import field
from schema.pagination import Connection, Listing, selected
from schema.runs.columns import RUN_COLUMNS, TASK_RUN_COLUMNS
from schema.runs.counts import RunCounts
from schema.runs.inputs import RunFilter, TaskRunFilter, wish_of
from schema.runs.types import Run, TaskRun


async def _run(info: Info, id: strawberry.ID | None = None, slug: str | None = None) -> Any:
    exactly_one(id=id, slug=slug)
    context = info.context
    if slug is not None:
        return await runs.by_slug(context.rt, context.actor, slug)
    return await runs.by_id(context.rt, context.actor, decode_id_of("Run", id or ""))


async def _runs(
    info: Info,
    filter: RunFilter | None = None,
    order_by: RunOrder = RunOrder.CREATED_AT_DESC,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    actor = info.context.actor
    repository = RunSearch(actor.org_id)
    page = Page.of(first, after, last=last, before=before)
    wanted = run_filters.stored(actor, wish_of(filter))
    settled = await repository.settled(wanted, page, order_by.order)
    slice_ = await repository.slice(
        settled.apply(repository.where()),
        page=page,
        order=order_by.order,
        columns=selected(info, order_by.order, otherwise=RUN_COLUMNS),
    )
    return Listing(slice_, lambda: repository.number(wanted))


async def _counts(info: Info, filter: RunFilter | None = None) -> Any:
    context = info.context
    return await run_filters.counts(context.rt, context.actor, wish_of(filter))


async def _task_run(info: Info, id: strawberry.ID) -> Any:
    repository = TaskRunRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("TaskRun", id))


async def _task_runs(
    info: Info,
    run_id: strawberry.ID,
    filter: TaskRunFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    context = info.context
    run = await runs.by_id(context.rt, context.actor, decode_id_of("Run", run_id, field="runId"))
    repository = TaskRunRepository(context.actor.org_id)
    states = filter.state if filter else None

    def where() -> Any:
        conditions = repository.where().add("run_id = {}", run["id"])
        if states is not None:
            conditions.add("state = ANY({}::text[])", [state.value for state in states])
        return conditions

    page = Page.of(
        first,
        after,
        last=last,
        before=before,
        readers=repository.order.readers,
        at_most=LARGEST_PAGE_SIZE,
    )
    columns = selected(info, repository.order, otherwise=TASK_RUN_COLUMNS)
    slice_ = await repository.slice(where(), page=page, columns=columns)
    return Listing(slice_, lambda: repository.count(where()))


@strawberry.type
class RunQueries:
    run: Run | None = field(_run, requires=Permission.RUNS_READ)
    runs: Connection[Run] = field(_runs, requires=Permission.RUNS_READ)
    run_counts: RunCounts = field(
        _counts,
        requires=Permission.RUNS_READ,
        description="How many runs of each state match, each counted up to 1,000.",
    )
    task_run: TaskRun | None = field(_task_run, requires=Permission.RUNS_READ)
    task_runs: Connection[TaskRun] = field(
        _task_runs,
        requires=Permission.RUNS_READ,
        at_most=LARGEST_PAGE_SIZE,
        description="In the order of the flow's tasks; up to 5,000 in a page.",
    )
