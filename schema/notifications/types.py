"""NotificationChannel and AlertRule."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.notifications import AlertRuleRepository, ChannelRepository
from dagy_gql.services import channel_configs
from schema.audit.types import audit_by_resource
from schema.enums import AlertTrigger, ChannelKind
from schema.environments.types import Environment, environments_by_id
from schema.fields import field, object_type
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.pagination import Pages, lazy_connection, pages
from schema.scalars import JSON, DateTime

channels_by_id = RowsById(ChannelRepository)
_rules = Pages(AlertRuleRepository, "channel_id")


@object_type(description="Where alerts go.")
class NotificationChannel(Node):
    id: strawberry.ID = node_id("NotificationChannel")
    name: str
    kind: ChannelKind
    config: JSON = field(
        read=lambda row: channel_configs.masked(row["config"]),
        columns=("config",),
        description="Hints only: hosts, and the last characters of what is secret. The values "
        "themselves are encrypted, and no query gives them back.",
    )
    recipients: list[str] = field(
        read=lambda row: row["config"].get("to", []),
        columns=("config",),
        requires=Permission.EMAILS_READ,
        description="The addresses of an EMAIL channel; empty for the others.",
    )
    enabled: bool
    alert_rules: Any = pages(
        _rules, lazy_connection("notifications", "AlertRule"), requires=Permission.ALERTS_READ
    )
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )


@object_type(description="What makes an alert, and where it goes.")
class AlertRule(Node):
    id: strawberry.ID = node_id("AlertRule")
    name: str
    trigger: AlertTrigger
    flow_name: str | None = field(description="Null: every flow.")
    environment: Environment | None = field(
        load=environments_by_id,
        key="environment_id",
        requires=Permission.ENVIRONMENTS_READ,
        description="Null: every environment, and runs without one.",
    )
    channel: NotificationChannel = field(
        load=channels_by_id, key="channel_id", requires=Permission.NOTIFICATIONS_READ
    )
    enabled: bool
    muted_until: DateTime | None
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
