"""Organization, Membership, CustomRole, and what roles grant."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth import permissions as stored
from dagy_gql.repositories.organizations import CustomRoleRepository, MembershipRepository
from schema.context import Context
from schema.enums import Permission, Role
from schema.fields import field, lazy, object_type
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.scalars import DateTime

custom_roles_by_id = RowsById(CustomRoleRepository)


async def members_by_user(context: Context, keys: Sequence[UUID]) -> dict[UUID, Any]:
    """Users by their ids, as far as they are members."""
    rows = await MembershipRepository(context.actor.org_id).users(keys)
    return {row["id"]: row for row in rows}


@object_type()
class Organization(Node):
    id: strawberry.ID = node_id("Organization")
    name: str
    slug: str
    max_running_runs: int | None = field(
        description="At most so many runs at once; null: what the installation allows."
    )
    created_at: DateTime


@object_type(description="Permissions under a name that the organization has chosen.")
class CustomRole(Node):
    id: strawberry.ID = node_id("CustomRole")
    name: str
    description: str
    permissions: list[Permission] = field(
        read=lambda row: sorted(stored.named(row["permissions"])), columns=("permissions",)
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime


@object_type(description="That a user belongs to the organization, and as what.")
class Membership(Node):
    id: strawberry.ID = node_id("Membership")
    user: Any = field(
        load=members_by_user,
        key="user_id",
        requires=Permission.MEMBERS_READ,
        type_=lazy("accounts", "User") | None,
    )
    role: Role | None = field(description="Null for a role of the organization's own.")
    custom_role: CustomRole | None = field(
        load=custom_roles_by_id, key="custom_role_id", requires=Permission.ROLES_READ
    )
    created_at: DateTime


@object_type(description="A role that can be given, built in or of the organization's own.")
class RoleGrant:
    role: Role | None
    custom_role: CustomRole | None = field(requires=Permission.ROLES_READ)
    name: str
    permissions: list[Permission]
