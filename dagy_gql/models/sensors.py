"""What starts a deployment when something happens elsewhere."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import SensorKind
from dagy_gql.ids import new_id


class Sensor(Model):
    """`token_hash` is the SHA-256 of a webhook's token; `cursor` is how far it has looked."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="sensors"
    )
    deployment: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Deployment", related_name="sensors"
    )
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(SensorKind, max_length=10)
    config: fields.JSONField[Any] = fields.JSONField(default=dict)
    parameters: fields.JSONField[Any] = fields.JSONField(default=dict)
    enabled = fields.BooleanField(default=True)
    interval_seconds = fields.FloatField(null=True)
    cursor = fields.TextField(null=True)
    token_hash = fields.CharField(max_length=64, null=True, unique=True)
    last_checked_at = fields.DatetimeField(null=True)
    last_triggered_at = fields.DatetimeField(null=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "sensors"
        unique_together = (("org", "name"),)
        indexes = [
            Index(fields=("org_id", "id"), name="sensors_list"),
            Index(fields=("deployment_id", "id"), name="sensors_of_deployment"),
            Index(fields=("org_id", "enabled", "id"), name="sensors_by_enabled"),
            Index(fields=("org_id", "kind", "id"), name="sensors_by_kind"),
        ]
