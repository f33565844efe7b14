"""Who is asking: what people may know of themselves, and of nobody else."""

from typing import Any

import strawberry

from dagy_gql.repositories.pagination import encode_id
from dagy_gql.services import organizations, sessions
from schema.accounts.types import AccessToken
from schema.context import Context, Info
from schema.enums import Permission, Role
from schema.fields import field, object_type
from schema.organizations.types import CustomRole, custom_roles_by_id
from schema.scalars import DateTime


async def viewer_of(context: Context) -> dict[str, Any]:
    """The source of a Viewer, for whoever the context knows now."""
    actor = context.actor
    found = await organizations.viewer(context.rt, actor)
    return {
        "user": found.user,
        "organization": dict(found.organization) | {"role": actor.role},
        "role": actor.role,
        "custom_role_id": actor.custom_role_id,
        "is_super_admin": actor.is_super_admin,
        "can_create_organizations": organizations.may_create(context.rt, actor),
        "permissions": sorted(actor.permissions),
    }


def _can(self: Any, info: Info, permission: Permission) -> bool:
    return permission in self["permissions"]


async def _sessions(self: Any, info: Info) -> Any:
    return await sessions.own(info.context.rt, info.context.actor)


async def _organizations(self: Any, info: Info) -> Any:
    return await sessions.organizations_of(info.context.rt, info.context.actor)


@object_type(description="Oneself. Others are a User.")
class Account:
    id: strawberry.ID = field(
        read=lambda row: encode_id("User", row["id"]), description="Of the User."
    )
    email: str
    name: str
    has_password: bool = field(description="False for who signs in through a provider only.")
    created_at: DateTime


@object_type(description="An organization that one is a member of, and as what.")
class ViewerOrganization:
    id: strawberry.ID = field(
        read=lambda row: encode_id("Organization", row["id"]), description="Of the Organization."
    )
    name: str
    slug: str
    role: Role | None = field(description="Null for a role of the organization's own.")


@object_type()
class Viewer:
    user: Account | None = field(description="Null for an API key.")
    organization: ViewerOrganization = field(description="The one that this session is bound to.")
    organizations: list[ViewerOrganization] = field(
        _organizations, description="All that one can switch to; none for an API key."
    )
    sessions: list[AccessToken] = field(
        _sessions,
        signed_in=True,
        description="One's own that are still good, in all organizations; the newest 100.",
    )
    role: Role | None = field(description="Null for a custom role, and for a key with scopes.")
    custom_role: CustomRole | None = field(
        load=custom_roles_by_id, key="custom_role_id", signed_in=True
    )
    is_super_admin: bool = field(description="Whether one runs the whole installation.")
    can_create_organizations: bool = field(
        description="By DAGY_ORGANIZATIONS whoever runs the installation, or anybody; no key."
    )
    permissions: list[Permission]
    can: bool = field(_can, description="So that a client asks only for what it may see.")
