from tortoise import migrations
from tortoise.migrations import operations as ops
from dagy_gql.enums import (
    AccessEvent,
    AccessMethod,
    ActorKind,
    AlertTrigger,
    CatchupPolicy,
    ChannelKind,
    Executor,
    OverlapPolicy,
    Role,
    ScheduleKind,
    SensorKind,
    SubscriptionStatus,
    UsagePeriod,
)
from dagy_gql.ids import new_id
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("dagy", "0002_run_records")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AccessLog",
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
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="access_logs",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "dagy.User",
                        source_field="user_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="access_logs",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("email", fields.CharField(null=True, max_length=320)),
                (
                    "event",
                    fields.CharEnumField(
                        description="SIGN_IN: SIGN_IN\nSIGN_IN_REFUSED: SIGN_IN_REFUSED\nSIGN_OUT: SIGN_OUT\nSESSION_REVOKED: SESSION_REVOKED\nORGANIZATION_SWITCHED: ORGANIZATION_SWITCHED\nPASSWORD_CHANGED: PASSWORD_CHANGED\nPASSWORD_RESET_ASKED: PASSWORD_RESET_ASKED\nINVITATION_ACCEPTED: INVITATION_ACCEPTED\nCREDENTIALS_REFUSED: CREDENTIALS_REFUSED",
                        enum_type=AccessEvent,
                        max_length=30,
                    ),
                ),
                (
                    "method",
                    fields.CharEnumField(
                        null=True,
                        description="PASSWORD: PASSWORD\nOIDC: OIDC\nJWT: JWT\nACCESS_TOKEN: ACCESS_TOKEN\nAPI_KEY: API_KEY\nINVITATION: INVITATION\nRESET_LINK: RESET_LINK",
                        enum_type=AccessMethod,
                        max_length=20,
                    ),
                ),
                ("reason", fields.CharField(null=True, max_length=300)),
                ("address", fields.CharField(null=True, max_length=64)),
                ("user_agent", fields.CharField(null=True, max_length=300)),
                ("request_id", fields.CharField(null=True, max_length=64)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "access_logs",
                "app": "dagy",
                "indexes": [
                    Index(fields=["org_id", "id"], name="access_logs_list"),
                    Index(fields=["org_id", "event", "id"], name="access_logs_by_event"),
                    Index(fields=["org_id", "user_id", "id"], name="access_logs_by_user"),
                ],
                "pk_attr": "id",
                "table_description": "Sign-ins and refusals. Without an organization where nobody could be made out.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "org_id",
                    fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True),
                ),
                ("sequence", fields.BigIntField(default=0)),
                ("hash", fields.CharField(default="", max_length=64)),
                ("at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "audit_heads",
                "app": "dagy",
                "pk_attr": "org_id",
                "table_description": "The end of an organization's chain: writers take turns on its row.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AuditLog",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                ("org_id", fields.UUIDField()),
                ("sequence", fields.BigIntField()),
                (
                    "actor_kind",
                    fields.CharEnumField(
                        description="USER: USER\nAPI_KEY: API_KEY\nSERVICE_ACCOUNT: SERVICE_ACCOUNT\nSYSTEM: SYSTEM",
                        enum_type=ActorKind,
                        max_length=20,
                    ),
                ),
                ("actor_id", fields.UUIDField(null=True)),
                ("actor_name", fields.CharField(max_length=320)),
                ("action", fields.CharField(max_length=100)),
                ("resource_type", fields.CharField(max_length=50)),
                ("resource_id", fields.UUIDField(null=True)),
                ("resource_name", fields.CharField(default="", max_length=320)),
                ("before", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("after", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("request_id", fields.CharField(null=True, max_length=64)),
                ("address", fields.CharField(null=True, max_length=64)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("previous_hash", fields.CharField(max_length=64)),
                ("hash", fields.CharField(max_length=64)),
            ],
            options={
                "table": "audit_logs",
                "app": "dagy",
                "unique_together": (("org_id", "sequence"),),
                "indexes": [
                    Index(fields=["org_id", "at", "sequence"], name="audit_logs_by_time"),
                    Index(fields=["org_id", "actor_name", "sequence"], name="audit_logs_by_actor"),
                    Index(fields=["org_id", "action", "sequence"], name="audit_logs_by_action"),
                    Index(
                        fields=["org_id", "resource_type", "sequence"], name="audit_logs_by_type"
                    ),
                    Index(
                        fields=["org_id", "resource_id", "sequence"],
                        name="audit_logs_by_resource",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "A trigger numbers each row within its organization (`sequence`) and hashes it together",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="BillingSubscription",
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
                        unique=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="billing_subscriptions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("plan", fields.CharField(max_length=50)),
                (
                    "status",
                    fields.CharEnumField(
                        description="TRIALING: TRIALING\nACTIVE: ACTIVE\nPAST_DUE: PAST_DUE\nCANCELLED: CANCELLED",
                        enum_type=SubscriptionStatus,
                        max_length=10,
                    ),
                ),
                ("seats", fields.IntField(null=True)),
                ("monthly_price_microdollars", fields.BigIntField(default=0)),
                ("provider_reference", fields.CharField(null=True, max_length=200)),
                (
                    "current_period_ends_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("cancel_at_period_end", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "billing_subscriptions",
                "app": "dagy",
                "pk_attr": "id",
                "table_description": "One an organization. `provider_reference` is what the payment provider calls it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CustomRole",
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
                        related_name="custom_roles",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("description", fields.TextField(default="", unique=False)),
                ("permissions", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "custom_roles",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "pk_attr": "id",
                "table_description": "A named set of permissions; `permissions` lists their names.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DagDraft",
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
                        related_name="drafts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "flow",
                    fields.ForeignKeyField(
                        "dagy.Flow",
                        source_field="flow_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="drafts",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("description", fields.TextField(default="", unique=False)),
                ("graph", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("revision", fields.IntField(default=1)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("updated_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "dag_drafts",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "indexes": [Index(fields=["org_id", "id"], name="dag_drafts_list")],
                "pk_attr": "id",
                "table_description": "`revision` grows with every save: a save that started from an older one is a conflict.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Invitation",
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
                        related_name="invitations",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("email", fields.CharField(max_length=320)),
                (
                    "role",
                    fields.CharEnumField(
                        null=True,
                        description="OWNER: owner\nADMIN: admin\nDEVELOPER: developer\nVIEWER: viewer",
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                (
                    "custom_role",
                    fields.ForeignKeyField(
                        "dagy.CustomRole",
                        source_field="custom_role_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="invitations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "accepted_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "invitations",
                "app": "dagy",
                "indexes": [Index(fields=["org_id", "id"], name="invitations_list")],
                "pk_attr": "id",
                "table_description": "A one-time link into an organization.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="NotificationChannel",
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
                        related_name="notification_channels",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="SLACK: SLACK\nEMAIL: EMAIL\nWEBHOOK: WEBHOOK\nPAGERDUTY: PAGERDUTY",
                        enum_type=ChannelKind,
                        max_length=10,
                    ),
                ),
                ("config", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("sealed_config", fields.TextField(null=True, unique=False)),
                ("enabled", fields.BooleanField(default=True)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "notification_channels",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "indexes": [
                    Index(fields=["org_id", "id"], name="notification_channels_list"),
                    Index(fields=["org_id", "kind", "id"], name="notification_channels_by_kind"),
                ],
                "pk_attr": "id",
                "table_description": "`config` is what anybody who reads channels may see; `sealed_config` is encrypted: the",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="AlertRule",
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
                        related_name="alert_rules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "channel",
                    fields.ForeignKeyField(
                        "dagy.NotificationChannel",
                        source_field="channel_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="alert_rules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                (
                    "trigger",
                    fields.CharEnumField(
                        description="ON_FAILURE: ON_FAILURE\nON_SUCCESS: ON_SUCCESS\nON_SLA_BREACH: ON_SLA_BREACH\nON_RETRY: ON_RETRY\nON_RECOVERY: ON_RECOVERY\nON_CRASH: ON_CRASH\nON_MISSED_SCHEDULE: ON_MISSED_SCHEDULE",
                        enum_type=AlertTrigger,
                        max_length=20,
                    ),
                ),
                ("flow_name", fields.CharField(null=True, max_length=200)),
                (
                    "environment",
                    fields.ForeignKeyField(
                        "dagy.Environment",
                        source_field="environment_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="alert_rules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("enabled", fields.BooleanField(default=True)),
                (
                    "muted_until",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "alert_rules",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "indexes": [
                    Index(fields=["org_id", "id"], name="alert_rules_list"),
                    Index(fields=["channel_id", "id"], name="alert_rules_of_channel"),
                    Index(fields=["org_id", "trigger", "id"], name="alert_rules_by_trigger"),
                    Index(fields=["org_id", "flow_name", "id"], name="alert_rules_by_flow_name"),
                ],
                "pk_attr": "id",
                "table_description": "`flow_name` None: every flow.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OidcAttempt",
            fields=[
                (
                    "id",
                    fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True),
                ),
                ("state_hash", fields.CharField(unique=True, max_length=64)),
                ("nonce", fields.CharField(max_length=100)),
                ("code_verifier", fields.CharField(max_length=200)),
                ("return_to", fields.CharField(default="/", max_length=500)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "oidc_attempts",
                "app": "dagy",
                "pk_attr": "id",
                "table_description": "A sign-in on its way through an identity provider; used once, within minutes.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PasswordReset",
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
                        related_name="password_resets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "password_resets",
                "app": "dagy",
                "pk_attr": "id",
                "table_description": "A one-time link that sets a new password.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Schedule",
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
                        related_name="schedules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "deployment",
                    fields.ForeignKeyField(
                        "dagy.Deployment",
                        source_field="deployment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="schedules",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="CRON: CRON\nINTERVAL: INTERVAL\nONCE: ONCE\nMANUAL: MANUAL",
                        enum_type=ScheduleKind,
                        max_length=10,
                    ),
                ),
                ("cron", fields.CharField(null=True, max_length=200)),
                ("interval_seconds", fields.FloatField(null=True)),
                ("at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("timezone", fields.CharField(default="UTC", max_length=64)),
                ("parameters", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("enabled", fields.BooleanField(default=True)),
                ("start_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("end_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "catchup_policy",
                    fields.CharEnumField(
                        default=CatchupPolicy.NONE,
                        description="NONE: NONE\nLATEST: LATEST\nALL: ALL",
                        enum_type=CatchupPolicy,
                        max_length=10,
                    ),
                ),
                (
                    "overlap_policy",
                    fields.CharEnumField(
                        default=OverlapPolicy.ALLOW,
                        description="ALLOW: ALLOW\nSKIP: SKIP\nQUEUE_ONE: QUEUE_ONE\nCANCEL_RUNNING: CANCEL_RUNNING",
                        enum_type=OverlapPolicy,
                        max_length=20,
                    ),
                ),
                ("jitter_seconds", fields.FloatField(default=0)),
                (
                    "next_run_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "last_triggered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "last_run",
                    fields.ForeignKeyField(
                        "dagy.Run",
                        source_field="last_run_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="last_of_schedules",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "schedules",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "indexes": [
                    Index(fields=["org_id", "id"], name="schedules_list"),
                    Index(fields=["deployment_id", "id"], name="schedules_of_deployment"),
                    Index(fields=["org_id", "enabled", "id"], name="schedules_by_enabled"),
                    Index(fields=["org_id", "kind", "id"], name="schedules_by_kind"),
                ],
                "pk_attr": "id",
                "table_description": "`cron` (five fields, in `timezone`), `interval_seconds` or `at`, by its kind.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Secret",
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
                        related_name="secrets",
                        on_delete=OnDelete.CASCADE,
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
                        related_name="secrets",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("description", fields.TextField(default="", unique=False)),
                ("current_version", fields.IntField(default=1)),
                (
                    "last_used_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "secrets",
                "app": "dagy",
                "indexes": [
                    Index(fields=["org_id", "id"], name="secrets_list"),
                    Index(fields=["org_id", "name"], name="secrets_by_name"),
                    Index(fields=["org_id", "environment_id", "id"], name="secrets_by_environment"),
                ],
                "pk_attr": "id",
                "table_description": "`environment` None: for all; a row with an environment goes before it there.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecretUse",
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
                        related_name="secret_uses",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "secret",
                    fields.ForeignKeyField(
                        "dagy.Secret",
                        source_field="secret_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="uses",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("version", fields.IntField()),
                (
                    "run",
                    fields.ForeignKeyField(
                        "dagy.Run",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="secret_uses",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("attempt", fields.IntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "secret_uses",
                "app": "dagy",
                "unique_together": (("run", "attempt", "secret"),),
                "indexes": [Index(fields=["secret_id", "id"], name="secret_uses_list")],
                "pk_attr": "id",
                "table_description": "Which run was given which version.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecretVersion",
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
                        related_name="secret_versions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "secret",
                    fields.ForeignKeyField(
                        "dagy.Secret",
                        source_field="secret_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="versions",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("version", fields.IntField()),
                ("sealed_value", fields.TextField(unique=False)),
                ("key_id", fields.CharField(max_length=16)),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "secret_versions",
                "app": "dagy",
                "unique_together": (("secret", "version"),),
                "indexes": [Index(fields=["key_id", "id"], name="secret_versions_by_key")],
                "pk_attr": "id",
                "table_description": "`sealed_value` is a Fernet token; `key_id` names the key it was made with.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Sensor",
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
                        related_name="sensors",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "deployment",
                    fields.ForeignKeyField(
                        "dagy.Deployment",
                        source_field="deployment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="sensors",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                (
                    "kind",
                    fields.CharEnumField(
                        description="WEBHOOK: WEBHOOK\nHTTP: HTTP\nRUN: RUN\nS3: S3",
                        enum_type=SensorKind,
                        max_length=10,
                    ),
                ),
                ("config", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("parameters", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("enabled", fields.BooleanField(default=True)),
                ("interval_seconds", fields.FloatField(null=True)),
                ("cursor", fields.TextField(null=True, unique=False)),
                ("token_hash", fields.CharField(null=True, unique=True, max_length=64)),
                (
                    "last_checked_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "last_triggered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "sensors",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "indexes": [
                    Index(fields=["org_id", "id"], name="sensors_list"),
                    Index(fields=["deployment_id", "id"], name="sensors_of_deployment"),
                    Index(fields=["org_id", "enabled", "id"], name="sensors_by_enabled"),
                    Index(fields=["org_id", "kind", "id"], name="sensors_by_kind"),
                ],
                "pk_attr": "id",
                "table_description": "`token_hash` is the SHA-256 of a webhook's token; `cursor` is how far it has looked.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ServiceAccount",
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
                        related_name="service_accounts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("name", fields.CharField(max_length=100)),
                ("description", fields.TextField(default="", unique=False)),
                (
                    "role",
                    fields.CharEnumField(
                        null=True,
                        description="OWNER: owner\nADMIN: admin\nDEVELOPER: developer\nVIEWER: viewer",
                        enum_type=Role,
                        max_length=20,
                    ),
                ),
                (
                    "custom_role",
                    fields.ForeignKeyField(
                        "dagy.CustomRole",
                        source_field="custom_role_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="service_accounts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "disabled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("created_by", fields.CharField(default="", max_length=320)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "service_accounts",
                "app": "dagy",
                "unique_together": (("org", "name"),),
                "pk_attr": "id",
                "table_description": "A program with a name of its own: its keys outlive the person who made them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UsageAggregate",
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
                        related_name="usage_aggregates",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "period",
                    fields.CharEnumField(
                        description="DAY: DAY\nMONTH: MONTH", enum_type=UsagePeriod, max_length=10
                    ),
                ),
                ("starts_on", fields.DateField()),
                (
                    "executor",
                    fields.CharEnumField(
                        description="LOCAL: local\nLAMBDA: lambda\nSTEP_FUNCTIONS: step-functions\nECS: ecs",
                        enum_type=Executor,
                        max_length=20,
                    ),
                ),
                ("runs", fields.BigIntField(default=0)),
                ("tasks", fields.BigIntField(default=0)),
                ("seconds", fields.FloatField(default=0)),
                ("cost_microdollars", fields.BigIntField(default=0)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "usage_aggregates",
                "app": "dagy",
                "unique_together": (("org", "period", "starts_on", "executor"),),
                "indexes": [Index(fields=["org_id", "id"], name="usage_aggregates_list")],
                "pk_attr": "id",
                "table_description": "The sums of one day or month (`starts_on`, UTC) and engine.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UsageEvent",
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
                        related_name="usage_events",
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
                        related_name="usage_events",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("flow_name", fields.CharField(max_length=200)),
                (
                    "executor",
                    fields.CharEnumField(
                        description="LOCAL: local\nLAMBDA: lambda\nSTEP_FUNCTIONS: step-functions\nECS: ecs",
                        enum_type=Executor,
                        max_length=20,
                    ),
                ),
                ("seconds", fields.FloatField()),
                ("task_count", fields.IntField(default=0)),
                ("cost_microdollars", fields.BigIntField(default=0)),
                ("dedupe_key", fields.CharField(max_length=200)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "usage_events",
                "app": "dagy",
                "unique_together": (("org", "dedupe_key"),),
                "indexes": [
                    Index(fields=["org_id", "id"], name="usage_events_list"),
                    Index(fields=["org_id", "flow_name", "id"], name="usage_events_by_flow_name"),
                    Index(fields=["org_id", "executor", "id"], name="usage_events_by_executor"),
                    Index(fields=["run_id", "id"], name="usage_events_of_run"),
                ],
                "pk_attr": "id",
                "table_description": "The use of one attempt of a run; `dedupe_key` makes recording it twice harmless.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UserIdentity",
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
                        related_name="identities",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("issuer", fields.CharField(max_length=500)),
                ("subject", fields.CharField(max_length=300)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "user_identities",
                "app": "dagy",
                "unique_together": (("issuer", "subject"),),
                "pk_attr": "id",
                "table_description": "What an identity provider calls the user.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="AccessToken",
            name="address",
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="method",
            field=fields.CharEnumField(
                description="PASSWORD: PASSWORD\nOIDC: OIDC\nJWT: JWT\nACCESS_TOKEN: ACCESS_TOKEN\nAPI_KEY: API_KEY\nINVITATION: INVITATION\nRESET_LINK: RESET_LINK",
                db_default=AccessMethod.PASSWORD,
                enum_type=AccessMethod,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="AccessToken",
            name="user_agent",
            field=fields.CharField(null=True, max_length=300),
        ),
        ops.AddIndex(
            model_name="AccessToken",
            index=Index(fields=["user_id", "id"], name="access_tokens_of_user"),
        ),
        ops.AddField(
            model_name="ApiKey",
            name="previous_expires_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ApiKey",
            name="previous_hash",
            field=fields.CharField(null=True, unique=True, max_length=64),
        ),
        ops.AddField(
            model_name="ApiKey",
            name="rotated_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="ApiKey",
            name="service_account",
            field=fields.ForeignKeyField(
                "dagy.ServiceAccount",
                source_field="service_account_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="api_keys",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddIndex(
            model_name="ApiKey",
            index=Index(fields=["org_id", "id"], name="api_keys_list"),
        ),
        ops.AddField(
            model_name="Environment",
            name="created_by",
            field=fields.CharField(db_default="", max_length=320),
        ),
        ops.AddField(
            model_name="Environment",
            name="is_protected",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="Environment",
            name="updated_at",
            field=fields.DatetimeField(db_default=Now(), auto_now=True, auto_now_add=False),
        ),
        ops.AlterModelOptions(
            name="Membership",
            options={
                "table": "memberships",
                "app": "dagy",
                "unique_together": (("org", "user"),),
                "indexes": [Index(fields=["org_id", "id"], name="memberships_list")],
                "pk_attr": "id",
                "table_description": "Of `role` and `custom_role` one is set.",
            },
        ),
        ops.AlterField(
            model_name="Membership",
            name="role",
            field=fields.CharEnumField(
                null=True,
                description="OWNER: owner\nADMIN: admin\nDEVELOPER: developer\nVIEWER: viewer",
                enum_type=Role,
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Membership",
            name="custom_role",
            field=fields.ForeignKeyField(
                "dagy.CustomRole",
                source_field="custom_role_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="memberships",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Membership",
            index=Index(fields=["org_id", "id"], name="memberships_list"),
        ),
        ops.AddField(
            model_name="User",
            name="disabled_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
