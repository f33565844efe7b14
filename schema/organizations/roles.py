"""createCustomRole, updateCustomRole, deleteCustomRole."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import roles
from schema.context import Info
from schema.entities import sent
from schema.enums import Permission
from schema.fields import field, object_type
from schema.organizations.types import CustomRole


@strawberry.input
class CreateCustomRoleInput:
    name: str
    permissions: list[Permission]
    description: str = ""


@strawberry.input(description="What is left out stays as it is.")
class UpdateCustomRoleInput:
    id: strawberry.ID
    name: str | None = UNSET
    permissions: list[Permission] | None = UNSET
    description: str | None = UNSET


@strawberry.input
class DeleteCustomRoleInput:
    id: strawberry.ID


@object_type(requires=Permission.ROLES_WRITE)
class CreateCustomRolePayload:
    custom_role: CustomRole


@object_type(requires=Permission.ROLES_WRITE)
class UpdateCustomRolePayload:
    custom_role: CustomRole


@object_type(requires=Permission.ROLES_WRITE)
class DeleteCustomRolePayload:
    deleted_id: strawberry.ID


async def _create(info: Info, input: CreateCustomRoleInput) -> Any:
    row = await roles.create(
        info.context.rt,
        info.context.actor,
        name=input.name,
        description=input.description,
        wanted=input.permissions,
    )
    return {"custom_role": row}


async def _update(info: Info, input: UpdateCustomRoleInput) -> Any:
    context = info.context
    key = decode_id_of("CustomRole", input.id)
    row = await roles.update(context.rt, context.actor, sent(input), role_id=key)
    return {"custom_role": row}


async def _delete(info: Info, input: DeleteCustomRoleInput) -> Any:
    context = info.context
    await roles.delete(context.rt, context.actor, role_id=decode_id_of("CustomRole", input.id))
    return {"deleted_id": input.id}


@strawberry.type
class RoleMutations:
    create_custom_role: CreateCustomRolePayload = field(
        _create,
        requires=Permission.ROLES_WRITE,
        description="Only of permissions that its maker has.",
    )
    update_custom_role: UpdateCustomRolePayload = field(
        _update,
        requires=Permission.ROLES_WRITE,
        description="All who have the role have what it grants now.",
    )
    delete_custom_role: DeleteCustomRolePayload = field(
        _delete, requires=Permission.ROLES_WRITE, description="CONFLICT while somebody has it."
    )
