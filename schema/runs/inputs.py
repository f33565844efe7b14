"""Filters and inputs of runs."""

from uuid import UUID

import strawberry

from dagy_gql.errors import BadUserInput
from dagy_gql.services import runs
from dagy_gql.services.run_filters import RunWish
from schema.arguments import exactly_one, optional_id
from schema.context import Context
from schema.enums import Executor, RetryMode, RunState, RunTrigger, TaskState
from schema.scalars import JSON, DateTime


@strawberry.input(description="All that is given must be so.")
class RunFilter:
    state: list[RunState] | None = None
    flow_name: str | None = None
    flow_names: list[str] | None = strawberry.field(
        default=None, description="One of these, 50 at most."
    )
    deployment_name: str | None = None
    environment: str | None = strawberry.field(default=None, description="Its name.")
    trigger: RunTrigger | None = None
    executor: list[Executor] | None = None
    mine: bool | None = strawberry.field(default=None, description="True: that you have created.")
    created_after: DateTime | None = None
    created_before: DateTime | None = None
    min_duration_ms: int | None = strawberry.field(
        default=None, description="Ended, and took at least so long."
    )
    tags: JSON | None = strawberry.field(
        default=None, description='All of these, as {"team": "data"}; 10 at most.'
    )
    search: str | None = strawberry.field(
        default=None,
        description="Any part of the slug, a tag (name=value), the error, or the name of the flow or"
        " the deployment, in upper or lower case.",
    )

    def wish(self) -> RunWish:
        return RunWish(**vars(self))


def wish_of(filter: RunFilter | None) -> RunWish:
    return RunWish() if filter is None else filter.wish()


@strawberry.input
class TaskRunFilter:
    state: list[TaskState] | None = None


@strawberry.input(description="Name the deployment by its id or by its name.")
class TriggerRunInput:
    deployment_id: strawberry.ID | None = None
    deployment_name: str | None = None
    parameters: JSON | None = None
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key gives the same run, never a second one."
    )
    tags: JSON | None = None
    executor: Executor | None = None


@strawberry.input(description="Name the run by its id or by its slug.")
class CancelRunInput:
    id: strawberry.ID | None = None
    slug: str | None = None


@strawberry.input(description="Name the run by its id or by its slug.")
class RetryRunInput:
    id: strawberry.ID | None = None
    slug: str | None = None
    mode: RetryMode
    task_key: str | None = strawberry.field(default=None, description="For FROM_TASK.")


async def run_id_of(context: Context, *, id: str | None, slug: str | None) -> UUID:
    """Raises BadUserInput or NotFound."""
    exactly_one(id=id, slug=slug)
    key = optional_id("Run", id)
    if key is None:
        row = await runs.by_slug(context.rt, context.actor, slug or "")
        found: UUID = row["id"]
        return found
    return key


def check_task_key(input: RetryRunInput) -> None:
    if (input.task_key is not None) != (input.mode.value == "FROM_TASK"):
        raise BadUserInput("taskKey goes with mode FROM_TASK, and only with it.", field="taskKey")
