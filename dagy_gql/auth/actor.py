"""Who asks: the answer of authentication, handed to every service."""

from dataclasses import dataclass
from uuid import UUID

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import ActorKind, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is what created_by columns keep: an e-mail address, `key:<prefix>`,
    `service:<name>`, or `system`.

    `credential_id` is the session or key that was shown; `user_id` the person, or for a key the
    person who made it; `role` is None for keys with scopes and for custom roles;
    `runs_installation`: a super admin, or a key of theirs.
    """

    org_id: UUID
    name: str
    permissions: frozenset[Permission]
    role: Role | None = None
    user_id: UUID | None = None
    kind: ActorKind = ActorKind.USER
    credential_id: UUID | None = None
    service_account_id: UUID | None = None
    custom_role_id: UUID | None = None
    is_super_admin: bool = False
    runs_installation: bool = False

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def is_person(self) -> bool:
        return self.kind is ActorKind.USER and self.user_id is not None

    @property
    def is_owner(self) -> bool:
        """Whether owners may be made and unmade: many scopes do not make a key one."""
        return self.role is Role.OWNER or self.kind is ActorKind.SYSTEM or self.is_super_admin


def system(org_id: UUID) -> Actor:
    """The installation itself, for jobs and commands that act without a caller."""
    return Actor(
        org_id=org_id, name="system", permissions=frozenset(Permission), kind=ActorKind.SYSTEM
    )
