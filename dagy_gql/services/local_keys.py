"""The key of the profile that `dagy up` stores for the command line: the first owner's, good for 90
days and renewed by each start. Who revokes it ends that; `dagy login` is then the way in."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg

from dagy_gql import clock, db, tenancy
from dagy_gql.auth import tokens
from dagy_gql.auth.actor import system
from dagy_gql.repositories import api_keys
from dagy_gql.repositories.api_keys import ApiKeyRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services.api_keys import note

NAME = "Command line of dagy up"
# What they were called before they had an end.
_FORMER_NAME = "first"
LIFETIME = timedelta(days=90)
# Starts that follow each other closely leave the audit log alone.
_RENEWED_AFTER = timedelta(days=1)


def expiry() -> datetime:
    return clock.now() + LIFETIME


@tenancy.across_organizations
async def renew(rt: Runtime, secret: str) -> str | None:
    """Have the key last from now on. One that has expired gets another secret, which is returned:
    who kept a copy of the old one is not let in again. Any other key stays as it is."""
    digest, now = tokens.digest(secret), clock.now()
    async with db.transaction():
        row = await api_keys.local_for_update_all_orgs(digest, (NAME, _FORMER_NAME))
        if row is None or row["revoked_at"] is not None or _is_another(row):
            return None
        if row["expires_at"] is not None and row["expires_at"] - now > LIFETIME - _RENEWED_AFTER:
            return None
        values: dict[str, Any] = {"name": NAME, "expires_at": now + LIFETIME}
        is_over = row["expires_at"] is not None and row["expires_at"] <= now
        fresh = tokens.new(tokens.KEY_PREFIX) if is_over else None
        if fresh is not None:
            values |= {
                "key_hash": fresh.sha256,
                "prefix": fresh.prefix,
                "previous_hash": None,
                "previous_expires_at": None,
                "rotated_at": now,
            }
        after = await ApiKeyRepository(row["org_id"]).change(row["id"], values)
        verb = "rotate" if fresh else "update"
        note(system(row["org_id"]), verb, before=row, after=after)
    return fresh.text if fresh else None


def _is_another(row: asyncpg.Record) -> bool:
    """Somebody's own key may be called "first" too; ours of that name had no end."""
    return bool(row["name"] == _FORMER_NAME and row["expires_at"] is not None)
