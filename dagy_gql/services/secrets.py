"""Secrets of an organization: made, changed, rolled back, deleted, and revealed to a person.

A value is sealed before it reaches the database, is in no note of the audit log, and leaves the
API through `reveal` alone. Runs are given values by `secret_uses`.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput, Unavailable
from dagy_gql.keys import SealError
from dagy_gql.repositories.secrets import SecretRepository, SecretVersionRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, changes, environments, protection
from dagy_gql.services.changes import Changes, checked_text

VALUE_MAX_BYTES = 64 * 1024
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_TYPE = "Secret"


async def create(
    rt: Runtime,
    actor: Actor,
    *,
    name: str,
    value: str,
    environment: str | None = None,
    description: str = "",
) -> asyncpg.Record:
    """Raises BadUserInput with the field, NotFound (environment), Conflict (name), Forbidden (a
    protected environment)."""
    data = _checked(value)
    values = {
        "name": _checked_name(name),
        "description": checked_text(description),
        "environment_id": await environment_id(rt, actor, environment),
        "current_version": 1,
        "created_by": actor.name,
    }
    async with db.transaction():
        await _require(actor, values, Permission.PROTECTED_SECRETS_WRITE, field="environment")
        row = await changes.add(actor, SecretRepository(actor.org_id), _TYPE, values)
        await _add_version(rt, actor, row, data)
    return row


async def update(rt: Runtime, actor: Actor, wanted: Changes, *, secret_id: UUID) -> asyncpg.Record:
    """A `value` makes a new version; what is not in `wanted` stays. Raises NotFound, and what
    `create` does."""
    repository = SecretRepository(actor.org_id)
    data = _checked(wanted["value"]) if "value" in wanted else None
    values: dict[str, Any] = {}
    if "description" in wanted:
        values["description"] = checked_text(wanted["description"])
    async with db.transaction():
        current = await _held(actor, secret_id)
        if data is not None:
            values["current_version"] = current["current_version"] + 1
        row = await changes.alter(actor, repository, _TYPE, current, values)
        if data is not None:
            await _add_version(rt, actor, row, data)
    return row


async def roll_back(rt: Runtime, actor: Actor, *, secret_id: UUID, version: int) -> asyncpg.Record:
    """The value of an older version as a new version. Raises NotFound, Unavailable,
    Forbidden."""
    repository = SecretRepository(actor.org_id)
    async with db.transaction():
        current = await _held(actor, secret_id)
        data = await _opened(rt, actor, current, version)
        values = {"current_version": current["current_version"] + 1}
        row = await changes.alter(actor, repository, _TYPE, current, values, verb="rollback")
        await _add_version(rt, actor, row, data)
    return row


async def delete(rt: Runtime, actor: Actor, *, secret_id: UUID) -> None:
    """With all its versions and the list of its uses. Raises NotFound, Forbidden."""
    repository = SecretRepository(actor.org_id)
    async with db.transaction():
        await changes.remove(actor, repository, _TYPE, await _held(actor, secret_id))


async def reveal(
    rt: Runtime, actor: Actor, *, secret_id: UUID, version: int | None = None
) -> tuple[asyncpg.Record, int, str]:
    """The row, the version and its value; None is the current one. Noted before it is told.

    Raises NotFound, Unavailable, Forbidden (a protected environment).
    """
    async with db.transaction():
        row = await SecretRepository(actor.org_id).by_id(secret_id)
        await _require(actor, row, Permission.PROTECTED_SECRETS_REVEAL, field="id")
        number = row["current_version"] if version is None else version
        data = await _opened(rt, actor, row, number)
        after = {"version": number}
        audit.note(actor, "secret.reveal", _TYPE, row["id"], name=row["name"], after=after)
    return row, number, data.decode()


async def _held(actor: Actor, secret_id: UUID) -> asyncpg.Record:
    row = await SecretRepository(actor.org_id).held(secret_id)
    await _require(actor, row, Permission.PROTECTED_SECRETS_WRITE, field="id")
    return row


async def _require(
    actor: Actor,
    secret: Mapping[str, Any] | asyncpg.Record,
    permission: Permission,
    *,
    field: str,
) -> None:
    await protection.require(actor, permission, [secret["environment_id"]], field=field)


async def by_name(
    rt: Runtime, actor: Actor, name: str, *, environment: str | None
) -> asyncpg.Record:
    """The secret of exactly this environment, None being the general one. Raises NotFound."""
    key = await environment_id(rt, actor, environment)
    return await SecretRepository(actor.org_id).at(name, key)


async def environment_id(rt: Runtime, actor: Actor, name: str | None) -> UUID | None:
    """Raises NotFound."""
    if name is None:
        return None
    key: UUID = (await environments.by_name(rt, actor, name))["id"]
    return key


async def _add_version(rt: Runtime, actor: Actor, row: asyncpg.Record, data: bytes) -> None:
    await SecretVersionRepository(actor.org_id).add(
        row["id"],
        row["current_version"],
        sealed=rt.sealer.seal(data),
        key_id=rt.sealer.key_id,
        by=actor.name,
        now=clock.now(),
    )


async def _opened(rt: Runtime, actor: Actor, row: asyncpg.Record, version: int) -> bytes:
    sealed = await SecretVersionRepository(actor.org_id).sealed(row["id"], version)
    try:
        return rt.sealer.open(sealed)
    except SealError as error:
        raise Unavailable(
            f"Version {version} of the secret {row['name']!r} cannot be read. {error}"
        ) from error


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadUserInput(
            f"{name[:120]!r} is not the name of a secret: upper case letters, digits and _, at "
            "most 100, with a letter first.",
            field="name",
        )
    return name


def _checked(value: str) -> bytes:
    """The message never shows the value."""
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise BadUserInput("The value is not Unicode text.", field="value") from None
    if len(data) > VALUE_MAX_BYTES:
        raise BadUserInput(
            f"The value has {len(data)} bytes: at most {VALUE_MAX_BYTES}.", field="value"
        )
    return data
