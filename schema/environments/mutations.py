"""createEnvironment, updateEnvironment, deleteEnvironment."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import environments
from schema.context import Info
from schema.entities import sent
from schema.environments.types import Environment
from schema.fields import field, object_type


@strawberry.input
class CreateEnvironmentInput:
    name: str
    description: str | None = UNSET
    is_protected: bool | None = UNSET


@strawberry.input(description="What is left out stays as it is.")
class UpdateEnvironmentInput:
    id: strawberry.ID
    name: str | None = UNSET
    description: str | None = UNSET
    is_protected: bool | None = UNSET


@strawberry.input
class DeleteEnvironmentInput:
    id: strawberry.ID


@object_type(requires=Permission.ENVIRONMENTS_WRITE)
class CreateEnvironmentPayload:
    environment: Environment


@object_type(requires=Permission.ENVIRONMENTS_WRITE)
class UpdateEnvironmentPayload:
    environment: Environment


@object_type(requires=Permission.ENVIRONMENTS_WRITE)
class DeleteEnvironmentPayload:
    deleted_id: strawberry.ID


async def _create(info: Info, input: CreateEnvironmentInput) -> Any:
    context = info.context
    return {"environment": await environments.create(context.rt, context.actor, sent(input))}


async def _update(info: Info, input: UpdateEnvironmentInput) -> Any:
    context = info.context
    key = decode_id_of("Environment", input.id)
    row = await environments.update(context.rt, context.actor, sent(input), environment_id=key)
    return {"environment": row}


async def _delete(info: Info, input: DeleteEnvironmentInput) -> Any:
    context = info.context
    key = decode_id_of("Environment", input.id)
    await environments.delete(context.rt, context.actor, environment_id=key)
    return {"deleted_id": input.id}


@strawberry.type
class EnvironmentMutations:
    create_environment: CreateEnvironmentPayload = field(
        _create,
        requires=Permission.ENVIRONMENTS_WRITE,
        description="A protected one: PROTECTED_ENVIRONMENTS_WRITE too.",
    )
    update_environment: UpdateEnvironmentPayload = field(
        _update,
        requires=Permission.ENVIRONMENTS_WRITE,
        description="One that is protected or is to be: PROTECTED_ENVIRONMENTS_WRITE too.",
    )
    delete_environment: DeleteEnvironmentPayload = field(
        _delete,
        requires=Permission.ENVIRONMENTS_WRITE,
        description="CONFLICT while it is protected, or has deployments, alert rules or secrets.",
    )
