"""Lists of members, roles, service accounts and keys, with the filters that they offer."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("dagy", "0006_row_security")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="ApiKey",
            index=Index(fields=["org_id", "created_by_id", "id"], name="api_keys_by_person"),
        ),
        ops.AddIndex(
            model_name="ApiKey",
            index=Index(fields=["org_id", "service_account_id", "id"], name="api_keys_by_account"),
        ),
        ops.AddIndex(
            model_name="ApiKey",
            index=Index(fields=["org_id", "prefix", "id"], name="api_keys_by_prefix"),
        ),
        ops.AddIndex(
            model_name="CustomRole",
            index=Index(fields=["org_id", "id"], name="custom_roles_list"),
        ),
        ops.AddIndex(
            model_name="Membership",
            index=Index(fields=["org_id", "role", "id"], name="memberships_by_role"),
        ),
        ops.AddIndex(
            model_name="Membership",
            index=Index(
                fields=["org_id", "custom_role_id", "id"], name="memberships_by_custom_role"
            ),
        ),
        ops.AddIndex(
            model_name="ServiceAccount",
            index=Index(fields=["org_id", "id"], name="service_accounts_list"),
        ),
    ]
