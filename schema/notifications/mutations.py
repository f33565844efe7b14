"""create, update and delete of notification channels and of alert rules."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import notifications
from schema.context import Info
from schema.entities import sent
from schema.enums import AlertTrigger, ChannelKind
from schema.fields import field, object_type
from schema.notifications.types import AlertRule, NotificationChannel
from schema.scalars import JSON, DateTime

_NULLABLE = frozenset({"flow_name", "environment", "muted_until"})
_CONFIG = (
    'SLACK {"webhookUrl"}. EMAIL {"to": ["name@example.com"]}. WEBHOOK {"url", "secret": what signs'
    ' the calls, at least 8 characters}. PAGERDUTY {"routingKey"}.'
)


@strawberry.input
class CreateNotificationChannelInput:
    name: str
    kind: ChannelKind
    config: JSON = strawberry.field(description=_CONFIG)
    enabled: bool | None = UNSET


@strawberry.input(
    description="What is left out stays as it is. A config is replaced as a whole; the kind stays."
)
class UpdateNotificationChannelInput:
    id: strawberry.ID
    name: str | None = UNSET
    config: JSON | None = strawberry.field(default=UNSET, description=_CONFIG)
    enabled: bool | None = UNSET


@strawberry.input
class DeleteNotificationChannelInput:
    id: strawberry.ID


@strawberry.input
class CreateAlertRuleInput:
    name: str
    trigger: AlertTrigger
    channel_id: strawberry.ID
    flow_name: str | None = strawberry.field(default=UNSET, description="Left out: every flow.")
    environment: str | None = strawberry.field(
        default=UNSET, description="Its name; left out: every environment."
    )
    enabled: bool | None = UNSET
    muted_until: DateTime | None = UNSET


@strawberry.input(description="What is left out stays as it is; null empties.")
class UpdateAlertRuleInput:
    id: strawberry.ID
    name: str | None = UNSET
    trigger: AlertTrigger | None = UNSET
    channel_id: strawberry.ID | None = UNSET
    flow_name: str | None = UNSET
    environment: str | None = UNSET
    enabled: bool | None = UNSET
    muted_until: DateTime | None = UNSET


@strawberry.input
class DeleteAlertRuleInput:
    id: strawberry.ID


@object_type(requires=Permission.NOTIFICATIONS_WRITE)
class CreateNotificationChannelPayload:
    notification_channel: NotificationChannel


@object_type(requires=Permission.NOTIFICATIONS_WRITE)
class UpdateNotificationChannelPayload:
    notification_channel: NotificationChannel


@object_type(requires=Permission.NOTIFICATIONS_WRITE)
class DeleteNotificationChannelPayload:
    deleted_id: strawberry.ID


@object_type(requires=Permission.ALERTS_WRITE)
class CreateAlertRulePayload:
    alert_rule: AlertRule


@object_type(requires=Permission.ALERTS_WRITE)
class UpdateAlertRulePayload:
    alert_rule: AlertRule


@object_type(requires=Permission.ALERTS_WRITE)
class DeleteAlertRulePayload:
    deleted_id: strawberry.ID


def _rule(input: CreateAlertRuleInput | UpdateAlertRuleInput) -> dict[str, Any]:
    wanted = sent(input, nullable=_NULLABLE)
    if "channel_id" in wanted:
        key = decode_id_of("NotificationChannel", wanted["channel_id"], field="channelId")
        wanted["channel_id"] = key
    return wanted


async def _create_channel(info: Info, input: CreateNotificationChannelInput) -> Any:
    context = info.context
    row = await notifications.create_channel(context.rt, context.actor, sent(input))
    return {"notification_channel": row}


async def _update_channel(info: Info, input: UpdateNotificationChannelInput) -> Any:
    context, key = info.context, decode_id_of("NotificationChannel", input.id)
    row = await notifications.update_channel(context.rt, context.actor, sent(input), channel_id=key)
    return {"notification_channel": row}


async def _delete_channel(info: Info, input: DeleteNotificationChannelInput) -> Any:
    context, key = info.context, decode_id_of("NotificationChannel", input.id)
    await notifications.delete_channel(context.rt, context.actor, channel_id=key)
    return {"deleted_id": input.id}


async def _create_rule(info: Info, input: CreateAlertRuleInput) -> Any:
    context = info.context
    return {"alert_rule": await notifications.create_rule(context.rt, context.actor, _rule(input))}


async def _update_rule(info: Info, input: UpdateAlertRuleInput) -> Any:
    context, key = info.context, decode_id_of("AlertRule", input.id)
    row = await notifications.update_rule(context.rt, context.actor, _rule(input), rule_id=key)
    return {"alert_rule": row}


async def _delete_rule(info: Info, input: DeleteAlertRuleInput) -> Any:
    context, key = info.context, decode_id_of("AlertRule", input.id)
    await notifications.delete_rule(context.rt, context.actor, rule_id=key)
    return {"deleted_id": input.id}


@strawberry.type
class NotificationMutations:
    create_notification_channel: CreateNotificationChannelPayload = field(
        _create_channel, requires=Permission.NOTIFICATIONS_WRITE
    )
    update_notification_channel: UpdateNotificationChannelPayload = field(
        _update_channel, requires=Permission.NOTIFICATIONS_WRITE
    )
    delete_notification_channel: DeleteNotificationChannelPayload = field(
        _delete_channel,
        requires=Permission.NOTIFICATIONS_WRITE,
        description="CONFLICT while alert rules send to it.",
    )
    create_alert_rule: CreateAlertRulePayload = field(
        _create_rule, requires=Permission.ALERTS_WRITE
    )
    update_alert_rule: UpdateAlertRulePayload = field(
        _update_rule, requires=Permission.ALERTS_WRITE
    )
    delete_alert_rule: DeleteAlertRulePayload = field(
        _delete_rule, requires=Permission.ALERTS_WRITE
    )
