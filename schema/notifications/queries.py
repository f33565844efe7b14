"""notificationChannel, notificationChannels, alertRule, alertRules."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import notifications as stored
from dagy_gql.repositories.notifications import AlertRuleRepository, ChannelRepository
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import one, page_of
from schema.enums import AlertTrigger, ChannelKind
from schema.fields import field
from schema.notifications.types import AlertRule, NotificationChannel
from schema.pagination import Connection


@strawberry.input
class NotificationChannelFilter:
    kind: ChannelKind | None = None


@strawberry.input
class AlertRuleFilter:
    channel_id: strawberry.ID | None = None
    trigger: AlertTrigger | None = None
    flow_name: str | None = strawberry.field(
        default=None, description="Rules of this flow alone; those of every flow have no name."
    )

    def stored(self) -> stored.AlertRuleFilter:
        return stored.AlertRuleFilter(
            channel_id=optional_id("NotificationChannel", self.channel_id, field="channelId"),
            trigger=self.trigger,
            flow_name=self.flow_name,
        )


async def _channel(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    return await one(info, ChannelRepository, "NotificationChannel", id=id, name=name)


async def _channels(
    info: Info,
    filter: NotificationChannelFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    kind = filter.kind if filter else None
    return await page_of(
        info,
        ChannelRepository,
        lambda rows: rows.matching(kind=kind),
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _rule(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    return await one(info, AlertRuleRepository, "AlertRule", id=id, name=name)


async def _rules(
    info: Info,
    filter: AlertRuleFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = (filter or AlertRuleFilter()).stored()
    return await page_of(
        info,
        AlertRuleRepository,
        lambda rows: rows.matching(wanted),
        first=first,
        after=after,
        last=last,
        before=before,
    )


@strawberry.type
class NotificationQueries:
    notification_channel: NotificationChannel | None = field(
        _channel, requires=Permission.NOTIFICATIONS_READ
    )
    notification_channels: Connection[NotificationChannel] = field(
        _channels, requires=Permission.NOTIFICATIONS_READ, description="Newest first."
    )
    alert_rule: AlertRule | None = field(_rule, requires=Permission.ALERTS_READ)
    alert_rules: Connection[AlertRule] = field(
        _rules, requires=Permission.ALERTS_READ, description="Newest first."
    )
