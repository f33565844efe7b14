"""Runs that are started on a page or by the command line say so."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from dagy_gql.enums import RunTrigger


class Migration(migrations.Migration):
    dependencies = [("dagy", "0014_run_search")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Run",
            name="trigger",
            field=fields.CharEnumField(
                description="UI: UI\nCLI: CLI\nAPI: API\n"
                "SCHEDULE: SCHEDULE\nSENSOR: SENSOR\nRETRY: RETRY",
                enum_type=RunTrigger,
                max_length=12,
            ),
        )
    ]
