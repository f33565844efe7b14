"""Runs and task runs. State columns are written by `services.transitions` alone."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import (
    ActorKind,
    BulkAction,
    BulkState,
    Executor,
    RetryMode,
    RunState,
    RunTrigger,
    TaskState,
)
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
            Index(fields=("org_id", "created_by", "state", "id"), name="runs_by_creator"),
            Index(fields=("org_id", "executor", "state", "id"), name="runs_by_executor"),
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


class SavedView(Model):
    """A filter of runs with a name.

    `owner_id` is a person or a service account; a person's key acts for the person."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="saved_views"
    )
    owner_id = fields.UUIDField()
    name = fields.CharField(max_length=200)
    run_filter: fields.JSONField[Any] = fields.JSONField(default=dict)
    query = fields.CharField(max_length=2000, default="")
    is_shared = fields.BooleanField(default=False)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "saved_views"
        unique_together = (("org", "owner_id", "name"),)
        indexes = [Index(fields=("org_id", "name", "id"), name="saved_views_list")]


class BulkOperation(Model):
    """One action on many runs.

    `position` counts those that are dealt with; who asked is kept so that their rights can be
    looked at again. The migration adds `run_ids`: a snapshot of 100,000 is 1.6 MB beside the row.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="bulk_operations"
    )
    action = fields.CharEnumField(BulkAction, max_length=20)
    state = fields.CharEnumField(BulkState, max_length=10)
    total = fields.IntField()
    position = fields.IntField(default=0)
    done = fields.IntField(default=0)
    skipped = fields.IntField(default=0)
    failed = fields.IntField(default=0)
    problems: fields.JSONField[Any] = fields.JSONField(default=list)
    reason: fields.JSONField[Any] = fields.JSONField(null=True)
    actor_kind = fields.CharEnumField(ActorKind, max_length=16)
    user_id = fields.UUIDField(null=True)
    credential_id = fields.UUIDField(null=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField()
    starts_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    moved_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bulk_operations"
        indexes = [Index(fields=("org_id", "id"), name="bulk_operations_list")]
