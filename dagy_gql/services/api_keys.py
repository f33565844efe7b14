"""Keys of programs. A key can do what its scopes say and its holder may, never more; nobody makes
one, or gets the secret of one, that can do more than they can."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db
from dagy_gql.auth import permissions, tokens
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.db import json_text
from dagy_gql.enums import ActorKind, Role
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.repositories.api_keys import ApiKeyRepository, NewKey
from dagy_gql.repositories.service_accounts import ServiceAccountRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, roles
from dagy_gql.services.labels import checked_name
from dagy_gql.services.roles import Grant

DEFAULT_GRACE = timedelta(days=1)
MAX_GRACE = timedelta(days=30)
_AUDITED = ("name", "prefix", "role", "scopes", "expires_at", "revoked_at", "service_account_id")

# What a client sent, by column; what it left out is not there.
Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A key with its secret, which is shown this once."""

    row: asyncpg.Record
    secret: str


async def create(
    rt: Runtime,
    actor: Actor,
    *,
    name: str,
    scopes: list[Permission],
    expires_at: datetime | None,
    service_account_id: UUID | None,
) -> Shown:
    """Without `service_account_id` the key is the actor's own.

    Raises BadUserInput, NotFound (the service account), Forbidden naming the scope.
    """
    roles.require_all(actor, frozenset(scopes), field="scopes")
    account_id = service_account_id or actor.service_account_id
    secret = tokens.new(tokens.KEY_PREFIX)
    key = NewKey(
        checked_name(name),
        secret.prefix,
        secret.sha256,
        created_by_id=actor.user_id,
        service_account_id=account_id,
        scopes=tuple(sorted(set(scopes))),
        expires_at=_in_future(expires_at),
    )
    async with db.transaction():
        if account_id is not None:
            await ServiceAccountRepository(actor.org_id).held(account_id)
        row = await ApiKeyRepository(actor.org_id).add(key, now=clock.now())
        note(actor, "create", after=row)
    return Shown(row, secret.text)


async def update(rt: Runtime, actor: Actor, changes: Changes, *, key_id: UUID) -> asyncpg.Record:
    """Raises NotFound, BadUserInput, Forbidden naming the scope, Conflict for a revoked key."""
    values = dict(changes)
    if "name" in values:
        values["name"] = checked_name(values["name"])
    if "expires_at" in values:
        _in_future(values["expires_at"])
    if "scopes" in values:
        roles.require_all(actor, frozenset(values["scopes"]), field="scopes")
        values["scopes"] = json_text(sorted(set(values["scopes"])))
    async with db.transaction():
        before = await _held(actor, key_id)
        _require_as_much(actor, before)
        row = await ApiKeyRepository(actor.org_id).change(key_id, values) if values else before
        note(actor, "update", before=before, after=row)
    return row


async def rotate(
    rt: Runtime, actor: Actor, *, key_id: UUID, grace_seconds: int | None = None
) -> Shown:
    """A new secret; the old one works until the grace time is over, one from before it no more.

    Raises as `update` does.
    """
    grace = _grace(grace_seconds)
    secret, now = tokens.new(tokens.KEY_PREFIX), clock.now()
    async with db.transaction():
        before = await _held(actor, key_id)
        _require_as_much(actor, before)
        values = {
            "key_hash": secret.sha256,
            "prefix": secret.prefix,
            "previous_hash": before["key_hash"] if grace else None,
            "previous_expires_at": now + grace if grace else None,
            "rotated_at": now,
        }
        row = await ApiKeyRepository(actor.org_id).change(key_id, values)
        note(actor, "rotate", before=before, after=row)
    return Shown(row, secret.text)


async def revoke(rt: Runtime, actor: Actor, *, key_id: UUID) -> asyncpg.Record:
    """For good; whoever may write keys may revoke any, for a leak cannot wait. Raises NotFound;
    a key that is revoked stays as it is."""
    repository = ApiKeyRepository(actor.org_id)
    async with db.transaction():
        before = await repository.held(key_id)
        since = before["revoked_at"] or clock.now()
        row = await repository.change(key_id, {"revoked_at": since})
        note(actor, "revoke", before=before, after=row)
    return row


async def _held(actor: Actor, key_id: UUID) -> asyncpg.Record:
    row = await ApiKeyRepository(actor.org_id).held(key_id)
    if row["revoked_at"] is not None:
        raise Conflict(f"The key {row['name']!r} has been revoked: create a new one.", field="id")
    return row


def _require_as_much(actor: Actor, key: asyncpg.Record) -> None:
    """Who gets hold of a key must have what it says; a key has its own."""
    if actor.kind is not ActorKind.USER and actor.credential_id == key["id"]:
        return
    role = Role(key["role"]) if key["role"] else None
    stored = permissions.granted(role, key["scopes"])
    roles.require_covering(actor, Grant(role, None, stored), field="id")


def _in_future(moment: datetime | None) -> datetime | None:
    if moment is not None and moment <= clock.now():
        raise BadUserInput(f"expiresAt is {moment.isoformat()}: it has passed.", field="expiresAt")
    return moment


def _grace(seconds: int | None) -> timedelta:
    grace = DEFAULT_GRACE if seconds is None else timedelta(seconds=seconds)
    if not timedelta(0) <= grace <= MAX_GRACE:
        most = round(MAX_GRACE.total_seconds())
        raise BadUserInput(
            f"graceSeconds is {seconds}: it must be from 0 to {most}.", field="graceSeconds"
        )
    return grace


def note(
    actor: Actor,
    verb: str,
    *,
    after: asyncpg.Record,
    before: asyncpg.Record | None = None,
) -> None:
    """What became of a key, in the audit log."""
    sides = audit.changed(before, after, columns=_AUDITED)
    audit.note(
        actor,
        f"api_key.{verb}",
        "ApiKey",
        after["id"],
        name=after["name"],
        before=sides[0],
        after=sides[1],
    )
