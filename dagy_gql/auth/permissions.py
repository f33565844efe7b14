"""The one permission enum and the role matrix. Names are `<noun>.<verb>`."""

from collections.abc import Iterable
from enum import StrEnum

from dagy_gql.enums import Role


class Permission(StrEnum):
    """Beside reading and writing nouns: `payloads.read` shows parameters, results and logs,
    `emails.read` addresses, `audit.diffs` what a change was, `secrets.reveal` a secret's value.
    A `protected_` one is needed beside its own where an environment is protected.
    """

    ACCESS_LOG_READ = "access_log.read"
    ALERTS_READ = "alerts.read"
    ALERTS_WRITE = "alerts.write"
    API_KEYS_READ = "api_keys.read"
    API_KEYS_WRITE = "api_keys.write"
    AUDIT_DIFFS = "audit.diffs"
    AUDIT_READ = "audit.read"
    BILLING_READ = "billing.read"
    BILLING_WRITE = "billing.write"
    DEPLOYMENTS_READ = "deployments.read"
    DEPLOYMENTS_WRITE = "deployments.write"
    DRAFTS_READ = "drafts.read"
    DRAFTS_WRITE = "drafts.write"
    EMAILS_READ = "emails.read"
    ENVIRONMENTS_READ = "environments.read"
    ENVIRONMENTS_WRITE = "environments.write"
    FLOWS_READ = "flows.read"
    FLOWS_WRITE = "flows.write"
    HEALTH_READ = "health.read"
    MEMBERS_READ = "members.read"
    MEMBERS_WRITE = "members.write"
    NOTIFICATIONS_READ = "notifications.read"
    NOTIFICATIONS_WRITE = "notifications.write"
    ORGANIZATION_READ = "organization.read"
    ORGANIZATION_WRITE = "organization.write"
    PAYLOADS_READ = "payloads.read"
    PROTECTED_DEPLOYMENTS_WRITE = "protected_deployments.write"
    PROTECTED_ENVIRONMENTS_WRITE = "protected_environments.write"
    PROTECTED_RUNS_TRIGGER = "protected_runs.trigger"
    PROTECTED_SECRETS_REVEAL = "protected_secrets.reveal"
    PROTECTED_SECRETS_WRITE = "protected_secrets.write"
    ROLES_READ = "roles.read"
    ROLES_WRITE = "roles.write"
    RUNS_READ = "runs.read"
    RUNS_TRIGGER = "runs.trigger"
    RUNS_WRITE = "runs.write"
    SCHEDULES_READ = "schedules.read"
    SCHEDULES_WRITE = "schedules.write"
    SECRETS_READ = "secrets.read"
    SECRETS_REVEAL = "secrets.reveal"
    SECRETS_WRITE = "secrets.write"
    SENSORS_READ = "sensors.read"
    SENSORS_WRITE = "sensors.write"
    USAGE_READ = "usage.read"


_VIEWER = frozenset(
    {
        Permission.DEPLOYMENTS_READ,
        Permission.ENVIRONMENTS_READ,
        Permission.FLOWS_READ,
        Permission.HEALTH_READ,
        Permission.ORGANIZATION_READ,
        Permission.RUNS_READ,
        Permission.SCHEDULES_READ,
    }
)
_DEVELOPER = _VIEWER | {
    Permission.ALERTS_READ,
    Permission.API_KEYS_READ,
    Permission.AUDIT_READ,
    Permission.DEPLOYMENTS_WRITE,
    Permission.DRAFTS_READ,
    Permission.DRAFTS_WRITE,
    Permission.FLOWS_WRITE,
    Permission.NOTIFICATIONS_READ,
    Permission.PAYLOADS_READ,
    Permission.ROLES_READ,
    Permission.RUNS_TRIGGER,
    Permission.RUNS_WRITE,
    Permission.SCHEDULES_WRITE,
    Permission.SECRETS_READ,
    Permission.SENSORS_READ,
    Permission.SENSORS_WRITE,
    Permission.USAGE_READ,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission) - {Permission.BILLING_WRITE},
    Role.DEVELOPER: _DEVELOPER,
    Role.VIEWER: _VIEWER,
}

_KNOWN = {permission.value: permission for permission in Permission}


def named(names: Iterable[str]) -> frozenset[Permission]:
    """Of names as they are stored; one that has gone from the enum grants nothing."""
    return frozenset(_KNOWN[name] for name in names if name in _KNOWN)


def granted(role: Role | str | None, names: Iterable[str] | None) -> frozenset[Permission]:
    """What a role and the permissions of a custom role (or scopes) grant together."""
    of_role = ROLE_PERMISSIONS[Role(role)] if role else frozenset()
    return of_role | named(names or ())
