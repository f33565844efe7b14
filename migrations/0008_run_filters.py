"""A state beside a flow or a deployment: the two filters that the pages of both combine."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("dagy", "0007_access_indexes")]

    operations = [
        ops.AddIndex(
            model_name="Run",
            index=Index(
                fields=["org_id", "flow_name", "state", "id"], name="runs_by_flow_and_state"
            ),
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(
                fields=["deployment_id", "state", "id"], name="runs_of_deployment_by_state"
            ),
        ),
    ]
