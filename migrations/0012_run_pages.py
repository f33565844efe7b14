"""What the page of runs asks for: more filters, runs by the run they retry, saved views and bulk
operations.

Row-level security lets PostgreSQL use an index only for comparisons that it knows to leak nothing,
and neither subtraction of times nor containment of JSON is one: so the duration is a column, and
each tag has a row of its own, by a digest that is the same for the same name and value. Slugs
compare byte by byte, whatever the database's language, so that their unique index also finds them
by their start.
"""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from dagy_gql.enums import ActorKind, BulkAction, BulkState
from dagy_gql.ids import new_id

CREATE = [
    """
    ALTER TABLE runs
        ALTER COLUMN slug TYPE varchar(120) COLLATE "C",
        ADD COLUMN duration_ms bigint GENERATED ALWAYS AS (
            (extract(epoch FROM finished_at - started_at) * 1000)::bigint
        ) STORED
    """,
    """
    CREATE INDEX runs_by_duration ON runs (org_id, duration_ms) WHERE duration_ms IS NOT NULL
    """,
    "CREATE INDEX runs_by_retried ON runs (retry_of_id, id) WHERE retry_of_id IS NOT NULL",
    """
    CREATE TABLE run_tags (
        org_id uuid NOT NULL,
        run_id uuid NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        digest uuid NOT NULL,
        PRIMARY KEY (run_id, digest)
    )
    """,
    """
    CREATE FUNCTION dagy_tag_run() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO run_tags (org_id, run_id, digest)
        SELECT NEW.org_id, NEW.id, md5(length(tag.key) || ':' || tag.key || tag.value)::uuid
        FROM jsonb_each_text(NEW.tags) AS tag;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER tagged AFTER INSERT ON runs
        FOR EACH ROW WHEN (NEW.tags <> '{}') EXECUTE FUNCTION dagy_tag_run()
    """,
    """
    INSERT INTO run_tags (org_id, run_id, digest)
    SELECT r.org_id, r.id, md5(length(tag.key) || ':' || tag.key || tag.value)::uuid
    FROM runs r, jsonb_each_text(r.tags) AS tag
    """,
    "CREATE INDEX run_tags_found ON run_tags (org_id, digest, run_id)",
    "ALTER TABLE bulk_operations ADD COLUMN run_ids uuid[] NOT NULL DEFAULT '{}'",
    """
    CREATE INDEX bulk_operations_active ON bulk_operations (starts_at)
        WHERE state IN ('WAITING', 'RUNNING')
    """,
]
DROP = [
    "DROP INDEX bulk_operations_active",
    "ALTER TABLE bulk_operations DROP COLUMN run_ids",
    "DROP TRIGGER tagged ON runs",
    "DROP FUNCTION dagy_tag_run()",
    "DROP TABLE run_tags",
    "DROP INDEX runs_by_retried",
    "DROP INDEX runs_by_duration",
    """
    ALTER TABLE runs DROP COLUMN duration_ms,
        ALTER COLUMN slug TYPE varchar(120) COLLATE "default"
    """,
]


class Migration(migrations.Migration):
    dependencies = [("dagy", "0011_one_billing_subscription")]

    initial = False

    operations = [
        ops.CreateModel(
            name="BulkOperation",
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
                        related_name="bulk_operations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "action",
                    fields.CharEnumField(
                        description=(
                            "CANCEL: CANCEL\nRETRY_FROM_START: RETRY_FROM_START"
                            "\nRETRY_FROM_FAILED: RETRY_FROM_FAILED"
                        ),
                        enum_type=BulkAction,
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    fields.CharEnumField(
                        description=(
                            "WAITING: WAITING\nRUNNING: RUNNING\nCOMPLETED: COMPLETED"
                            "\nCANCELLED: CANCELLED\nFAILED: FAILED"
                        ),
                        enum_type=BulkState,
                        max_length=10,
                    ),
                ),
                ("total", fields.IntField()),
                ("position", fields.IntField(default=0)),
                ("done", fields.IntField(default=0)),
                ("skipped", fields.IntField(default=0)),
                ("failed", fields.IntField(default=0)),
                ("problems", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("reason", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                (
                    "actor_kind",
                    fields.CharEnumField(
                        description=(
                            "USER: USER\nAPI_KEY: API_KEY"
                            "\nSERVICE_ACCOUNT: SERVICE_ACCOUNT\nSYSTEM: SYSTEM"
                        ),
                        enum_type=ActorKind,
                        max_length=16,
                    ),
                ),
                ("user_id", fields.UUIDField(null=True)),
                ("credential_id", fields.UUIDField(null=True)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("started_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("moved_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "bulk_operations",
                "app": "dagy",
                "indexes": [Index(fields=["org_id", "id"], name="bulk_operations_list")],
                "pk_attr": "id",
                "table_description": "One action on many runs.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SavedView",
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
                        related_name="saved_views",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("owner_id", fields.UUIDField()),
                ("name", fields.CharField(max_length=200)),
                ("run_filter", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("query", fields.CharField(default="", max_length=2000)),
                ("is_shared", fields.BooleanField(default=False)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "saved_views",
                "app": "dagy",
                "unique_together": (("org", "owner_id", "name"),),
                "indexes": [Index(fields=["org_id", "name", "id"], name="saved_views_list")],
                "pk_attr": "id",
                "table_description": "A filter of runs with a name.",
            },
            bases=["Model"],
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(fields=["org_id", "created_by", "state", "id"], name="runs_by_creator"),
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(fields=["org_id", "executor", "state", "id"], name="runs_by_executor"),
        ),
        ops.RunSQL(CREATE, DROP),
    ]
