"""One-time links that set a new password: made by an administrator, or on the server."""

from datetime import timedelta
from uuid import UUID

from dagy_gql import clock, db, tenancy
from dagy_gql.auth import access_log, passwords, tokens
from dagy_gql.auth.actor import Actor, system
from dagy_gql.enums import AccessEvent, AccessMethod
from dagy_gql.errors import NotAllowed, NotFound
from dagy_gql.repositories import accounts, organizations, password_resets
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, roles
from dagy_gql.services.accounts import normalized
from dagy_gql.services.invitations import link_of
from dagy_gql.services.sessions import Member
from dagy_gql.services.throttle import Throttle


async def create(rt: Runtime, actor: Actor, *, user_id: UUID) -> str:
    """A link for a member of the actor's organization, who has no more rights than the actor and
    belongs to no other organization; super admins may make one for any member.

    Raises NotFound, Forbidden, NotAllowed.
    """
    membership = await MembershipRepository(actor.org_id).of_user(user_id)
    user = await accounts.user(user_id) if membership is not None else None
    if membership is None or user is None:
        raise NotFound("user", user_id)
    if not actor.is_super_admin:
        roles.require_covering(actor, await roles.grant_of(actor, membership), field="userId")
        await _require_ours_alone(user_id, is_super_admin=user["is_super_admin"])
    return await _link(rt, user_id, user["email"], actors=[actor])


async def _require_ours_alone(user_id: UUID, *, is_super_admin: bool) -> None:
    if is_super_admin or len(await organizations.of_user_all_orgs(user_id)) > 1:
        raise NotAllowed(
            "This account is not of this organization alone: whoever runs the installation can"
            " make the link (dagy reset-password).",
            field="userId",
        )


@tenancy.across_organizations
async def create_on_server(rt: Runtime, email: str) -> str:
    """For whoever can run commands on the server. Raises NotFound, BadUserInput."""
    address = normalized(email)
    user = await accounts.by_email_all_orgs(address)
    if user is None:
        raise NotFound("user", address)
    actors = [system(org_id) for org_id in await _organizations(user["id"])]
    return await _link(rt, user["id"], address, actors=actors)


async def _link(rt: Runtime, user_id: UUID, email: str, *, actors: list[Actor]) -> str:
    """`actors`: in whose name, and so in which organizations, it is noted."""
    token, now = tokens.new(tokens.RESET_PREFIX), clock.now()
    expires_at = now + timedelta(minutes=rt.settings.password_reset_minutes)
    async with db.transaction():
        await password_resets.end_others_all_orgs(user_id, now)
        await password_resets.add_all_orgs(
            user_id, token_hash=token.sha256, expires_at=expires_at, now=now
        )
        for actor in actors:
            after = {"expires_at": expires_at}
            audit.note(actor, "password_reset.create", "User", user_id, name=email, after=after)
            await access_log.record(
                AccessEvent.PASSWORD_RESET_ASKED,
                AccessMethod.RESET_LINK,
                org_id=actor.org_id,
                user_id=user_id,
                email=email,
                reason=f"by {actor.name}",
            )
    return link_of(rt, "reset", token.text)


@tenancy.across_organizations
async def reset(rt: Runtime, throttle: Throttle, *, token: str, password: str) -> None:
    """Set the password of the link's user, and end all their sessions.

    Raises NotFound, BadUserInput, RateLimited.
    """
    passwords.check(password)
    await throttle.attempt(rt)
    row = await password_resets.by_token_all_orgs(tokens.digest(token), clock.now())
    if row is None:
        raise NotFound("link", "that was used or has expired")
    await throttle.succeeded(rt)
    password_hash = await passwords.hashed(password, email=row["email"])
    now, user_id = clock.now(), row["user_id"]
    theirs = await _organizations(user_id)
    # Who belongs to no organization has no log to note it in.
    async with db.transaction(audited=bool(theirs)):
        if not await password_resets.take_all_orgs(row["id"], now):
            raise NotFound("link", "that was used or has expired")
        await accounts.set_password(user_id, password_hash)
        await password_resets.end_others_all_orgs(user_id, now)
        await accounts.revoke_sessions_all_orgs(user_id, now)
        for org_id in theirs:
            actor = Member(user_id, row["email"], org_id).actor()
            audit.note(actor, "user.reset_password", "User", user_id, name=row["email"])
            await access_log.record(
                AccessEvent.PASSWORD_CHANGED,
                AccessMethod.RESET_LINK,
                org_id=org_id,
                user_id=user_id,
                email=row["email"],
            )


async def _organizations(user_id: UUID) -> list[UUID]:
    return [row["id"] for row in await organizations.of_user_all_orgs(user_id)]
