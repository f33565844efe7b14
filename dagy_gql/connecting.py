"""Connections to PostgreSQL: bound by row-level security, told of changes of scope only, and with
JSON columns decoded."""

from typing import Any

import asyncpg
import msgspec

from dagy_gql import tenancy
from dagy_gql.tenancy import Scope

# Superusers, and who has BYPASSRLS, are not bound by row-level security: they act as this role,
# which the migrations make. Everybody else is bound as they are, owners of the tables included.
_BOUND_ROLE = "dagy_app"
_BIND = """
SELECT set_config('role', $1, false) FROM pg_roles
WHERE rolname = session_user AND (rolsuper OR rolbypassrls)
  AND pg_has_role(to_regrole($1)::oid, 'MEMBER')
"""
_UNGUARDED = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE a.attname = 'org_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
  AND c.relnamespace = current_schema()::regnamespace AND NOT row_security_active(c.oid)
ORDER BY 1
"""
_SET_SCOPE = "SELECT set_config('dagy.org_id', $1, $3), set_config('dagy.everything', $2, $3)"


class Connection(asyncpg.Connection):
    """Remembers which scope the server knows, so that it is told only of changes.

    `_session` is what lasts, `_now` what holds in a transaction; None: not known.
    """

    _session: Scope | None = None
    _now: Scope | None = None

    async def settle(self, scope: Scope) -> None:
        """At check-out, so before BEGIN: a rollback would undo what is set later."""
        if self._session != scope:
            self._session = None
            await self.fetchrow(_SET_SCOPE, scope.org_id, scope.everything, False)
            self._session = scope
        self._now = scope

    async def turn_to(self, scope: Scope) -> None:
        """Inside a transaction; it ends with it."""
        if self._now != scope:
            self._now = None
            await self.fetchrow(_SET_SCOPE, scope.org_id, scope.everything, True)
            self._now = scope

    def forget(self) -> None:
        """A savepoint was rolled back, and a change of scope perhaps with it."""
        self._now = None

    async def reset(self, *, timeout: float | None = None) -> None:
        self._session = self._now = None
        await super().reset(timeout=timeout)


async def bind(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Have row-level security hold for this connection, whoever its user is."""
    await connection.execute(_BIND, _BOUND_ROLE)


async def unguarded(connection: "asyncpg.Connection[asyncpg.Record]") -> str | None:
    """Where row-level security does not hold for a bound connection, and what to do."""
    tables = [row["relname"] for row in await connection.fetch(_UNGUARDED)]
    if not tables:
        return None
    return (
        f"Row-level security does not hold on {', '.join(tables)}. Run `dagy migrate`. Should that"
        f" not help, the database user ignores it and may not act as the role {_BOUND_ROLE}"
        f" instead: CREATE ROLE {_BOUND_ROLE} NOLOGIN; GRANT {_BOUND_ROLE} TO that user; or"
        " choose one that is neither superuser nor has BYPASSRLS. Then run `dagy migrate` again."
    )


async def settle_scope(connection: Any) -> None:
    await connection.settle(tenancy.current())


async def prepare_bound(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await prepare(connection)
    await bind(connection)


async def prepare(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """JSON columns come back decoded; going in they are text already (see `json_text`)."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=str, decoder=msgspec.json.decode, format="text"
        )


async def reset(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """asyncpg's default reset costs a round trip a check-out; we leave no session state behind."""
    if connection.is_in_transaction():
        await connection.reset()
