"""Runs and task runs. State columns are written by `services.transitions` alone."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import Executor, RetryMode, RunState, RunTrigger, TaskState
from dagy_gql.ids import new_id


class Run(Model):
    """`fence` grows with each claim; `event_seq` and `log_seq` number its event and log rows."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="runs"
    )
    slug = fields.CharField(max_length=120)
    flow: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Flow", related_name="runs", on_delete=fields.RESTRICT
    )
    flow_name = fields.CharField(max_length=200)
    deployment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Deployment", related_name="runs", null=True, on_delete=fields.SET_NULL
    )
    environment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Environment", related_name="runs", null=True, on_delete=fields.SET_NULL
    )
    state = fields.CharEnumField(RunState, max_length=12)
    trigger = fields.CharEnumField(RunTrigger, max_length=12)
    executor = fields.CharEnumField(Executor, max_length=20)
    routing: fields.JSONField[Any] = fields.JSONField(default=dict)
    parameters: fields.JSONField[Any] = fields.JSONField(default=dict)
    tags: fields.JSONField[Any] = fields.JSONField(default=dict)
    result: fields.JSONField[Any] = fields.JSONField(null=True)
    error: fields.JSONField[Any] = fields.JSONField(null=True)
    reason: fields.JSONField[Any] = fields.JSONField(null=True)
    idempotency_key = fields.CharField(max_length=200, null=True)
    retry_of: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Run", related_name="retries", null=True, on_delete=fields.SET_NULL
    )
    retry_mode = fields.CharEnumField(RetryMode, max_length=12, null=True)
    retry_task_key = fields.CharField(max_length=300, null=True)
    created_by = fields.CharField(max_length=320, default="")
    attempt = fields.IntField(default=0)
    crashes = fields.IntField(default=0)
    fence = fields.BigIntField(default=0)
    lease_owner = fields.CharField(max_length=100, null=True)
    event_seq = fields.BigIntField(default=0)
    log_seq = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    queued_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "runs"
        unique_together = (("org", "slug"), ("org", "idempotency_key"))
        indexes = [
            Index(fields=("org_id", "id"), name="runs_list"),
            Index(fields=("org_id", "state", "id"), name="runs_by_state"),
            Index(fields=("org_id", "flow_name", "id"), name="runs_by_flow_name"),
            Index(fields=("org_id", "flow_name", "state", "id"), name="runs_by_flow_and_state"),
            Index(fields=("flow_id", "id"), name="runs_of_flow"),
            Index(fields=("deployment_id", "id"), name="runs_of_deployment"),
            Index(fields=("deployment_id", "state", "id"), name="runs_of_deployment_by_state"),
            Index(fields=("org_id", "environment_id", "id"), name="runs_by_environment"),
            Index(
                fields=("org_id", "environment_id", "state", "id"),
                name="runs_by_environment_and_state",
            ),
            Index(fields=("org_id", "trigger", "id"), name="runs_by_trigger"),
            Index(fields=("org_id", "trigger", "state", "id"), name="runs_by_trigger_and_state"),
        ]


class TaskRun(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="task_runs"
    )
    run: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Run", related_name="task_runs"
    )
    key = fields.CharField(max_length=300)
    name = fields.CharField(max_length=200)
    map_index = fields.IntField(null=True)
    mapped_count = fields.IntField(null=True)
    position = fields.IntField()
    state = fields.CharEnumField(TaskState, max_length=10)
    attempt = fields.IntField(default=0)
    result: fields.JSONField[Any] = fields.JSONField(null=True)
    error: fields.JSONField[Any] = fields.JSONField(null=True)
    reason = fields.TextField(null=True)
    started_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "task_runs"
        unique_together = (("run", "key"),)
        indexes = [Index(fields=("run_id", "position", "id"), name="task_runs_list")]
