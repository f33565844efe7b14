"""Sessions of an organization are listed and expire; an e-mail address may be proven."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("dagy", "0004_audit_chain")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="AccessToken",
            index=Index(fields=["org_id", "id"], name="access_tokens_list"),
        ),
        ops.AddIndex(
            model_name="AccessToken",
            index=Index(fields=["org_id", "user_id", "id"], name="access_tokens_by_user"),
        ),
        ops.AddIndex(
            model_name="AccessToken",
            index=Index(fields=["expires_at"], name="access_tokens_expiry"),
        ),
        ops.AddField(
            model_name="User",
            name="email_verified_at",
            field=fields.DatetimeField(null=True),
        ),
    ]
