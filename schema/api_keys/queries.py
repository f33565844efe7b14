"""apiKey, apiKeys, serviceAccount, serviceAccounts."""

from functools import partial
from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import api_keys as stored
from dagy_gql.repositories.api_keys import ApiKeyRepository
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.repositories.service_accounts import ServiceAccountRepository
from schema.api_keys.types import ApiKey, ServiceAccount
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import one, page_of
from schema.fields import field
from schema.pagination import Connection


@strawberry.input
class ApiKeyFilter:
    user_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose own it is; not those of service accounts."
    )
    service_account_id: strawberry.ID | None = None
    prefix: str | None = strawberry.field(default=None, description="All 14 characters of it.")

    def stored(self) -> stored.ApiKeyFilter:
        account = self.service_account_id
        return stored.ApiKeyFilter(
            user_id=optional_id("User", self.user_id, field="userId"),
            service_account_id=optional_id("ServiceAccount", account, field="serviceAccountId"),
            prefix=self.prefix,
        )


@strawberry.input
class ServiceAccountFilter:
    name: str | None = None


async def _api_key(info: Info, id: strawberry.ID) -> Any:
    repository = ApiKeyRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("ApiKey", id))


async def _api_keys(
    info: Info,
    filter: ApiKeyFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = (filter or ApiKeyFilter()).stored()
    matching = partial(ApiKeyRepository.matching, filter_=wanted)
    return await page_of(
        info, ApiKeyRepository, matching, first=first, after=after, last=last, before=before
    )


async def _service_account(
    info: Info, id: strawberry.ID | None = None, name: str | None = None
) -> Any:
    return await one(info, ServiceAccountRepository, "ServiceAccount", id=id, name=name)


async def _service_accounts(
    info: Info,
    filter: ServiceAccountFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    matching = partial(ServiceAccountRepository.matching, name=filter.name if filter else None)
    return await page_of(
        info,
        ServiceAccountRepository,
        matching,
        first=first,
        after=after,
        last=last,
        before=before,
    )


@strawberry.type
class ApiKeyQueries:
    api_key: ApiKey | None = field(_api_key, requires=Permission.API_KEYS_READ)
    api_keys: Connection[ApiKey] = field(
        _api_keys,
        requires=Permission.API_KEYS_READ,
        description="Newest first, those that are revoked too.",
    )
    service_account: ServiceAccount | None = field(
        _service_account, requires=Permission.MEMBERS_READ
    )
    service_accounts: Connection[ServiceAccount] = field(
        _service_accounts, requires=Permission.MEMBERS_READ, description="Newest first."
    )
