"""triggerRun, cancelRun, retryRun."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.services import runs
from dagy_gql.services.labels import checked_tags
from schema.arguments import json_object, optional_id
from schema.context import Info
from schema.fields import field, object_type
from schema.runs.inputs import (
    CancelRunInput,
    RetryRunInput,
    TriggerRunInput,
    check_task_key,
    run_id_of,
)
from schema.runs.types import Run


@object_type(requires=Permission.RUNS_TRIGGER)
class TriggerRunPayload:
    run: Run
    created: bool = field(description="False: the idempotency key had been used for this run.")


@object_type(requires=Permission.RUNS_WRITE)
class CancelRunPayload:
    run: Run


@object_type(requires=Permission.RUNS_WRITE)
class RetryRunPayload:
    run: Run


async def _trigger(info: Info, input: TriggerRunInput) -> Any:
    context = info.context
    run, created = await runs.trigger(
        context.rt,
        context.actor,
        deployment_id=optional_id("Deployment", input.deployment_id, field="deploymentId"),
        deployment_name=input.deployment_name,
        parameters=json_object(input.parameters, field="parameters"),
        idempotency_key=input.idempotency_key,
        tags=checked_tags({} if input.tags is None else input.tags),
        executor=input.executor,
    )
    return {"run": run, "created": created}


async def _cancel(info: Info, input: CancelRunInput) -> Any:
    context = info.context
    run_id = await run_id_of(context, id=input.id, slug=input.slug)
    return {"run": await runs.cancel(context.rt, context.actor, run_id=run_id)}


async def _retry(info: Info, input: RetryRunInput) -> Any:
    context = info.context
    check_task_key(input)
    run_id = await run_id_of(context, id=input.id, slug=input.slug)
    run = await runs.retry(
        context.rt, context.actor, run_id=run_id, mode=input.mode, task_key=input.task_key
    )
    return {"run": run}


@strawberry.type
class RunMutations:
    trigger_run: TriggerRunPayload = field(
        _trigger, requires=Permission.RUNS_TRIGGER, description="Queues a run of a deployment."
    )
    cancel_run: CancelRunPayload = field(
        _cancel,
        requires=Permission.RUNS_WRITE,
        description="Stops the run; one that has ended stays as it is.",
    )
    retry_run: RetryRunPayload = field(
        _retry, requires=Permission.RUNS_WRITE, description="A new run from an ended one."
    )
