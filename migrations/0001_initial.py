from tortoise import migrations
from tortoise.migrations import operations as ops
from dagy_gql.enums import Executor, FlowStatus, RetryMode, Role, RunState, RunTrigger, TaskState
from dagy_gql.ids import new_id
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                ("name", fields.CharField(max_length=200)),
                ("slug", fields.CharField(unique=True, max_length=100)),
                ("max_running_runs", fields.IntField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={"table": "organizations", "app": "dagy", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Environment",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="environments",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("description", fields.TextField(default="", unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "environments",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Flow",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="flows",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("version", fields.CharField(max_length=100)),
                ("namespace", fields.CharField(default="", max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                ("tags", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("spec", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("spec_sha256", fields.CharField(max_length=64)),
                ("artifact_sha256", fields.CharField(max_length=64)),
                (
                    "status",
                    fields.CharEnumField(
                        default=FlowStatus.ACTIVE,
                        description="ACTIVE: ACTIVE\nINACTIVE: INACTIVE",
                        enum_type=FlowStatus,
                        max_length=10,
                    ),
                ),
                (
                    "default_executor",
                    fields.CharEnumField(
                        null=True,
                        description="LOCAL: local\nLAMBDA: lambda\nSTEP_FUNCTIONS: step-functions\nECS: ecs",
                        enum_type=Executor,
                        max_length=20,
                    ),
                ),
                ("is_latest", fields.BooleanField(default=False)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "flows",
                "app": "dagy",
                "unique_together": (("org", "name", "version"),),
                "indexes": [
                    Index(fields=["org_id", "is_latest", "id"], name="flows_latest"),
                    Index(fields=["org_id", "name", "id"], name="flows_versions"),
                ],
                "pk_attr": "id",
                "table_description": 'One version of a flow; "latest" is the pointer `is_latest`, unique per name.',
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Deployment",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deployments",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "flow",
                    fields.ForeignKeyField(
                        "dagy.Flow",
                        source_field="flow_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="deployments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("flow_name", fields.CharField(max_length=200)),
                (
                    "environment",
                    fields.ForeignKeyField(
                        "dagy.Environment",
                        source_field="environment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="deployments",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("parameters", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("tags", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("paused", fields.BooleanField(default=False)),
                ("concurrency_limit", fields.IntField(null=True)),
                (
                    "default_executor",
                    fields.CharEnumField(
                        null=True,
                        description="LOCAL: local\nLAMBDA: lambda\nSTEP_FUNCTIONS: step-functions\nECS: ecs",
                        enum_type=Executor,
                        max_length=20,
                    ),
                ),
                ("sla_seconds", fields.IntField(null=True)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "deployments",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "indexes": [
                    Index(fields=["org_id", "id"], name="deployments_list"),
                    Index(fields=["flow_id", "id"], name="deployments_of_flow"),
                ],
                "pk_attr": "id",
                "table_description": "Always pins one flow version; `flow_name` is kept beside it for filters.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="runs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("slug", fields.CharField(max_length=120)),
                (
                    "flow",
                    fields.ForeignKeyField(
                        "dagy.Flow",
                        source_field="flow_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="runs",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("flow_name", fields.CharField(max_length=200)),
                (
                    "deployment",
                    fields.ForeignKeyField(
                        "dagy.Deployment",
                        source_field="deployment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="runs",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "environment",
                    fields.ForeignKeyField(
                        "dagy.Environment",
                        source_field="environment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="runs",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description="QUEUED: QUEUED\nRUNNING: RUNNING\nCANCELLING: CANCELLING\nSUCCEEDED: SUCCEEDED\nFAILED: FAILED\nCANCELLED: CANCELLED\nCRASHED: CRASHED\nTIMED_OUT: TIMED_OUT",
                        enum_type=RunState,
                        max_length=12,
                    ),
                ),
                (
                    "trigger",
                    fields.CharEnumField(
                        description="API: API\nSCHEDULE: SCHEDULE\nSENSOR: SENSOR\nRETRY: RETRY",
                        enum_type=RunTrigger,
                        max_length=12,
                    ),
                ),
                (
                    "executor",
                    fields.CharEnumField(
                        description="LOCAL: local\nLAMBDA: lambda\nSTEP_FUNCTIONS: step-functions\nECS: ecs",
                        enum_type=Executor,
                        max_length=20,
                    ),
                ),
                ("routing", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("parameters", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("tags", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("result", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("error", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("reason", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("idempotency_key", fields.CharField(null=True, max_length=200)),
                (
                    "retry_of",
                    fields.ForeignKeyField(
                        "dagy.Run",
                        source_field="retry_of_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="retries",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "retry_mode",
                    fields.CharEnumField(
                        null=True,
                        description="FROM_START: FROM_START\nFROM_FAILED: FROM_FAILED\nFROM_TASK: FROM_TASK",
                        enum_type=RetryMode,
                        max_length=12,
                    ),
                ),
                ("retry_task_key", fields.CharField(null=True, max_length=300)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("attempt", fields.IntField(default=0)),
                ("crashes", fields.IntField(default=0)),
                ("fence", fields.BigIntField(default=0)),
                ("lease_owner", fields.CharField(null=True, max_length=100)),
                ("event_seq", fields.BigIntField(default=0)),
                ("log_seq", fields.BigIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("queued_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "runs",
                "app": "dagy",
                "unique_together": (("org", "slug"), ("org", "idempotency_key")),
                "indexes": [
                    Index(fields=["org_id", "id"], name="runs_list"),
                    Index(fields=["org_id", "state", "id"], name="runs_by_state"),
                    Index(fields=["org_id", "flow_name", "id"], name="runs_by_flow_name"),
                    Index(fields=["flow_id", "id"], name="runs_of_flow"),
                    Index(fields=["deployment_id", "id"], name="runs_of_deployment"),
                    Index(fields=["org_id", "environment_id", "id"], name="runs_by_environment"),
                    Index(fields=["org_id", "trigger", "id"], name="runs_by_trigger"),
                ],
                "pk_attr": "id",
                "table_description": "`fence` grows with each claim; `event_seq` and `log_seq` number its event and log rows.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Artifact",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="artifacts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "run",
                    fields.ForeignKeyField(
                        "dagy.Run",
                        source_field="run_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="artifacts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("task_key", fields.CharField(null=True, max_length=300)),
                ("name", fields.CharField(max_length=300)),
                ("content_type", fields.CharField(max_length=200)),
                ("size_bytes", fields.BigIntField()),
                ("sha256", fields.CharField(max_length=64)),
                ("key", fields.CharField(max_length=600)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "artifacts",
                "app": "dagy",
                "indexes": [
                    Index(fields=["org_id", "sha256"], name="artifacts_content"),
                    Index(fields=["run_id", "id"], name="artifacts_of_run"),
                ],
                "pk_attr": "id",
                "table_description": "A stored file: a flow's archive (run is null) or something a run saved.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="TaskRun",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="task_runs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "run",
                    fields.ForeignKeyField(
                        "dagy.Run",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="task_runs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(max_length=300)),
                ("name", fields.CharField(max_length=200)),
                ("map_index", fields.IntField(null=True)),
                ("mapped_count", fields.IntField(null=True)),
                ("position", fields.IntField()),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING: PENDING\nRUNNING: RUNNING\nRETRYING: RETRYING\nSUCCEEDED: SUCCEEDED\nFAILED: FAILED\nSKIPPED: SKIPPED\nTIMED_OUT: TIMED_OUT\nCANCELLED: CANCELLED\nCACHED: CACHED",
                        enum_type=TaskState,
                        max_length=10,
                    ),
                ),
                ("attempt", fields.IntField(default=0)),
                ("result", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("error", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "task_runs",
                "app": "dagy",
                "unique_together": (("run", "key"),),
                "indexes": [Index(fields=["run_id", "position", "id"], name="task_runs_list")],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                ("email", fields.CharField(unique=True, max_length=320)),
                ("name", fields.CharField(default="", max_length=200)),
                ("password_hash", fields.CharField(null=True, max_length=200)),
                ("is_super_admin", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={"table": "users", "app": "dagy", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AccessToken",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "dagy.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="access_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="access_tokens",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "last_used_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "access_tokens",
                "app": "dagy",
                "pk_attr": "id",
                "table_description": "A session: what a sign-in hands out. `token_hash` is the SHA-256 of the whole token.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="api_keys",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "created_by",
                    fields.ForeignKeyField(
                        "dagy.User",
                        source_field="created_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="api_keys",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("prefix", fields.CharField(max_length=20)),
                ("key_hash", fields.CharField(unique=True, max_length=64)),
                (
                    "role",
                    fields.CharEnumField(
                        null=True,
                        description="OWNER: owner\nADMIN: admin\nDEVELOPER: developer\nVIEWER: viewer",
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                ("scopes", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "last_used_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "api_keys",
                "app": "dagy",
                "pk_attr": "id",
                "table_description": "A program's key. Without scopes it has no rights; a role's name grants that role's.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                (
                    "org",
                    fields.ForeignKeyField(
                        "dagy.Organization",
                        source_field="org_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "dagy.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="memberships",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "role",
                    fields.CharEnumField(
                        description="OWNER: owner\nADMIN: admin\nDEVELOPER: developer\nVIEWER: viewer",
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "memberships",
                "app": "dagy",
                "unique_together": (("org", "user"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
