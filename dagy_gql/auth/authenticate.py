"""From a token to an Actor. Answers are kept for two seconds, so busy callers cost no query, and
whatever is revoked or changed is so everywhere within that time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock
from dagy_gql.auth import access_log, tokens
from dagy_gql.auth.actor import Actor, system
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission, granted
from dagy_gql.enums import AccessMethod, ActorKind, Role
from dagy_gql.errors import Unauthenticated
from dagy_gql.repositories import credentials

logger = logging.getLogger(__name__)

CACHE_SECONDS = 2.0
_CACHE_SIZE = 10_000
_BEARER = "bearer "
# "Last used" is written at most so often.
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Vouched:
    """The member whom a token signed by somebody else is about."""

    user_id: UUID
    org_id: UUID


# What becomes of a token that is neither a session nor a key. Raises Unauthenticated.
Vouch = Callable[[str], Awaitable[Vouched]]


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header; raises Unauthenticated for another scheme."""
    if not header:
        return None
    if header[: len(_BEARER)].lower() != _BEARER:
        raise Unauthenticated("Authorization must read 'Bearer <token>'.")
    return header[len(_BEARER) :].strip()


def bearer_of_connection(parameters: Mapping[str, Any] | None) -> str | None:
    """The token of a connection_init payload; the key may have any case."""
    for name, value in (parameters or {}).items():
        if name.lower() == "authorization" and isinstance(value, str):
            return bearer(value)
    return None


def _holder(row: asyncpg.Record) -> frozenset[Permission]:
    """What the person or service account behind the credentials may do today."""
    if row["is_super_admin"]:
        return frozenset(Permission)
    return granted(row["holder_role"], row["holder_permissions"])


def _of_person(row: asyncpg.Record) -> Actor:
    return Actor(
        org_id=row["org_id"],
        name=row["email"],
        permissions=_holder(row),
        role=Role(row["holder_role"]) if row["holder_role"] else None,
        user_id=row["user_id"],
        kind=ActorKind.USER,
        credential_id=row["credential_id"],
        custom_role_id=row["custom_role_id"],
        is_super_admin=row["is_super_admin"],
        runs_installation=row["is_super_admin"],
    )


def _of_key(row: asyncpg.Record) -> Actor:
    """What its scopes say and its holder may; the key has a role only while the holder has all
    that the role grants."""
    holder, role = _holder(row), Role(row["role"]) if row["role"] else None
    has_it = role is not None and _has_all_of(role, row, holder)
    account = row["service_account_id"]
    return Actor(
        org_id=row["org_id"],
        name=f"key:{row['prefix']}" if account is None else f"service:{row['service_account']}",
        permissions=granted(role, row["scopes"]) & holder,
        role=role if has_it else None,
        user_id=row["user_id"],
        kind=ActorKind.API_KEY if account is None else ActorKind.SERVICE_ACCOUNT,
        credential_id=row["credential_id"],
        service_account_id=account,
        runs_installation=row["is_super_admin"],
    )


def _has_all_of(role: Role, row: asyncpg.Record, holder: frozenset[Permission]) -> bool:
    if role is Role.OWNER:
        return bool(row["holder_role"] == Role.OWNER or row["is_super_admin"])
    return ROLE_PERMISSIONS[role] <= holder


async def today(row: asyncpg.Record) -> Actor:
    """Who asked for something earlier, with the rights of today. `row` has `org_id`, `actor_kind`,
    `user_id` and `credential_id`. Raises Unauthenticated: gone, or their key is."""
    kind, read = ActorKind(row["actor_kind"]), _of_person
    if kind is ActorKind.SYSTEM:
        return system(row["org_id"])
    if kind is ActorKind.USER:
        found = await credentials.person_all_orgs(row["user_id"], row["org_id"])
    else:
        found, read = (
            await credentials.key_by_id_all_orgs(row["credential_id"], clock.now()),
            _of_key,
        )
    if found is None or found["org_id"] != row["org_id"]:
        raise Unauthenticated("Who asked for this is no longer a member, or their key was revoked.")
    return read(found)


class Authenticator:
    """One per process. Only good answers are kept: a made-up token fills no memory."""

    def __init__(self, vouch: Vouch | None = None) -> None:
        self._vouch = vouch
        self._actors: dict[str, tuple[float, Actor]] = {}
        self._looking: dict[str, asyncio.Task[Actor]] = {}
        self._writes: set[asyncio.Task[None]] = set()

    async def actor(self, token: str) -> Actor:
        """Raises Unauthenticated. However many ask at once, one looks."""
        key = tokens.digest(token)
        kept = self._actors.get(key)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        looking = self._looking.get(key)
        if looking is None:
            looking = asyncio.get_running_loop().create_task(self._look_up_and_keep(token, key))
            self._looking[key] = looking
            looking.add_done_callback(lambda _: self._looking.pop(key, None))
        return await asyncio.shield(looking)

    async def still(self, token: str, needed: frozenset[Permission] = frozenset()) -> Actor | None:
        """Who this is now; None if the token is no longer good or lacks a permission.

        For what goes on for long, asked every few seconds: answers are at most two seconds old,
        and a thousand streams of one token cost one look-up in that time. What the database's
        absence raises passes through: it says nothing about the token.
        """
        try:
            actor = await self.actor(token)
        except Unauthenticated:
            return None
        return actor if needed <= actor.permissions else None

    def forget(self, token: str) -> None:
        self._actors.pop(tokens.digest(token), None)

    async def settled(self) -> None:
        """Wait for what is being written about the use of credentials."""
        await asyncio.gather(*self._writes)

    async def _look_up_and_keep(self, token: str, key: str) -> Actor:
        actor = await self._look_up(token, key)
        if len(self._actors) >= _CACHE_SIZE:
            self._actors.clear()
        self._actors[key] = (time.monotonic() + CACHE_SECONDS, actor)
        return actor

    async def _look_up(self, token: str, key: str) -> Actor:
        now = clock.now()
        if token.startswith(tokens.SESSION_PREFIX):
            row, read = await credentials.session_all_orgs(key, now), _of_person
        elif token.startswith(tokens.KEY_PREFIX):
            row, read = await credentials.key_all_orgs(key, now), _of_key
        elif self._vouch is not None:
            who = await self._vouch(token)
            row, read = await credentials.person_all_orgs(who.user_id, who.org_id), _of_person
        else:
            row, read = None, _of_person
        if row is None:
            await _log_refusal(token, key)
            raise Unauthenticated("The token is unknown, revoked or has expired: sign in again.")
        actor = read(row)
        self._note_use(actor, row.get("last_used_at"))
        return actor

    def _note_use(self, actor: Actor, last: datetime | None) -> None:
        """Nobody waits for this write."""
        now = clock.now()
        if actor.credential_id is None or (last is not None and now - last < _USED_EVERY):
            return
        # A context of its own: it belongs to no transaction of whoever asked.
        task = asyncio.get_running_loop().create_task(
            _write_use(actor.kind, actor.credential_id, now), context=Context()
        )
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)


async def _log_refusal(token: str, key: str) -> None:
    method = AccessMethod.JWT
    if token.startswith(tokens.SESSION_PREFIX):
        method = AccessMethod.ACCESS_TOKEN
    elif token.startswith(tokens.KEY_PREFIX):
        method = AccessMethod.API_KEY
    await access_log.refused_credentials(method, "unknown token", sha256=key)


async def _write_use(kind: ActorKind, key: UUID, now: datetime) -> None:
    try:
        await credentials.mark_used_all_orgs(kind, key, now)
    except Exception as error:
        logger.warning("the use of a credential was not noted", extra={"error": str(error)})
