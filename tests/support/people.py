"""People of the tests: the first owner, others with a role, and what the access log says."""

from typing import Any
from uuid import UUID

from dagy_gql import clock, db
from dagy_gql.auth import passwords
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.enums import Role
from dagy_gql.repositories import accounts as users
from dagy_gql.repositories import organizations
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts
from dagy_gql.services.accounts import Bootstrap
from dagy_gql.services.sessions import Session
from dagy_gql.services.throttle import Throttle

EMAIL, PASSWORD = "owner@example.com", "correct horse battery"


async def first_owner(rt: Runtime) -> Bootstrap:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD)
    assert made is not None
    return made


async def organization(slug: str) -> UUID:
    return await organizations.add_organization(slug.title(), slug=slug, now=clock.now())


async def user(email: str, *, password: str | None = PASSWORD) -> UUID:
    stored = await passwords.hashed(password) if password else None
    return await users.add_user(email, password_hash=stored, now=clock.now())


async def member(org_id: UUID, email: str, role: Role, *, password: str | None = PASSWORD) -> UUID:
    user_id = await user(email, password=password)
    await MembershipRepository(org_id).add(user_id, role, now=clock.now())
    return user_id


async def login(
    rt: Runtime, email: str = EMAIL, password: str = PASSWORD, *, organization: str | None = None
) -> Session:
    return await accounts.login(
        rt, Throttle(), email=email, password=password, organization=organization
    )


async def actor(session: Session) -> Actor:
    return await Authenticator().actor(session.access_token)


async def signed_in(rt: Runtime, email: str = EMAIL, password: str = PASSWORD) -> Actor:
    return await actor(await login(rt, email, password))


async def logged(*columns: str) -> list[tuple[Any, ...]]:
    """These columns of the access log, oldest first."""
    rows = await db.fetch(f"SELECT {', '.join(columns)} FROM access_logs ORDER BY id")
    return [tuple(row) for row in rows]


async def noted() -> list[str]:
    """The actions of the audit log, oldest first."""
    rows = await db.fetch("SELECT action FROM audit_logs ORDER BY org_id, sequence")
    return [row["action"] for row in rows]
