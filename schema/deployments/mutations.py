"""createDeployment, updateDeployment, deleteDeployment."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import deployments
from schema.context import Info
from schema.deployments.types import Deployment
from schema.enums import Executor, UnfinishedRunsAction
from schema.fields import field, object_type
from schema.scalars import JSON

_NEVER_NULL = {"name": "name", "flow_name": "flowName", "paused": "paused"}


@strawberry.input
class CreateDeploymentInput:
    name: str
    flow_name: str
    flow_version: str | None = strawberry.field(
        default=UNSET, description="Left out: the version that is the latest now."
    )
    environment: str | None = strawberry.field(default=UNSET, description="Its name.")
    parameters: JSON | None = UNSET
    tags: JSON | None = UNSET
    concurrency_limit: int | None = UNSET
    paused: bool | None = UNSET
    default_executor: Executor | None = UNSET
    sla_seconds: int | None = UNSET


@strawberry.input(description="What is left out stays as it is; null empties.")
class UpdateDeploymentInput:
    id: strawberry.ID
    name: str | None = UNSET
    flow_name: str | None = UNSET
    flow_version: str | None = UNSET
    environment: str | None = UNSET
    parameters: JSON | None = UNSET
    tags: JSON | None = UNSET
    concurrency_limit: int | None = UNSET
    paused: bool | None = UNSET
    default_executor: Executor | None = UNSET
    sla_seconds: int | None = UNSET


@strawberry.input
class DeleteDeploymentInput:
    id: strawberry.ID
    runs: UnfinishedRunsAction | None = strawberry.field(
        default=None,
        description="What becomes of its queued and running runs. Where there are any, and this"
        " is left out, nothing is deleted: CONFLICT, with `queued` and `running`.",
    )


@object_type(requires=Permission.DEPLOYMENTS_WRITE)
class CreateDeploymentPayload:
    deployment: Deployment


@object_type(requires=Permission.DEPLOYMENTS_WRITE)
class UpdateDeploymentPayload:
    deployment: Deployment


@object_type(requires=Permission.DEPLOYMENTS_WRITE)
class DeleteDeploymentPayload:
    deleted_id: strawberry.ID
    cancelled_runs: int


def _changes(input: CreateDeploymentInput | UpdateDeploymentInput) -> dict[str, Any]:
    """What the client sent, without what it left out."""
    changes = {
        name: value for name, value in vars(input).items() if value is not UNSET and name != "id"
    }
    for column, field_name in _NEVER_NULL.items():
        if column in changes and changes[column] is None:
            raise BadUserInput(f"{field_name} cannot be null.", field=field_name)
    return changes


async def _create(info: Info, input: CreateDeploymentInput) -> Any:
    context = info.context
    return {"deployment": await deployments.create(context.rt, context.actor, _changes(input))}


async def _update(info: Info, input: UpdateDeploymentInput) -> Any:
    context = info.context
    row = await deployments.update(
        context.rt,
        context.actor,
        _changes(input),
        deployment_id=decode_id_of("Deployment", input.id),
    )
    return {"deployment": row}


async def _delete(info: Info, input: DeleteDeploymentInput) -> Any:
    context = info.context
    key = decode_id_of("Deployment", input.id)
    cancelled = await deployments.delete(
        context.rt, context.actor, deployment_id=key, action=input.runs
    )
    return {"deleted_id": input.id, "cancelled_runs": cancelled}


@strawberry.type
class DeploymentMutations:
    create_deployment: CreateDeploymentPayload = field(
        _create, requires=Permission.DEPLOYMENTS_WRITE
    )
    update_deployment: UpdateDeploymentPayload = field(
        _update, requires=Permission.DEPLOYMENTS_WRITE
    )
    delete_deployment: DeleteDeploymentPayload = field(
        _delete,
        requires=Permission.DEPLOYMENTS_WRITE,
        description="Its runs stay; those that are queued or running are cancelled or kept.",
    )
