"""Values that flows need and nobody should see, encrypted, each version kept."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.ids import new_id


class Secret(Model):
    """`environment` None: for all; a row with an environment goes before it there."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="secrets"
    )
    environment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Environment", related_name="secrets", null=True
    )
    name = fields.CharField(max_length=100)
    description = fields.TextField(default="")
    current_version = fields.IntField(default=1)
    last_used_at = fields.DatetimeField(null=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "secrets"
        indexes = [
            Index(fields=("org_id", "id"), name="secrets_list"),
            Index(fields=("org_id", "name"), name="secrets_by_name"),
            Index(fields=("org_id", "environment_id", "id"), name="secrets_by_environment"),
        ]


class SecretVersion(Model):
    """`sealed_value` is a Fernet token; `key_id` names the key it was made with."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="secret_versions"
    )
    secret: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Secret", related_name="versions"
    )
    version = fields.IntField()
    sealed_value = fields.TextField()
    key_id = fields.CharField(max_length=16)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "secret_versions"
        unique_together = (("secret", "version"),)
        indexes = [Index(fields=("key_id", "id"), name="secret_versions_by_key")]


class SecretUse(Model):
    """Which run was given which version."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="secret_uses"
    )
    secret: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Secret", related_name="uses"
    )
    version = fields.IntField()
    run: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Run", related_name="secret_uses"
    )
    attempt = fields.IntField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "secret_uses"
        unique_together = (("run", "attempt", "secret"),)
        indexes = [Index(fields=("secret_id", "id"), name="secret_uses_list")]
