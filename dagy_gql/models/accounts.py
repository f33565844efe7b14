"""Who signs in: users, their access tokens, and an organization's API keys."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from dagy_gql.enums import Role
from dagy_gql.ids import new_id


class User(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    email = fields.CharField(max_length=320, unique=True)
    name = fields.CharField(max_length=200, default="")
    password_hash = fields.CharField(max_length=200, null=True)
    is_super_admin = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "users"


class AccessToken(Model):
    """A session: what a sign-in hands out. `token_hash` is the SHA-256 of the whole token."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="access_tokens"
    )
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="access_tokens"
    )
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "access_tokens"


class ApiKey(Model):
    """A program's key. Without scopes it has no rights; a role's name grants that role's."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="api_keys"
    )
    created_by: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="api_keys", null=True, on_delete=fields.SET_NULL
    )
    name = fields.CharField(max_length=200)
    prefix = fields.CharField(max_length=20)
    key_hash = fields.CharField(max_length=64, unique=True)
    role = fields.CharEnumField(Role, max_length=20, null=True)
    scopes: fields.JSONField[Any] = fields.JSONField(default=list)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "api_keys"
