"""From a token to an Actor. Answers are kept for two seconds, so busy callers cost no query and a
revoked token dies within that time."""

import time
from collections.abc import Mapping
from typing import Any

import asyncpg

from dagy_gql import clock
from dagy_gql.auth import tokens
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.enums import Role
from dagy_gql.errors import Unauthenticated
from dagy_gql.repositories import accounts

CACHE_SECONDS = 2.0
_CACHE_SIZE = 10_000
_BEARER = "bearer "


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


def _scopes(names: Any) -> frozenset[Permission]:
    known = {permission.value for permission in Permission}
    return frozenset(Permission(name) for name in names if name in known)


def _of_key(row: asyncpg.Record) -> frozenset[Permission]:
    role = row["role"]
    granted = _scopes(row["scopes"]) | (ROLE_PERMISSIONS[Role(role)] if role else frozenset())
    if row["user_id"] is None:
        return granted
    creator = row["creator_role"]
    return granted & ROLE_PERMISSIONS[Role(creator)] if creator else frozenset()


class Authenticator:
    """One per process. Only good answers are kept: a made-up token fills no memory."""

    def __init__(self) -> None:
        self._actors: dict[str, tuple[float, Actor]] = {}

    async def actor(self, token: str) -> Actor:
        """Raises Unauthenticated."""
        key = tokens.digest(token)
        kept = self._actors.get(key)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        actor = await self._look_up(token, key)
        if len(self._actors) >= _CACHE_SIZE:
            self._actors.clear()
        self._actors[key] = (time.monotonic() + CACHE_SECONDS, actor)
        return actor

    def forget(self, token: str) -> None:
        self._actors.pop(tokens.digest(token), None)

    async def _look_up(self, token: str, key: str) -> Actor:
        now = clock.now()
        if token.startswith(tokens.SESSION_PREFIX):
            row = await accounts.by_access_token_all_orgs(key, now)
            permissions = ROLE_PERMISSIONS[Role(row["role"])] if row else frozenset()
        elif token.startswith(tokens.KEY_PREFIX):
            row = await accounts.by_api_key_all_orgs(key, now)
            permissions = _of_key(row) if row else frozenset()
        else:
            row, permissions = None, frozenset()
        if row is None:
            raise Unauthenticated("The token is unknown, revoked or has expired: sign in again.")
        return Actor(
            org_id=row["org_id"],
            name=row["name"],
            permissions=permissions,
            role=Role(row["role"]) if row["role"] else None,
            user_id=row["user_id"],
        )
