"""The Node interface, and objects fetched by their global id: node(id:) and nodes(ids:)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput, Forbidden, NotFound
from dagy_gql.repositories.access_logs import AccessLogRepository
from dagy_gql.repositories.accounts import AccessTokenRepository, UserRepository
from dagy_gql.repositories.api_keys import ApiKeyRepository
from dagy_gql.repositories.audit import AuditRepository
from dagy_gql.repositories.base import OrgRepository
from dagy_gql.repositories.billing import (
    BillingSubscriptionRepository,
    UsageAggregateRepository,
    UsageEventRepository,
)
from dagy_gql.repositories.bulk_operations import BulkOperationRepository
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.drafts import DagDraftRepository
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.repositories.invitations import InvitationRepository
from dagy_gql.repositories.notifications import AlertRuleRepository, ChannelRepository
from dagy_gql.repositories.organizations import (
    CustomRoleRepository,
    MembershipRepository,
    OrganizationRepository,
)
from dagy_gql.repositories.pagination import MAX_PAGE_SIZE, decode_id, ids_of
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.repositories.saved_views import SavedViewRepository
from dagy_gql.repositories.schedules import ScheduleRepository
from dagy_gql.repositories.secrets import SecretRepository
from dagy_gql.repositories.sensors import SensorRepository
from dagy_gql.repositories.service_accounts import ServiceAccountRepository
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.services import saved_views
from schema.context import Context, Info
from schema.fields import field

_NODES: dict[str, tuple[type[OrgRepository], Permission]] = {
    "AccessLog": (AccessLogRepository, Permission.ACCESS_LOG_READ),
    "AccessToken": (AccessTokenRepository, Permission.MEMBERS_READ),
    "AlertRule": (AlertRuleRepository, Permission.ALERTS_READ),
    "ApiKey": (ApiKeyRepository, Permission.API_KEYS_READ),
    "AuditLog": (AuditRepository, Permission.AUDIT_READ),
    "BillingSubscription": (BillingSubscriptionRepository, Permission.BILLING_READ),
    "BulkOperation": (BulkOperationRepository, Permission.RUNS_READ),
    "CustomRole": (CustomRoleRepository, Permission.ROLES_READ),
    "DagDraft": (DagDraftRepository, Permission.DRAFTS_READ),
    "Deployment": (DeploymentRepository, Permission.DEPLOYMENTS_READ),
    "Environment": (EnvironmentRepository, Permission.ENVIRONMENTS_READ),
    "Flow": (FlowRepository, Permission.FLOWS_READ),
    "Invitation": (InvitationRepository, Permission.MEMBERS_READ),
    "Membership": (MembershipRepository, Permission.MEMBERS_READ),
    "NotificationChannel": (ChannelRepository, Permission.NOTIFICATIONS_READ),
    "Organization": (OrganizationRepository, Permission.ORGANIZATION_READ),
    "Run": (RunRepository, Permission.RUNS_READ),
    "SavedView": (SavedViewRepository, Permission.RUNS_READ),
    "Schedule": (ScheduleRepository, Permission.SCHEDULES_READ),
    "Secret": (SecretRepository, Permission.SECRETS_READ),
    "Sensor": (SensorRepository, Permission.SENSORS_READ),
    "ServiceAccount": (ServiceAccountRepository, Permission.MEMBERS_READ),
    "TaskRun": (TaskRunRepository, Permission.RUNS_READ),
    "UsageAggregate": (UsageAggregateRepository, Permission.USAGE_READ),
    "UsageEvent": (UsageEventRepository, Permission.USAGE_READ),
    "User": (UserRepository, Permission.MEMBERS_READ),
}


class NodeRow(dict[str, Any]):
    """A row that knows the name of its GraphQL type."""

    def __init__(self, type_name: str, row: Mapping[str, Any] | Any) -> None:
        super().__init__(row)
        self.type_name = type_name


@strawberry.interface(description="Anything with a global id.")
class Node:
    id: strawberry.ID = field(public=True)

    @classmethod
    def resolve_type(cls, obj: Any, info: Any, type_: Any) -> str:
        name: str = obj.type_name
        return name

    @classmethod
    def is_type_of(cls, obj: Any, info: Any) -> bool:
        return True


def node_id(type_name: str) -> Any:
    """The `id` field of a type."""
    of = ids_of(type_name)
    return field(read=lambda row: of(row["id"]), columns=("id",))


def _repository(context: Context, type_name: str) -> OrgRepository:
    """Some rows are not for everybody in the organization."""
    if type_name == "SavedView":
        return saved_views.seen_by(context.actor)
    return _NODES[type_name][0](context.actor.org_id)


async def _fetch(context: Context, keys: list[tuple[str, UUID]]) -> dict[Any, NodeRow]:
    """One query a type."""
    found: dict[Any, NodeRow] = {}
    for type_name in dict.fromkeys(name for name, _ in keys):
        repository = _repository(context, type_name)
        for row in await repository.by_ids([key for name, key in keys if name == type_name]):
            found[(type_name, row["id"])] = NodeRow(type_name, row)
    return found


def _key(context: Context, text: str, *, field: str, argument: str) -> tuple[str, UUID]:
    type_name, key = decode_id(text, field=argument)
    if type_name not in _NODES:
        raise BadUserInput(f"{text[:100]!r} is not the id of a node.", field=argument)
    permission = _NODES[type_name][1]
    if not context.actor.can(permission):
        raise Forbidden(permission.name, field=field)
    return type_name, key


async def _node(info: Info, id: strawberry.ID) -> Any:
    key = _key(info.context, id, field="Query.node", argument="id")
    found = (await _fetch(info.context, [key])).get(key)
    if found is None:
        raise NotFound("object", id)
    return found


async def _nodes(info: Info, ids: list[strawberry.ID]) -> list[Any]:
    if len(ids) > MAX_PAGE_SIZE:
        raise BadUserInput(f"{len(ids)} ids: at most {MAX_PAGE_SIZE}.", field="ids")
    keys = [_key(info.context, text, field="Query.nodes", argument="ids") for text in ids]
    found = await _fetch(info.context, keys)
    return [found.get(key) for key in keys]


@strawberry.type
class NodeQueries:
    node: Node | None = field(
        _node,
        signed_in=True,
        description="Asks for the permission to read objects of its type.",
    )
    nodes: list[Node | None] = field(
        _nodes,
        signed_in=True,
        description="In the order of the ids; null for what does not exist.",
    )
