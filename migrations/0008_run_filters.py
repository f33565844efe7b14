"""A state beside every other filter of runs, in the order of the list; and what of a run follows
from what else, since a planner that takes flow and deployment for independent sorts thousands of
runs where it could read fifty."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("dagy", "0007_access_indexes")]

    operations = [
        ops.RunSQL(
            "CREATE STATISTICS runs_belonging (dependencies)"
            " ON flow_name, flow_id, deployment_id, environment_id FROM runs",
            "DROP STATISTICS runs_belonging",
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(
                fields=["org_id", "flow_name", "state", "id"], name="runs_by_flow_and_state"
            ),
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(
                fields=["org_id", "environment_id", "state", "id"],
                name="runs_by_environment_and_state",
            ),
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(
                fields=["org_id", "trigger", "state", "id"], name="runs_by_trigger_and_state"
            ),
        ),
        ops.AddIndex(
            model_name="Run",
            index=Index(
                fields=["deployment_id", "state", "id"], name="runs_of_deployment_by_state"
            ),
        ),
    ]
