"""organization, organizations, membership, memberships, customRole, customRoles, roles."""

from functools import partial
from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import organizations as stored
from dagy_gql.repositories.organizations import CustomRoleRepository, MembershipRepository
from dagy_gql.repositories.pagination import Page, decode_id_of
from dagy_gql.services import organizations, roles
from schema.arguments import exactly_one, optional_id
from schema.context import Info
from schema.entities import one, page_of
from schema.enums import Role
from schema.fields import field
from schema.organizations.types import CustomRole, Membership, Organization, RoleGrant
from schema.pagination import Connection, Listing


@strawberry.input
class MembershipFilter:
    role: Role | None = None
    custom_role_id: strawberry.ID | None = None
    user_id: strawberry.ID | None = None

    def stored(self) -> stored.MembershipFilter:
        return stored.MembershipFilter(
            role=self.role,
            custom_role_id=optional_id("CustomRole", self.custom_role_id, field="customRoleId"),
            user_id=optional_id("User", self.user_id, field="userId"),
        )


async def _organization(
    info: Info, id: strawberry.ID | None = None, slug: str | None = None
) -> Any:
    exactly_one(id=id, slug=slug)
    context = info.context
    key = optional_id("Organization", id)
    return await organizations.one(context.rt, context.actor, org_id=key, slug=slug)


async def _organizations(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    context = info.context
    page = Page.of(first, after, last=last, before=before)
    slice_ = await organizations.page_of(context.rt, context.actor, page)

    async def count() -> int:
        return len(await organizations.of_actor(context.rt, context.actor))

    return Listing(slice_, count)


async def _membership(info: Info, id: strawberry.ID) -> Any:
    repository = MembershipRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("Membership", id))


async def _memberships(
    info: Info,
    filter: MembershipFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = (filter or MembershipFilter()).stored()
    matching = partial(MembershipRepository.matching, filter_=wanted)
    return await page_of(
        info,
        MembershipRepository,
        matching,
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _custom_role(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    return await one(info, CustomRoleRepository, "CustomRole", id=id, name=name)


async def _custom_roles(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    return await page_of(
        info,
        CustomRoleRepository,
        CustomRoleRepository.where,
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _roles(info: Info) -> Any:
    return await roles.all_of(info.context.rt, info.context.actor)


@strawberry.type
class OrganizationQueries:
    organization: Organization | None = field(
        _organization,
        requires=Permission.ORGANIZATION_READ,
        description="One that the viewer belongs to.",
    )
    organizations: Connection[Organization] = field(
        _organizations,
        requires=Permission.ORGANIZATION_READ,
        description="Those that the viewer belongs to, oldest first; a key belongs to one.",
    )
    membership: Membership | None = field(_membership, requires=Permission.MEMBERS_READ)
    memberships: Connection[Membership] = field(
        _memberships, requires=Permission.MEMBERS_READ, description="Oldest first."
    )
    custom_role: CustomRole | None = field(_custom_role, requires=Permission.ROLES_READ)
    custom_roles: Connection[CustomRole] = field(
        _custom_roles, requires=Permission.ROLES_READ, description="Oldest first."
    )
    roles: list[RoleGrant] = field(
        _roles,
        requires=Permission.ROLES_READ,
        description="What can be given, with what it grants: those built in come first.",
    )
