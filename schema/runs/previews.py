"""previewRun: what would happen if a run were triggered now."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.services import run_preview
from schema.arguments import exactly_one, json_object, optional_id
from schema.context import Info
from schema.enums import Executor
from schema.fields import field, object_type
from schema.runs.values import Routing, Waiting
from schema.scalars import JSON, Long


@strawberry.input(description="Name the deployment by its id or by its name.")
class PreviewRunInput:
    deployment_id: strawberry.ID | None = None
    deployment_name: str | None = None
    parameters: JSON | None = None
    executor: Executor | None = None


@object_type(description="What would refuse the run.")
class ParameterProblem:
    path: str = field(
        description="The field that triggerRun would name, such as parameters.city; deployment"
        " where it is paused or its flow is inactive; executor where the engine is missing."
    )
    message: str


@object_type()
class ConsideredEngine:
    executor: Executor
    is_configured: bool
    is_chosen: bool
    reason: str


@object_type(description="What would happen if the run were triggered now.")
class RunPreview:
    parameters: JSON = field(
        requires=Permission.PAYLOADS_READ,
        description="With those of the deployment and the defaults of the flow.",
    )
    problems: list[ParameterProblem] = field(description="Empty: it would start.")
    routing: Routing | None = field(description="Null where the engine asked for is missing.")
    routing_problem: str | None
    considered: list[ConsideredEngine] = field(
        at_most=len(Executor), description="Every engine there is."
    )
    expected_duration_ms: int | None = field(
        description="The median of the deployment's last runs that succeeded; null without any."
    )
    cost_microdollars: Long | None = field(
        description="0 on one's own machines; null where it is not known."
    )
    waiting: Waiting | None = field(
        description="What it would wait for; null: it would start at once."
    )


async def _preview(info: Info, input: PreviewRunInput) -> Any:
    context = info.context
    exactly_one(deploymentId=input.deployment_id, deploymentName=input.deployment_name)
    return await run_preview.preview(
        context.rt,
        context.actor,
        deployment_id=optional_id("Deployment", input.deployment_id, field="deploymentId"),
        deployment_name=input.deployment_name,
        parameters=json_object(input.parameters, field="parameters") or {},
        executor=input.executor,
    )


@strawberry.type
class RunPreviewQueries:
    preview_run: RunPreview = field(
        _preview,
        requires=Permission.RUNS_TRIGGER,
        description="Checks what triggerRun checks; it starts nothing.",
    )
