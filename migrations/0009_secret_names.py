"""One secret of a name per environment, and one for all environments: NULL is such a one too."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CREATE = """
CREATE UNIQUE INDEX secrets_name ON secrets (org_id, name, environment_id) NULLS NOT DISTINCT
"""
DROP = "DROP INDEX secrets_name"


class Migration(migrations.Migration):
    dependencies = [("dagy", "0008_run_filters")]

    initial = False

    operations = [
        ops.RunSQL([CREATE], [DROP]),
    ]
