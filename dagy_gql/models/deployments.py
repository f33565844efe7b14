"""Deployments: a name bound to a flow version, with parameters and limits of its own."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import Executor
from dagy_gql.ids import new_id


class Deployment(Model):
    """Always pins one flow version; `flow_name` is kept beside it for filters."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="deployments"
    )
    flow: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Flow", related_name="deployments", on_delete=fields.RESTRICT
    )
    flow_name = fields.CharField(max_length=200)
    environment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Environment", related_name="deployments", null=True
    )
    name = fields.CharField(max_length=200)
    parameters: fields.JSONField[Any] = fields.JSONField(default=dict)
    tags: fields.JSONField[Any] = fields.JSONField(default=dict)
    paused = fields.BooleanField(default=False)
    concurrency_limit = fields.IntField(null=True)
    default_executor = fields.CharEnumField(Executor, max_length=20, null=True)
    sla_seconds = fields.IntField(null=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "deployments"
        unique_together = (("org", "name"),)
        indexes = [
            Index(fields=("org_id", "id"), name="deployments_list"),
            Index(fields=("flow_id", "id"), name="deployments_of_flow"),
            Index(fields=("environment_id", "id"), name="deployments_of_environment"),
        ]
