"""createServiceAccount, updateServiceAccount, deleteServiceAccount."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import service_accounts
from schema.api_keys.types import ServiceAccount
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import sent
from schema.enums import Role
from schema.fields import field, object_type


@strawberry.input(description="Exactly one of role and customRoleId.")
class CreateServiceAccountInput:
    name: str
    description: str = ""
    role: Role | None = None
    custom_role_id: strawberry.ID | None = None


@strawberry.input(description="What is left out stays as it is.")
class UpdateServiceAccountInput:
    id: strawberry.ID
    name: str | None = UNSET
    description: str | None = UNSET
    role: Role | None = UNSET
    custom_role_id: strawberry.ID | None = UNSET
    disabled: bool | None = UNSET


@strawberry.input
class DeleteServiceAccountInput:
    id: strawberry.ID


@object_type(requires=Permission.MEMBERS_WRITE)
class CreateServiceAccountPayload:
    service_account: ServiceAccount


@object_type(requires=Permission.MEMBERS_WRITE)
class UpdateServiceAccountPayload:
    service_account: ServiceAccount


@object_type(requires=Permission.MEMBERS_WRITE)
class DeleteServiceAccountPayload:
    deleted_id: strawberry.ID


async def _create(info: Info, input: CreateServiceAccountInput) -> Any:
    row = await service_accounts.create(
        info.context.rt,
        info.context.actor,
        name=input.name,
        description=input.description,
        role=input.role,
        custom_role_id=optional_id("CustomRole", input.custom_role_id, field="customRoleId"),
    )
    return {"service_account": row}


async def _update(info: Info, input: UpdateServiceAccountInput) -> Any:
    context = info.context
    changes = sent(input)
    if "custom_role_id" in changes:
        text = changes["custom_role_id"]
        changes["custom_role_id"] = decode_id_of("CustomRole", text, field="customRoleId")
    key = decode_id_of("ServiceAccount", input.id)
    row = await service_accounts.update(context.rt, context.actor, changes, account_id=key)
    return {"service_account": row}


async def _delete(info: Info, input: DeleteServiceAccountInput) -> Any:
    context = info.context
    key = decode_id_of("ServiceAccount", input.id)
    await service_accounts.delete(context.rt, context.actor, account_id=key)
    return {"deleted_id": input.id}


@strawberry.type
class ServiceAccountMutations:
    create_service_account: CreateServiceAccountPayload = field(
        _create,
        requires=Permission.MEMBERS_WRITE,
        description="With no more rights than its maker has.",
    )
    update_service_account: UpdateServiceAccountPayload = field(
        _update,
        requires=Permission.MEMBERS_WRITE,
        description="A disabled account's keys do nothing.",
    )
    delete_service_account: DeleteServiceAccountPayload = field(
        _delete, requires=Permission.MEMBERS_WRITE, description="Its keys go with it."
    )
