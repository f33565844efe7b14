"""One billing subscription an organization: the unique foreign key had made no constraint."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint


class Migration(migrations.Migration):
    dependencies = [("dagy", "0010_entity_filters")]

    operations = [
        ops.AlterField(
            model_name="BillingSubscription",
            name="org",
            field=fields.ForeignKeyField(
                "dagy.Organization",
                source_field="org_id",
                db_constraint=True,
                to_field="id",
                related_name="billing_subscriptions",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.AddConstraint(
            model_name="BillingSubscription",
            constraint=UniqueConstraint(fields=("org",)),
        ),
    ]
