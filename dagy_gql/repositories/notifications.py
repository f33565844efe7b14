"""Notification channels and alert rules of one organization."""

from dataclasses import dataclass
from uuid import UUID

from dagy_gql.enums import AlertTrigger, ChannelKind
from dagy_gql.repositories.base import Where
from dagy_gql.repositories.entities import EntityRepository, narrowed
from dagy_gql.repositories.pagination import NEWEST_FIRST


class ChannelRepository(EntityRepository):
    """What is sealed is written here; only what sends reads it."""

    table = "notification_channels"
    noun = "notification channel"
    order = NEWEST_FIRST
    json_columns = frozenset({"config"})
    columns = "id, name, kind, config, enabled, created_by, created_at, updated_at"

    def matching(self, *, kind: ChannelKind | None) -> Where:
        return narrowed(self.where(), (("kind = {}", kind),))


@dataclass(frozen=True, slots=True)
class AlertRuleFilter:
    """None does not filter."""

    channel_id: UUID | None = None
    trigger: AlertTrigger | None = None
    flow_name: str | None = None


class AlertRuleRepository(EntityRepository):
    table = "alert_rules"
    noun = "alert rule"
    order = NEWEST_FIRST
    columns = (
        "id, channel_id, name, trigger, flow_name, environment_id, enabled, muted_until,"
        " created_by, created_at, updated_at"
    )

    def matching(self, filter_: AlertRuleFilter) -> Where:
        return narrowed(
            self.where(),
            (
                ("channel_id = {}", filter_.channel_id),
                ("trigger = {}", filter_.trigger),
                ("flow_name = {}", filter_.flow_name),
            ),
        )
