"""Mutations of the organization and its members."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of, encode_id
from dagy_gql.services import members, organizations
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import sent
from schema.enums import Role
from schema.fields import field, object_type
from schema.organizations.types import Membership, Organization


@strawberry.input
class CreateOrganizationInput:
    name: str
    slug: str


@strawberry.input(description="What is left out stays as it is; null empties.")
class UpdateOrganizationInput:
    name: str | None = UNSET
    slug: str | None = UNSET
    max_running_runs: int | None = UNSET


@strawberry.input(description="Exactly one of role and customRoleId.")
class UpdateMembershipInput:
    id: strawberry.ID
    role: Role | None = None
    custom_role_id: strawberry.ID | None = None


@strawberry.input
class DeleteMembershipInput:
    id: strawberry.ID


@object_type(signed_in=True)
class CreateOrganizationPayload:
    organization: Organization


@object_type(requires=Permission.ORGANIZATION_WRITE)
class UpdateOrganizationPayload:
    organization: Organization


@object_type(requires=Permission.MEMBERS_WRITE)
class UpdateMembershipPayload:
    membership: Membership


@object_type(requires=Permission.MEMBERS_WRITE)
class DeleteMembershipPayload:
    deleted_id: strawberry.ID


@object_type(signed_in=True)
class LeaveOrganizationPayload:
    deleted_id: strawberry.ID = field(description="Of the membership.")


async def _create(info: Info, input: CreateOrganizationInput) -> Any:
    context = info.context
    row = await organizations.create(context.rt, context.actor, name=input.name, slug=input.slug)
    return {"organization": row}


async def _update(info: Info, input: UpdateOrganizationInput) -> Any:
    context = info.context
    changes = sent(input, nullable=frozenset({"max_running_runs"}))
    return {"organization": await organizations.update(context.rt, context.actor, changes)}


async def _update_membership(info: Info, input: UpdateMembershipInput) -> Any:
    context = info.context
    row = await members.update(
        context.rt,
        context.actor,
        membership_id=decode_id_of("Membership", input.id),
        role=input.role,
        custom_role_id=optional_id("CustomRole", input.custom_role_id, field="customRoleId"),
    )
    return {"membership": row}


async def _delete_membership(info: Info, input: DeleteMembershipInput) -> Any:
    context = info.context
    key = decode_id_of("Membership", input.id)
    await members.remove(context.rt, context.actor, membership_id=key)
    return {"deleted_id": input.id}


async def _leave(info: Info) -> Any:
    key = await members.leave(info.context.rt, info.context.actor)
    return {"deleted_id": encode_id("Membership", key)}


@strawberry.type
class OrganizationMutations:
    create_organization: CreateOrganizationPayload = field(
        _create,
        signed_in=True,
        description="A person's new organization, with them as its owner; not for keys. FORBIDDEN"
        " unless viewer.canCreateOrganizations.",
    )
    update_organization: UpdateOrganizationPayload = field(
        _update, requires=Permission.ORGANIZATION_WRITE, description="The one that is asking."
    )
    update_membership: UpdateMembershipPayload = field(
        _update_membership,
        requires=Permission.MEMBERS_WRITE,
        description="Nobody gives or takes more than they have; the last owner stays one.",
    )
    delete_membership: DeleteMembershipPayload = field(
        _delete_membership,
        requires=Permission.MEMBERS_WRITE,
        description="Ends the member's sessions here, and the keys that are their own.",
    )
    leave_organization: LeaveOrganizationPayload = field(
        _leave, signed_in=True, description="End one's own membership; not for keys."
    )
