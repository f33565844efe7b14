"""The one permission enum and the role matrix. Names are `<noun>.<verb>`."""

from enum import StrEnum

from dagy_gql.enums import Role


class Permission(StrEnum):
    BILLING_WRITE = "billing.write"
    DEPLOYMENTS_READ = "deployments.read"
    DEPLOYMENTS_WRITE = "deployments.write"
    ENVIRONMENTS_READ = "environments.read"
    ENVIRONMENTS_WRITE = "environments.write"
    FLOWS_READ = "flows.read"
    FLOWS_WRITE = "flows.write"
    HEALTH_READ = "health.read"
    MEMBERS_READ = "members.read"
    PAYLOADS_READ = "payloads.read"
    RUNS_READ = "runs.read"
    RUNS_TRIGGER = "runs.trigger"
    RUNS_WRITE = "runs.write"


_VIEWER = frozenset(
    {
        Permission.DEPLOYMENTS_READ,
        Permission.ENVIRONMENTS_READ,
        Permission.FLOWS_READ,
        Permission.HEALTH_READ,
        Permission.RUNS_READ,
    }
)
_DEVELOPER = _VIEWER | {
    Permission.DEPLOYMENTS_WRITE,
    Permission.FLOWS_WRITE,
    Permission.PAYLOADS_READ,
    Permission.RUNS_TRIGGER,
    Permission.RUNS_WRITE,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission) - {Permission.BILLING_WRITE},
    Role.DEVELOPER: _DEVELOPER,
    Role.VIEWER: _VIEWER,
}
