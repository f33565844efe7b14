"""Organizations and what belongs to them directly: memberships and environments."""

from typing import Any

from tortoise import fields
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


class Membership(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="memberships"
    )
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="memberships"
    )
    role = fields.CharEnumField(Role, max_length=20)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "memberships"
        unique_together = (("org", "user"),)


class Environment(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="environments"
    )
    name = fields.CharField(max_length=100)
    description = fields.TextField(default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "environments"
        unique_together = (("org", "name"),)
