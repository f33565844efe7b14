"""Where alerts go, and what makes one."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import AlertTrigger, ChannelKind
from dagy_gql.ids import new_id


class NotificationChannel(Model):
    """`config` is what anybody who reads channels may see; `sealed_config` is encrypted: the
    addresses with a token in them and the keys."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="notification_channels"
    )
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(ChannelKind, max_length=10)
    config: fields.JSONField[Any] = fields.JSONField(default=dict)
    sealed_config = fields.TextField(null=True)
    enabled = fields.BooleanField(default=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "notification_channels"
        unique_together = (("org", "name"),)
        indexes = [
            Index(fields=("org_id", "id"), name="notification_channels_list"),
            Index(fields=("org_id", "kind", "id"), name="notification_channels_by_kind"),
        ]


class AlertRule(Model):
    """`flow_name` None: every flow."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="alert_rules"
    )
    channel: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.NotificationChannel", related_name="alert_rules"
    )
    name = fields.CharField(max_length=200)
    trigger = fields.CharEnumField(AlertTrigger, max_length=20)
    flow_name = fields.CharField(max_length=200, null=True)
    environment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Environment", related_name="alert_rules", null=True
    )
    enabled = fields.BooleanField(default=True)
    muted_until = fields.DatetimeField(null=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "alert_rules"
        unique_together = (("org", "name"),)
        indexes = [
            Index(fields=("org_id", "id"), name="alert_rules_list"),
            Index(fields=("channel_id", "id"), name="alert_rules_of_channel"),
            Index(fields=("org_id", "trigger", "id"), name="alert_rules_by_trigger"),
            Index(fields=("org_id", "flow_name", "id"), name="alert_rules_by_flow_name"),
            Index(fields=("org_id", "environment_id", "id"), name="alert_rules_by_environment"),
        ]
