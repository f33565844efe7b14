"""Signing in and out, and the very first owner."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from dagy_gql import clock, db
from dagy_gql.auth import passwords, tokens
from dagy_gql.auth.actor import Actor, system
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, RateLimited, Unauthenticated
from dagy_gql.repositories import accounts, organizations
from dagy_gql.repositories.api_keys import ApiKeyRepository, NewKey
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit

DEFAULT_ENVIRONMENT = "production"
_MAX_EMAIL = 320
_THROTTLE_FAILURES = 10
_THROTTLE_SECONDS = 60
_THROTTLE_ADDRESSES = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    access_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """`api_key` has the owner's role and is shown this once."""

    org_id: UUID
    user_id: UUID
    api_key: str


class Throttle:
    """Failed sign-ins of an address within the last minute; one per process."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, email: str) -> None:
        """Raises RateLimited after ten failures a minute."""
        recent = self._recent(email)
        if len(recent) >= _THROTTLE_FAILURES:
            wait = recent[0] + _THROTTLE_SECONDS - time.monotonic()
            raise RateLimited(retry_after_seconds=max(1, round(wait)))

    def failed(self, email: str) -> None:
        self._failures[email] = [*self._recent(email), time.monotonic()]
        while len(self._failures) > _THROTTLE_ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, email: str) -> None:
        self._failures.pop(email, None)

    def _recent(self, email: str) -> list[float]:
        horizon = time.monotonic() - _THROTTLE_SECONDS
        return [at for at in self._failures.get(email, ()) if at > horizon]


def normalized(email: str) -> str:
    """Raises BadUserInput for what cannot be an address."""
    address = email.strip().lower()
    if not 3 <= len(address) <= _MAX_EMAIL or "@" not in address[1:-1] or "\x00" in address:
        raise BadUserInput(f"{email[:100]!r} is not an e-mail address.", field="email")
    return address


async def bootstrap(rt: Runtime, email: str, password: str) -> Bootstrap | None:
    """The first organization with its owner, their key and an environment; None if anybody
    is there already."""
    address, password_hash = normalized(email), await passwords.hashed(password)
    key, now = tokens.new(tokens.KEY_PREFIX), clock.now()
    async with db.transaction():
        await accounts.hold_bootstrap()
        if await accounts.has_users_all_orgs():
            return None
        user_id = await accounts.add_user(address, password_hash=password_hash, now=now)
        org_id = await organizations.add_organization("Default", slug="default", now=now)
        await MembershipRepository(org_id).add(user_id, Role.OWNER, now=now)
        await EnvironmentRepository(org_id).add(
            {"name": DEFAULT_ENVIRONMENT, "description": ""}, now=now
        )
        new_key = NewKey("first", key.prefix, key.sha256, created_by_id=user_id, role=Role.OWNER)
        await ApiKeyRepository(org_id).add(new_key, now=now)
        audit.note(
            system(org_id),
            "organization.create",
            "Organization",
            org_id,
            name="Default",
            after={"owner": address},
        )
    return Bootstrap(org_id=org_id, user_id=user_id, api_key=key.text)


async def login(rt: Runtime, throttle: Throttle, *, email: str, password: str) -> Session:
    """Raises Unauthenticated with one text for whatever was wrong, or RateLimited."""
    address = email.strip().lower()[:_MAX_EMAIL].replace("\x00", "")
    throttle.check(address)
    row = await accounts.sign_in_all_orgs(address)
    if not await passwords.verify(password, row["password_hash"] if row else None) or row is None:
        throttle.failed(address)
        raise Unauthenticated("The e-mail address or the password is wrong.")
    throttle.succeeded(address)
    token, now = tokens.new(tokens.SESSION_PREFIX), clock.now()
    expires_at = now + timedelta(seconds=rt.settings.access_token_ttl_seconds)
    actor = Actor(org_id=row["org_id"], name=address, permissions=frozenset(), user_id=row["id"])
    async with db.transaction():
        session_id = await accounts.add_access_token(
            token.sha256, user_id=row["id"], org_id=row["org_id"], expires_at=expires_at, now=now
        )
        audit.note(
            actor,
            "session.create",
            "AccessToken",
            session_id,
            name=address,
            after={"expires_at": expires_at},
        )
    return Session(access_token=token.text, expires_at=expires_at)


async def logout(rt: Runtime, actor: Actor, *, token: str) -> None:
    """Ends the session of this token; a key, which is no session, stays."""
    if token.startswith(tokens.KEY_PREFIX):
        return
    async with db.transaction():
        session_id = await accounts.revoke_access_token(tokens.digest(token), clock.now())
        audit.note(actor, "session.delete", "AccessToken", session_id, name=actor.name)
