"""What lists of drafts, alert rules, sums of use and deployments can be narrowed by."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("dagy", "0009_secret_names")]

    operations = [
        ops.AddIndex(
            model_name="DagDraft",
            index=Index(fields=["flow_id", "id"], name="dag_drafts_of_flow"),
        ),
        ops.AddIndex(
            model_name="UsageAggregate",
            index=Index(fields=["org_id", "starts_on", "id"], name="usage_aggregates_by_start"),
        ),
        ops.AddIndex(
            model_name="UsageAggregate",
            index=Index(
                fields=["org_id", "period", "starts_on", "id"], name="usage_aggregates_by_period"
            ),
        ),
        ops.AddIndex(
            model_name="AlertRule",
            index=Index(
                fields=["org_id", "environment_id", "id"], name="alert_rules_by_environment"
            ),
        ),
        ops.AddIndex(
            model_name="Deployment",
            index=Index(fields=["environment_id", "id"], name="deployments_of_environment"),
        ),
    ]
