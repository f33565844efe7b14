"""Flows (immutable per version) and the index of stored artifacts."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import Executor, FlowStatus
from dagy_gql.ids import new_id


class Flow(Model):
    """One version of a flow; "latest" is the pointer `is_latest`, unique per name."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="flows"
    )
    name = fields.CharField(max_length=200)
    version = fields.CharField(max_length=100)
    namespace = fields.CharField(max_length=200, default="")
    description = fields.TextField(default="")
    tags: fields.JSONField[Any] = fields.JSONField(default=dict)
    spec: fields.JSONField[Any] = fields.JSONField()
    spec_sha256 = fields.CharField(max_length=64)
    artifact_sha256 = fields.CharField(max_length=64)
    status = fields.CharEnumField(FlowStatus, max_length=10, default=FlowStatus.ACTIVE)
    default_executor = fields.CharEnumField(Executor, max_length=20, null=True)
    is_latest = fields.BooleanField(default=False)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "flows"
        unique_together = (("org", "name", "version"),)
        indexes = [
            Index(fields=("org_id", "is_latest", "id"), name="flows_latest"),
            Index(fields=("org_id", "name", "id"), name="flows_versions"),
        ]


class Artifact(Model):
    """A stored file: a flow's archive (run is null) or something a run saved."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="artifacts"
    )
    run: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Run", related_name="artifacts", null=True
    )
    task_key = fields.CharField(max_length=300, null=True)
    name = fields.CharField(max_length=300)
    content_type = fields.CharField(max_length=200)
    size_bytes = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    key = fields.CharField(max_length=600)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "artifacts"
        indexes = [
            Index(fields=("org_id", "sha256"), name="artifacts_content"),
            Index(fields=("run_id", "id"), name="artifacts_of_run"),
        ]
