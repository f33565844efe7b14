"""The audit log: appended to by the database's own rules, and never changed."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import ActorKind
from dagy_gql.ids import new_id


class AuditLog(Model):
    """A trigger numbers each row within its organization (`sequence`) and hashes it together
    with the hash of the one before it; it also sets `at`, which never goes back. `org_id` is no
    foreign key: the log outlives the rest."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org_id = fields.UUIDField()
    sequence = fields.BigIntField()
    actor_kind = fields.CharEnumField(ActorKind, max_length=20)
    actor_id = fields.UUIDField(null=True)
    actor_name = fields.CharField(max_length=320)
    action = fields.CharField(max_length=100)
    resource_type = fields.CharField(max_length=50)
    resource_id = fields.UUIDField(null=True)
    resource_name = fields.CharField(max_length=320, default="")
    before: fields.JSONField[Any] = fields.JSONField(null=True)
    after: fields.JSONField[Any] = fields.JSONField(null=True)
    request_id = fields.CharField(max_length=64, null=True)
    address = fields.CharField(max_length=64, null=True)
    at = fields.DatetimeField()
    previous_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)

    class Meta:
        table = "audit_logs"
        unique_together = (("org_id", "sequence"),)
        indexes = [
            Index(fields=("org_id", "at", "sequence"), name="audit_logs_by_time"),
            Index(fields=("org_id", "actor_name", "sequence"), name="audit_logs_by_actor"),
            Index(fields=("org_id", "action", "sequence"), name="audit_logs_by_action"),
            Index(fields=("org_id", "resource_type", "sequence"), name="audit_logs_by_type"),
            Index(fields=("org_id", "resource_id", "sequence"), name="audit_logs_by_resource"),
        ]


class AuditHead(Model):
    """The end of an organization's chain: writers take turns on its row."""

    org_id = fields.UUIDField(primary_key=True)
    sequence = fields.BigIntField(default=0)
    hash: Any = fields.CharField(max_length=64, default="")
    at = fields.DatetimeField(null=True)

    class Meta:
        table = "audit_heads"
