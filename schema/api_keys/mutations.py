"""createApiKey, updateApiKey, rotateApiKey, revokeApiKey."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import api_keys
from schema.api_keys.types import ApiKey
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import sent
from schema.enums import Permission
from schema.fields import field, object_type
from schema.scalars import DateTime

_ONCE = "Shown this once: keep it where secrets are kept."


@strawberry.input
class CreateApiKeyInput:
    name: str
    scopes: list[Permission]
    expires_at: DateTime | None = None
    service_account_id: strawberry.ID | None = strawberry.field(
        default=None, description="Left out: the key is one's own, and dies with the membership."
    )


@strawberry.input(description="What is left out stays as it is; null: the key never expires.")
class UpdateApiKeyInput:
    id: strawberry.ID
    name: str | None = UNSET
    scopes: list[Permission] | None = UNSET
    expires_at: DateTime | None = UNSET


@strawberry.input
class RotateApiKeyInput:
    id: strawberry.ID
    grace_seconds: int | None = strawberry.field(
        default=None,
        description="How long the old secret works on: a day if left out, at most 30 days.",
    )


@strawberry.input
class RevokeApiKeyInput:
    id: strawberry.ID


@object_type(requires=Permission.API_KEYS_WRITE)
class CreateApiKeyPayload:
    api_key: ApiKey
    secret: str = field(description=_ONCE)


@object_type(requires=Permission.API_KEYS_WRITE)
class UpdateApiKeyPayload:
    api_key: ApiKey


@object_type(requires=Permission.API_KEYS_WRITE)
class RotateApiKeyPayload:
    api_key: ApiKey
    secret: str = field(description=_ONCE)


@object_type(requires=Permission.API_KEYS_WRITE)
class RevokeApiKeyPayload:
    api_key: ApiKey


async def _create(info: Info, input: CreateApiKeyInput) -> Any:
    account = input.service_account_id
    shown = await api_keys.create(
        info.context.rt,
        info.context.actor,
        name=input.name,
        scopes=input.scopes,
        expires_at=input.expires_at,
        service_account_id=optional_id("ServiceAccount", account, field="serviceAccountId"),
    )
    return {"api_key": shown.row, "secret": shown.secret}


async def _update(info: Info, input: UpdateApiKeyInput) -> Any:
    context = info.context
    changes = sent(input, nullable=frozenset({"expires_at"}))
    key = decode_id_of("ApiKey", input.id)
    return {"api_key": await api_keys.update(context.rt, context.actor, changes, key_id=key)}


async def _rotate(info: Info, input: RotateApiKeyInput) -> Any:
    shown = await api_keys.rotate(
        info.context.rt,
        info.context.actor,
        key_id=decode_id_of("ApiKey", input.id),
        grace_seconds=input.grace_seconds,
    )
    return {"api_key": shown.row, "secret": shown.secret}


async def _revoke(info: Info, input: RevokeApiKeyInput) -> Any:
    context = info.context
    key = decode_id_of("ApiKey", input.id)
    return {"api_key": await api_keys.revoke(context.rt, context.actor, key_id=key)}


@strawberry.type
class ApiKeyMutations:
    create_api_key: CreateApiKeyPayload = field(
        _create,
        requires=Permission.API_KEYS_WRITE,
        description="Scopes are permissions that one has; without any the key has no rights.",
    )
    update_api_key: UpdateApiKeyPayload = field(_update, requires=Permission.API_KEYS_WRITE)
    rotate_api_key: RotateApiKeyPayload = field(
        _rotate, requires=Permission.API_KEYS_WRITE, description="A new secret for the same key."
    )
    revoke_api_key: RevokeApiKeyPayload = field(
        _revoke,
        requires=Permission.API_KEYS_WRITE,
        description="For good.",
    )
