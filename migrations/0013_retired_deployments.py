"""Runs that outlive their deployment go on within its concurrency limit.

A deleted deployment is forgotten by its runs; those that were queued or running remember its key
here, and its limit has a row for as long as there are any.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

CREATE = [
    """
    CREATE TABLE retired_deployments (
        id uuid PRIMARY KEY,
        org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        name text NOT NULL,
        concurrency_limit integer NOT NULL
    )
    """,
    "ALTER TABLE runs ADD COLUMN retired_deployment_id uuid",
    """
    CREATE INDEX runs_of_retired_deployment ON runs (retired_deployment_id)
        WHERE retired_deployment_id IS NOT NULL
    """,
]
DROP = [
    "DROP INDEX runs_of_retired_deployment",
    "ALTER TABLE runs DROP COLUMN retired_deployment_id",
    "DROP TABLE retired_deployments",
]


class Migration(migrations.Migration):
    dependencies = [("dagy", "0012_run_pages")]

    operations = [ops.RunSQL(CREATE, DROP)]
