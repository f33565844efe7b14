"""When deployments run by themselves."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import CatchupPolicy, OverlapPolicy, ScheduleKind
from dagy_gql.ids import new_id


class Schedule(Model):
    """`cron` (five fields, in `timezone`), `interval_seconds` or `at`, by its kind."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="schedules"
    )
    deployment: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Deployment", related_name="schedules"
    )
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(ScheduleKind, max_length=10)
    cron = fields.CharField(max_length=200, null=True)
    interval_seconds = fields.FloatField(null=True)
    at = fields.DatetimeField(null=True)
    timezone = fields.CharField(max_length=64, default="UTC")
    parameters: fields.JSONField[Any] = fields.JSONField(default=dict)
    enabled = fields.BooleanField(default=True)
    start_at = fields.DatetimeField(null=True)
    end_at = fields.DatetimeField(null=True)
    catchup_policy = fields.CharEnumField(CatchupPolicy, max_length=10, default=CatchupPolicy.NONE)
    overlap_policy = fields.CharEnumField(OverlapPolicy, max_length=20, default=OverlapPolicy.ALLOW)
    jitter_seconds = fields.FloatField(default=0)
    next_run_at = fields.DatetimeField(null=True)
    last_triggered_at = fields.DatetimeField(null=True)
    last_run: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Run", related_name="last_of_schedules", null=True, on_delete=fields.SET_NULL
    )
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "schedules"
        unique_together = (("org", "name"),)
        indexes = [
            Index(fields=("org_id", "id"), name="schedules_list"),
            Index(fields=("deployment_id", "id"), name="schedules_of_deployment"),
            Index(fields=("org_id", "enabled", "id"), name="schedules_by_enabled"),
            Index(fields=("org_id", "kind", "id"), name="schedules_by_kind"),
        ]
