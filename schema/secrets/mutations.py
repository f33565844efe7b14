"""createSecret, updateSecret, rollbackSecret, deleteSecret, revealSecret."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import secrets
from schema.context import Info
from schema.entities import sent
from schema.fields import field, object_type
from schema.secrets.types import Secret


@strawberry.input
class CreateSecretInput:
    name: str = strawberry.field(description="Upper case letters, digits and _.")
    value: str = strawberry.field(description="Text of at most 64 KB.")
    environment: str | None = strawberry.field(
        default=None, description="Its name; left out: for all that have no secret of this name."
    )
    description: str = ""


@strawberry.input(description="What is left out stays as it is; a value makes a new version.")
class UpdateSecretInput:
    id: strawberry.ID
    value: str | None = UNSET
    description: str | None = UNSET


@strawberry.input
class RollbackSecretInput:
    id: strawberry.ID
    version: int = strawberry.field(description="The older version whose value becomes the newest.")


@strawberry.input
class DeleteSecretInput:
    id: strawberry.ID


@strawberry.input
class RevealSecretInput:
    id: strawberry.ID
    version: int | None = strawberry.field(default=None, description="Left out: the current one.")


@object_type(requires=Permission.SECRETS_WRITE)
class CreateSecretPayload:
    secret: Secret


@object_type(requires=Permission.SECRETS_WRITE)
class UpdateSecretPayload:
    secret: Secret


@object_type(requires=Permission.SECRETS_WRITE)
class RollbackSecretPayload:
    secret: Secret


@object_type(requires=Permission.SECRETS_WRITE)
class DeleteSecretPayload:
    deleted_id: strawberry.ID


@object_type(requires=Permission.SECRETS_REVEAL)
class RevealSecretPayload:
    secret: Secret
    version: int
    value: str


async def _create(info: Info, input: CreateSecretInput) -> Any:
    context = info.context
    return {"secret": await secrets.create(context.rt, context.actor, **vars(input))}


async def _update(info: Info, input: UpdateSecretInput) -> Any:
    context = info.context
    key = decode_id_of("Secret", input.id)
    return {"secret": await secrets.update(context.rt, context.actor, sent(input), secret_id=key)}


async def _roll_back(info: Info, input: RollbackSecretInput) -> Any:
    context = info.context
    key = decode_id_of("Secret", input.id)
    row = await secrets.roll_back(context.rt, context.actor, secret_id=key, version=input.version)
    return {"secret": row}


async def _delete(info: Info, input: DeleteSecretInput) -> Any:
    context = info.context
    await secrets.delete(context.rt, context.actor, secret_id=decode_id_of("Secret", input.id))
    return {"deleted_id": input.id}


async def _reveal(info: Info, input: RevealSecretInput) -> Any:
    context = info.context
    key = decode_id_of("Secret", input.id)
    row, version, value = await secrets.reveal(
        context.rt, context.actor, secret_id=key, version=input.version
    )
    return {"secret": row, "version": version, "value": value}


@strawberry.type
class SecretMutations:
    create_secret: CreateSecretPayload = field(_create, requires=Permission.SECRETS_WRITE)
    update_secret: UpdateSecretPayload = field(_update, requires=Permission.SECRETS_WRITE)
    rollback_secret: RollbackSecretPayload = field(
        _roll_back,
        requires=Permission.SECRETS_WRITE,
        description="The value of an older version, as a new version.",
    )
    delete_secret: DeleteSecretPayload = field(
        _delete,
        requires=Permission.SECRETS_WRITE,
        description="With its versions; runs that ask for it fail from now on.",
    )
    reveal_secret: RevealSecretPayload = field(
        _reveal,
        requires=Permission.SECRETS_REVEAL,
        description="The only way to a value; noted in the audit log.",
    )
