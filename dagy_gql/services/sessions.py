"""Sessions: what a sign-in, however it was made, hands out; listed, revoked, switched."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from dagy_gql import clock, db, tenancy
from dagy_gql.auth import access_log, tokens
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.origin import origin
from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import AccessEvent, AccessMethod
from dagy_gql.errors import NotAllowed, NotFound, Unauthenticated
from dagy_gql.repositories import accounts, organizations
from dagy_gql.repositories.accounts import AccessTokenRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit

MAX_OWN = 100


@dataclass(frozen=True, slots=True)
class Session:
    """`access_token` is shown this once."""

    access_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """Who signs in, and to which organization."""

    user_id: UUID
    email: str
    org_id: UUID

    def actor(self) -> Actor:
        """For notes only: it may do nothing."""
        return Actor(
            org_id=self.org_id, name=self.email, permissions=frozenset(), user_id=self.user_id
        )


def person(actor: Actor) -> UUID:
    """The user's id; raises NotAllowed for a key, which is no person."""
    if not actor.is_person or actor.user_id is None:
        raise NotAllowed("This is for people who have signed in: a key has no sessions.")
    return actor.user_id


@tenancy.across_organizations
async def start(rt: Runtime, member: Member, method: AccessMethod) -> Session:
    """A new session, with its row in the access log."""
    async with db.transaction():
        session = await add(rt, member, method)
        await access_log.record(
            AccessEvent.SIGN_IN,
            method,
            org_id=member.org_id,
            user_id=member.user_id,
            email=member.email,
        )
    return session


async def add(
    rt: Runtime, member: Member, method: AccessMethod, *, expires_at: datetime | None = None
) -> Session:
    """A new session, in the caller's transaction; it lasts as long as the settings say, or until
    another's end."""
    token, now, request = tokens.new(tokens.SESSION_PREFIX), clock.now(), origin.get()
    expires_at = expires_at or now + timedelta(seconds=rt.settings.access_token_ttl_seconds)
    key = await accounts.add_access_token(
        token.sha256,
        user_id=member.user_id,
        org_id=member.org_id,
        method=method,
        address=request.address,
        user_agent=request.user_agent,
        expires_at=expires_at,
        now=now,
    )
    after = {"method": method, "expires_at": expires_at}
    audit.note(member.actor(), "session.create", "AccessToken", key, name=member.email, after=after)
    return Session(access_token=token.text, expires_at=expires_at)


async def end(rt: Runtime, actor: Actor) -> None:
    """Sign out: ends the session of this token. A key, which is no session, stays."""
    if not actor.is_person or actor.user_id is None or actor.credential_id is None:
        return
    async with db.transaction():
        await accounts.revoke_session_all_orgs(actor.credential_id, actor.user_id, clock.now())
        audit.note(actor, "session.end", "AccessToken", actor.credential_id, name=actor.name)
        await _record(actor, AccessEvent.SIGN_OUT)


async def exchange(rt: Runtime, actor: Actor) -> Session:
    """A session for whom a provider's token vouches. Raises NotAllowed for credentials of ours:
    with a key or a session nobody makes another session."""
    user_id = person(actor)
    if actor.credential_id is not None:
        raise NotAllowed("This is no token of an identity provider.", field="token")
    return await start(rt, Member(user_id, actor.name, actor.org_id), AccessMethod.JWT)


async def own(rt: Runtime, actor: Actor) -> list[asyncpg.Record]:
    """One's own sessions that are still good, in every organization, newest first."""
    if not actor.is_person or actor.user_id is None:
        return []
    return await accounts.own_sessions_all_orgs(actor.user_id, clock.now(), limit=MAX_OWN)


async def revoke(rt: Runtime, actor: Actor, *, session_id: UUID) -> None:
    """One's own session, or with MEMBERS_WRITE one of this organization. Raises NotFound."""
    now = clock.now()
    async with db.transaction():
        row = None
        if actor.is_person and actor.user_id is not None:
            row = await accounts.revoke_session_all_orgs(session_id, actor.user_id, now)
        if row is None and actor.can(Permission.MEMBERS_WRITE):
            row = await AccessTokenRepository(actor.org_id).revoke(session_id, now)
        if row is None:
            raise NotFound("session", session_id)
        audit.note(actor, "session.revoke", "AccessToken", session_id, name=actor.name)
        await _record(actor, AccessEvent.SESSION_REVOKED, reason=f"session {session_id}")


async def revoke_others(rt: Runtime, actor: Actor) -> int:
    """All one's own sessions but this one, in every organization; answers how many."""
    user_id = person(actor)
    async with db.transaction():
        count = await accounts.revoke_sessions_all_orgs(
            user_id, clock.now(), but=actor.credential_id
        )
        after = {"sessions": count}
        audit.note(actor, "session.revoke_others", "User", user_id, name=actor.name, after=after)
        await _record(actor, AccessEvent.SESSION_REVOKED, reason=f"{count} other sessions")
    return count


async def organizations_of(rt: Runtime, actor: Actor) -> list[asyncpg.Record]:
    """Those that the person is a member of, the oldest first; of a key, none."""
    if not actor.is_person or actor.user_id is None:
        return []
    return await organizations.of_user_all_orgs(actor.user_id)


@tenancy.across_organizations
async def switch(rt: Runtime, actor: Actor, *, org_id: UUID) -> Session:
    """A session in another of one's organizations, in the place of this one and with its end: who
    has taken it cannot prolong it. Raises NotFound, and Unauthenticated for one that has ended."""
    user_id = person(actor)
    if actor.credential_id is None:
        raise NotAllowed(
            "A token of an identity provider names its organization: it cannot switch."
        )
    if org_id not in {row["id"] for row in await organizations.of_user_all_orgs(user_id)}:
        raise NotFound("organization", org_id)
    member = Member(user_id, actor.name, org_id)
    async with db.transaction():
        ended = await accounts.revoke_session_all_orgs(actor.credential_id, user_id, clock.now())
        if ended is None:
            raise Unauthenticated()
        session = await add(rt, member, AccessMethod.ACCESS_TOKEN, expires_at=ended["expires_at"])
        audit.note(actor, "session.end", "AccessToken", actor.credential_id, name=actor.name)
        await _record(member.actor(), AccessEvent.ORGANIZATION_SWITCHED)
    return session


async def _record(actor: Actor, event: AccessEvent, *, reason: str | None = None) -> None:
    method = AccessMethod.ACCESS_TOKEN if actor.is_person else AccessMethod.API_KEY
    await access_log.record(
        event,
        method,
        org_id=actor.org_id,
        user_id=actor.user_id,
        email=actor.name if actor.is_person else None,
        reason=reason,
    )
