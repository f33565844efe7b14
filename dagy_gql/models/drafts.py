"""Flows that are being drawn and have not been published."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.ids import new_id


class DagDraft(Model):
    """`revision` grows with every save: a save that started from an older one is a conflict."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="drafts"
    )
    flow: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Flow", related_name="drafts", null=True, on_delete=fields.SET_NULL
    )
    name = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    graph: fields.JSONField[Any] = fields.JSONField(default=dict)
    revision = fields.IntField(default=1)
    created_by = fields.CharField(max_length=320, default="")
    updated_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "dag_drafts"
        unique_together = (("org", "name"),)
        indexes = [
            Index(fields=("org_id", "id"), name="dag_drafts_list"),
            Index(fields=("flow_id", "id"), name="dag_drafts_of_flow"),
        ]
