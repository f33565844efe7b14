"""Who is asking, and what they may do."""

from typing import Any

import strawberry

from dagy_gql.repositories.pagination import encode_id
from dagy_gql.services import organizations
from schema.context import Context, Info
from schema.enums import Permission, Role
from schema.fields import field, object_type
from schema.organizations.types import Organization


async def viewer_of(context: Context) -> dict[str, Any]:
    """The source of a Viewer, for whoever the context knows now."""
    actor = context.actor
    found = await organizations.viewer(context.rt, actor)
    return {
        "user": found.user,
        "organization": found.organization,
        "role": actor.role,
        "permissions": sorted(actor.permissions),
    }


def _can(self: Any, info: Info, permission: Permission) -> bool:
    return permission in self["permissions"]


@object_type()
class User:
    id: strawberry.ID = field(read=lambda row: encode_id("User", row["id"]))
    email: str
    name: str


@object_type(signed_in=True)
class Viewer:
    user: User | None = field(description="Null for an API key.")
    organization: Organization
    role: Role | None = field(description="Null for a key that has scopes instead of a role.")
    permissions: list[Permission]
    can: bool = field(_can, description="So that a client asks only for what it may see.")
