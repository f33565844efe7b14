"""Who asks: the answer of authentication, handed to every service."""

from dataclasses import dataclass
from uuid import UUID

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import ActorKind, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is what created_by columns keep: an e-mail address, `key:<prefix>`, or `system`.

    `credential_id` is the session or key that was shown; `user_id` the person, or for a key the
    person who made it; `role` is None for keys with scopes and for custom roles.
    """

    org_id: UUID
    name: str
    permissions: frozenset[Permission]
    role: Role | None = None
    user_id: UUID | None = None
    kind: ActorKind = ActorKind.USER
    credential_id: UUID | None = None
    service_account_id: UUID | None = None

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions


def system(org_id: UUID) -> Actor:
    """The installation itself, for jobs and commands that act without a caller."""
    return Actor(
        org_id=org_id, name="system", permissions=frozenset(Permission), kind=ActorKind.SYSTEM
    )
