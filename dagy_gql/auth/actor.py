"""Who asks: the answer of authentication, handed to every service."""

from dataclasses import dataclass
from uuid import UUID

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is what created_by columns keep: an e-mail address or `key:<prefix>`."""

    org_id: UUID
    name: str
    permissions: frozenset[Permission]
    role: Role | None = None
    user_id: UUID | None = None

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions
