"""Organizations and what belongs to them directly: members, roles and environments."""

from typing import Any

from tortoise import fields
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import Role
from dagy_gql.ids import new_id


class Organization(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    name = fields.CharField(max_length=200)
    slug = fields.CharField(max_length=100, unique=True)
    max_running_runs = fields.IntField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "organizations"


class CustomRole(Model):
    """A named set of permissions; `permissions` lists their names."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="custom_roles"
    )
    name = fields.CharField(max_length=100)
    description = fields.TextField(default="")
    permissions: fields.JSONField[Any] = fields.JSONField(default=list)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "custom_roles"
        unique_together = (("org", "name"),)
        indexes = [Index(fields=("org_id", "id"), name="custom_roles_list")]


class Membership(Model):
    """Of `role` and `custom_role` one is set."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="memberships"
    )
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="memberships"
    )
    role = fields.CharEnumField(Role, max_length=20, null=True)
    custom_role: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.CustomRole", related_name="memberships", null=True, on_delete=fields.RESTRICT
    )
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "memberships"
        unique_together = (("org", "user"),)
        indexes = [
            Index(fields=("org_id", "id"), name="memberships_list"),
            Index(fields=("org_id", "role", "id"), name="memberships_by_role"),
            Index(fields=("org_id", "custom_role_id", "id"), name="memberships_by_custom_role"),
        ]


class Environment(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="environments"
    )
    name = fields.CharField(max_length=100)
    description = fields.TextField(default="")
    is_protected = fields.BooleanField(db_default=False)
    created_by = fields.CharField(max_length=320, db_default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True, db_default=Now())

    class Meta:
        table = "environments"
        unique_together = (("org", "name"),)
