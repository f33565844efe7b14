"""Who is asking, and what they may do."""

from typing import Any

import strawberry

from dagy_gql.repositories.pagination import encode_id
from dagy_gql.services import organizations
from schema.context import Context, Info
from schema.enums import Permission, Role
from schema.fields import field, object_type
from schema.organizations.types import CustomRole, Organization, custom_roles_by_id


async def viewer_of(context: Context) -> dict[str, Any]:
    """The source of a Viewer, for whoever the context knows now."""
    actor = context.actor
    found = await organizations.viewer(context.rt, actor)
    return {
        "user": found.user,
        "organization": found.organization,
        "email": found.user["email"] if found.user else None,
        "role": actor.role,
        "custom_role_id": actor.custom_role_id,
        "permissions": sorted(actor.permissions),
    }


def _can(self: Any, info: Info, permission: Permission) -> bool:
    return permission in self["permissions"]


async def _organizations(self: Any, info: Info) -> Any:
    return await organizations.of_actor(info.context.rt, info.context.actor)


@object_type()
class User:
    id: strawberry.ID = field(read=lambda row: encode_id("User", row["id"]))
    email: str = field(requires=Permission.EMAILS_READ)
    name: str


@object_type(description="All of it is one's own, so nothing asks for a permission.")
class Viewer:
    user: User | None = field(description="Null for an API key.")
    email: str | None = field(description="One's own; null for an API key.")
    organization: Organization
    organizations: list[Organization] = field(
        _organizations, description="All that one belongs to, oldest first; a key belongs to one."
    )
    role: Role | None = field(description="Null for a custom role, and for a key with scopes.")
    custom_role: CustomRole | None = field(load=custom_roles_by_id, key="custom_role_id")
    permissions: list[Permission]
    can: bool = field(_can, description="So that a client asks only for what it may see.")
