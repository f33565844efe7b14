"""User, AccessToken, AccessLog, Invitation."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.accounts import UserRepository
from dagy_gql.repositories.organizations import CustomRoleRepository
from schema.context import Info
from schema.enums import AccessEvent, AccessMethod, Role
from schema.fields import field, lazy, object_type
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.scalars import DateTime

users_by_id = RowsById(UserRepository)
_custom_roles_by_id = RowsById(CustomRoleRepository)


@object_type(description="A person, as the other members of an organization see them.")
class User(Node):
    id: strawberry.ID = node_id("User")
    email: str = field(requires=Permission.EMAILS_READ)
    name: str
    disabled_at: DateTime | None = field(description="Since then they cannot sign in.")
    created_at: DateTime


def _is_current(self: Any, info: Info) -> bool:
    actor = info.context.actor
    return bool(actor.is_person and actor.credential_id == self["id"])


@object_type(description="A session: what a sign-in made. The token itself is shown once.")
class AccessToken(Node):
    id: strawberry.ID = node_id("AccessToken")
    user: User | None = field(load=users_by_id, key="user_id", requires=Permission.MEMBERS_READ)
    method: AccessMethod = field(description="How it was made.")
    address: str | None
    user_agent: str | None
    is_current: bool = field(
        _is_current, columns=("id",), description="Whether it is the one that asks."
    )
    created_at: DateTime
    last_used_at: DateTime | None = field(description="To the minute.")
    expires_at: DateTime
    revoked_at: DateTime | None


@object_type(description="A sign-in, a refusal, or what became of a session.")
class AccessLog(Node):
    id: strawberry.ID = node_id("AccessLog")
    event: AccessEvent
    method: AccessMethod | None
    user: User | None = field(
        load=users_by_id,
        key="user_id",
        requires=Permission.MEMBERS_READ,
        description="Null for nobody's, or for who is no member any more.",
    )
    email: str | None = field(
        requires=Permission.EMAILS_READ, description="The address that was given."
    )
    reason: str | None = field(requires=Permission.EMAILS_READ)
    address: str | None
    user_agent: str | None
    request_id: str | None
    created_at: DateTime


@object_type(description="A one-time link into the organization.")
class Invitation(Node):
    id: strawberry.ID = node_id("Invitation")
    email: str = field(requires=Permission.EMAILS_READ)
    role: Role | None = field(description="Null for a role of the organization's own.")
    custom_role: Any = field(
        load=_custom_roles_by_id,
        key="custom_role_id",
        requires=Permission.ROLES_READ,
        type_=lazy("organizations", "CustomRole") | None,
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    expires_at: DateTime
    accepted_at: DateTime | None
    revoked_at: DateTime | None
