"""What was done, by whom: every mutation notes it in the transaction that does it."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.origin import origin
from dagy_gql.enums import ActorKind
from dagy_gql.repositories import audit
from dagy_gql.repositories.audit import Entry
from dagy_gql.repositories.pagination import encode_id

_MAX_NAME = 320
# Of one value, as JSON. The log keeps what was decided; whole payloads live with their runs.
_MAX_VALUE_BYTES = 4096

_ACTOR_TYPES = {
    ActorKind.USER: "User",
    ActorKind.API_KEY: "ApiKey",
    ActorKind.SERVICE_ACCOUNT: "ServiceAccount",
}

Columns = Mapping[str, Any] | asyncpg.Record


def note(
    actor: Actor,
    action: str,
    resource_type: str,
    resource_id: UUID | None,
    *,
    name: str = "",
    before: Columns | None = None,
    after: Columns | None = None,
) -> None:
    """Note a change; it is stored with the transaction this is called in, or not at all.

    `action` reads "<noun>.<verb>"; `resource_type` is the GraphQL type; `before` and `after` hold
    the columns that changed and never a secret. Raises RuntimeError outside a transaction.
    """
    request = origin.get()
    entry = Entry(
        org_id=actor.org_id,
        actor_kind=actor.kind,
        actor_id=_actor_id(actor),
        actor_name=_text(actor.name),
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        resource_name=_text(name),
        before=_kept(before),
        after=_kept(after),
        request_id=request.request_id or None,
        address=request.address,
    )
    db.note(entry, audit.append)


def changed(
    before: Columns | None, after: Columns | None, *, columns: Iterable[str]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The two sides of a change for `note`: of `columns`, those that differ; all where one side
    is None, which is a creation or a deletion."""
    if before is None or after is None:
        return _only(before, columns), _only(after, columns)
    different = [column for column in columns if before[column] != after[column]]
    return _only(before, different), _only(after, different)


def _only(row: Columns | None, columns: Iterable[str]) -> dict[str, Any] | None:
    return None if row is None else {column: row[column] for column in columns}


def _actor_id(actor: Actor) -> UUID | None:
    match actor.kind:
        case ActorKind.USER:
            return actor.user_id
        case ActorKind.API_KEY:
            return actor.credential_id
        case ActorKind.SERVICE_ACCOUNT:
            return actor.service_account_id
        case ActorKind.SYSTEM:
            return None


def actor_reference(row: Columns) -> str | None:
    """The global id of the User, ApiKey or ServiceAccount that acted; None: the installation."""
    type_name = _ACTOR_TYPES.get(row["actor_kind"])
    if type_name is None or row["actor_id"] is None:
        return None
    return encode_id(type_name, row["actor_id"])


def resource_reference(row: Columns) -> str | None:
    key = row["resource_id"]
    return None if key is None else encode_id(row["resource_type"], key)


def _text(text: str) -> str:
    return text[:_MAX_NAME].replace("\x00", "\u2400")


def _kept(columns: Columns | None) -> dict[str, Any] | None:
    return None if columns is None else {key: _bounded(value) for key, value in columns.items()}


def _bounded(value: Any) -> Any:
    """A value that is too long for the log is told by its size and hash."""
    if value is None or isinstance(value, bool | int | float | UUID):
        return value
    text = db.json_text(value).encode()
    if len(text) <= _MAX_VALUE_BYTES:
        return value
    return {"sizeBytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
