"""secret, secrets."""

from functools import partial
from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import secrets as stored
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.repositories.secrets import SecretRepository
from dagy_gql.services import secrets
from schema.arguments import exactly_one
from schema.context import Context, Info
from schema.entities import page_of
from schema.fields import field
from schema.pagination import Connection
from schema.secrets.types import Secret


@strawberry.input
class SecretFilter:
    name: str | None = None
    environment: str | None = strawberry.field(default=None, description="Its name.")


async def _stored(context: Context, wanted: SecretFilter) -> stored.SecretFilter:
    key = await secrets.environment_id(context.rt, context.actor, wanted.environment)
    return stored.SecretFilter(name=wanted.name, environment_id=key)


async def _secret(
    info: Info,
    id: strawberry.ID | None = None,
    name: str | None = None,
    environment: str | None = None,
) -> Any:
    exactly_one(id=id, name=name)
    context = info.context
    if name is not None:
        return await secrets.by_name(context.rt, context.actor, name, environment=environment)
    return await SecretRepository(context.actor.org_id).by_id(decode_id_of("Secret", id or ""))


async def _secrets(
    info: Info,
    filter: SecretFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = await _stored(info.context, filter or SecretFilter())
    matching = partial(SecretRepository.matching, filter_=wanted)
    return await page_of(
        info, SecretRepository, matching, first=first, after=after, last=last, before=before
    )


@strawberry.type
class SecretQueries:
    secret: Secret | None = field(
        _secret,
        requires=Permission.SECRETS_READ,
        description="By id, or by name and environment: exactly that one, or the one for all.",
    )
    secrets: Connection[Secret] = field(
        _secrets, requires=Permission.SECRETS_READ, description="Oldest first; never a value."
    )
