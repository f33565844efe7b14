"""Who signs in: users, their sessions, the links that let them in, and the log of all of it."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import AccessEvent, AccessMethod, Role
from dagy_gql.ids import new_id


class User(Model):
    id = fields.UUIDField(primary_key=True, default=new_id)
    email = fields.CharField(max_length=320, unique=True)
    # Proven by an identity provider or the operator; an invitation proves nothing.
    email_verified_at = fields.DatetimeField(null=True)
    name = fields.CharField(max_length=200, default="")
    password_hash = fields.CharField(max_length=200, null=True)
    is_super_admin = fields.BooleanField(default=False)
    disabled_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "users"


class UserIdentity(Model):
    """What an identity provider calls the user."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="identities"
    )
    issuer = fields.CharField(max_length=500)
    subject = fields.CharField(max_length=300)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "user_identities"
        unique_together = (("issuer", "subject"),)


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
    method = fields.CharEnumField(AccessMethod, max_length=20, db_default=AccessMethod.PASSWORD)
    address = fields.CharField(max_length=64, null=True)
    user_agent = fields.CharField(max_length=300, null=True)
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "access_tokens"
        indexes = [
            Index(fields=("user_id", "id"), name="access_tokens_of_user"),
            Index(fields=("org_id", "id"), name="access_tokens_list"),
            Index(fields=("org_id", "user_id", "id"), name="access_tokens_by_user"),
            Index(fields=("expires_at",), name="access_tokens_expiry"),
        ]


class ServiceAccount(Model):
    """A program with a name of its own: its keys outlive the person who made them."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="service_accounts"
    )
    name = fields.CharField(max_length=100)
    description = fields.TextField(default="")
    role = fields.CharEnumField(Role, max_length=20, null=True)
    custom_role: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.CustomRole", related_name="service_accounts", null=True, on_delete=fields.RESTRICT
    )
    disabled_at = fields.DatetimeField(null=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "service_accounts"
        unique_together = (("org", "name"),)
        indexes = [Index(fields=("org_id", "id"), name="service_accounts_list")]


class ApiKey(Model):
    """A program's key. Without scopes it has no rights; a role's name grants that role's.

    A rotation moves `key_hash` to `previous_hash`, which works until `previous_expires_at`.
    """

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="api_keys"
    )
    created_by: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="api_keys", null=True, on_delete=fields.SET_NULL
    )
    service_account: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.ServiceAccount", related_name="api_keys", null=True
    )
    name = fields.CharField(max_length=200)
    prefix = fields.CharField(max_length=20)
    key_hash = fields.CharField(max_length=64, unique=True)
    previous_hash = fields.CharField(max_length=64, null=True, unique=True)
    previous_expires_at = fields.DatetimeField(null=True)
    role = fields.CharEnumField(Role, max_length=20, null=True)
    scopes: fields.JSONField[Any] = fields.JSONField(default=list)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    rotated_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "api_keys"
        indexes = [
            Index(fields=("org_id", "id"), name="api_keys_list"),
            Index(fields=("org_id", "created_by_id", "id"), name="api_keys_by_person"),
            Index(fields=("org_id", "service_account_id", "id"), name="api_keys_by_account"),
            Index(fields=("org_id", "prefix", "id"), name="api_keys_by_prefix"),
        ]


class Invitation(Model):
    """A one-time link into an organization."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="invitations"
    )
    email = fields.CharField(max_length=320)
    role = fields.CharEnumField(Role, max_length=20, null=True)
    custom_role: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.CustomRole", related_name="invitations", null=True, on_delete=fields.RESTRICT
    )
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)
    created_by = fields.CharField(max_length=320, default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "invitations"
        indexes = [Index(fields=("org_id", "id"), name="invitations_list")]


class PasswordReset(Model):
    """A one-time link that sets a new password."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    user: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="password_resets"
    )
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "password_resets"


class OidcAttempt(Model):
    """A sign-in on its way through an identity provider; used once, within minutes."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    state_hash = fields.CharField(max_length=64, unique=True)
    nonce = fields.CharField(max_length=100)
    code_verifier = fields.CharField(max_length=200)
    return_to = fields.CharField(max_length=500, default="/")
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "oidc_attempts"


class AccessLog(Model):
    """Sign-ins and refusals. Without an organization where nobody could be made out."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="access_logs", null=True
    )
    user: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.User", related_name="access_logs", null=True, on_delete=fields.SET_NULL
    )
    email = fields.CharField(max_length=320, null=True)
    event = fields.CharEnumField(AccessEvent, max_length=30)
    method = fields.CharEnumField(AccessMethod, max_length=20, null=True)
    reason = fields.CharField(max_length=300, null=True)
    address = fields.CharField(max_length=64, null=True)
    user_agent = fields.CharField(max_length=300, null=True)
    request_id = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "access_logs"
        indexes = [
            Index(fields=("org_id", "id"), name="access_logs_list"),
            Index(fields=("org_id", "event", "id"), name="access_logs_by_event"),
            Index(fields=("org_id", "user_id", "id"), name="access_logs_by_user"),
        ]
