"""ApiKey and ServiceAccount."""

from typing import Any

import strawberry

from dagy_gql.auth import permissions as stored
from dagy_gql.repositories.service_accounts import ServiceAccountRepository
from schema.enums import Permission, Role
from schema.fields import field, lazy, object_type
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.organizations.types import CustomRole, custom_roles_by_id, members_by_user
from schema.scalars import DateTime

service_accounts_by_id = RowsById(ServiceAccountRepository)


@object_type(description="A program with a role of its own; its keys outlive who made them.")
class ServiceAccount(Node):
    id: strawberry.ID = node_id("ServiceAccount")
    name: str
    description: str
    role: Role | None = field(description="Null for a role of the organization's own.")
    custom_role: CustomRole | None = field(
        load=custom_roles_by_id, key="custom_role_id", requires=Permission.ROLES_READ
    )
    disabled_at: DateTime | None = field(description="Its keys do nothing since.")
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime


@object_type(description="A program's key: what its scopes say and its holder may, never more.")
class ApiKey(Node):
    id: strawberry.ID = node_id("ApiKey")
    name: str
    prefix: str = field(description="How the secret begins.")
    scopes: list[Permission] = field(
        read=lambda row: sorted(stored.named(row["scopes"])), columns=("scopes",)
    )
    role: Role | None = field(description="Of the installation's first key only.")
    user: Any = field(
        load=members_by_user,
        key="created_by_id",
        requires=Permission.MEMBERS_READ,
        type_=lazy("accounts", "User") | None,
        description="Who made it; whose it is, unless it is a service account's.",
    )
    service_account: ServiceAccount | None = field(
        load=service_accounts_by_id, key="service_account_id", requires=Permission.MEMBERS_READ
    )
    expires_at: DateTime | None
    previous_expires_at: DateTime | None = field(
        description="Until then the secret before the last rotation works too."
    )
    rotated_at: DateTime | None
    revoked_at: DateTime | None
    last_used_at: DateTime | None = field(description="Within a minute.")
    created_at: DateTime
