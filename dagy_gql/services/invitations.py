"""Invitations: a one-time link into an organization. Nobody hands out more than they have.

Whoever invites passes the link on; it is shown once.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import asyncpg

from dagy_gql import clock, db, tenancy
from dagy_gql.auth import access_log, passwords, tokens
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import AccessEvent, AccessMethod, Role
from dagy_gql.errors import BadUserInput, Conflict, NotAllowed, NotFound
from dagy_gql.ids import new_id
from dagy_gql.repositories import accounts, invitations
from dagy_gql.repositories.invitations import InvitationRepository
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, roles, sessions
from dagy_gql.services.accounts import checked_name, normalized, try_password
from dagy_gql.services.sessions import Member, Session
from dagy_gql.services.throttle import Throttle

MAX_OPEN = 1000


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """`link` is shown this once."""

    row: asyncpg.Record
    link: str


def link_of(rt: Runtime, kind: str, token: str) -> str:
    """A page of ours; only its path where DAGY_PUBLIC_URL does not say where we are."""
    return f"{rt.settings.public_url.rstrip('/')}/login?{kind}={quote(token)}"


async def create(
    rt: Runtime, actor: Actor, *, email: str, role: Role | None, custom_role_id: UUID | None
) -> NewInvitation:
    """Ends earlier invitations of the address. Raises BadUserInput, NotFound (the role),
    Forbidden, NotAllowed (owners), Conflict for who is a member already."""
    address = normalized(email)
    token, now = tokens.new(tokens.INVITATION_PREFIX), clock.now()
    expires_at = now + timedelta(days=rt.settings.invitation_days)
    repository = InvitationRepository(actor.org_id)
    async with db.transaction():
        grant = await roles.granted(actor, role=role, custom_role_id=custom_role_id)
        await _require_room(actor, repository, address)
        await repository.withdraw(address, now)
        row = await repository.insert(
            {
                "id": new_id(),
                "email": address,
                "role": grant.role,
                "custom_role_id": grant.custom_role_id,
                "token_hash": token.sha256,
                "expires_at": expires_at,
                "created_by": actor.name,
                "created_at": now,
            }
        )
        after = {column: row[column] for column in ("role", "custom_role_id", "expires_at")}
        audit.note(actor, "invitation.create", "Invitation", row["id"], name=address, after=after)
    return NewInvitation(row, link_of(rt, "invitation", token.text))


async def _require_room(actor: Actor, repository: InvitationRepository, address: str) -> None:
    user = await accounts.by_email_all_orgs(address)
    members = MembershipRepository(actor.org_id)
    if user is not None and await members.of_user(user["id"]) is not None:
        raise Conflict(f"{address} is a member already.", field="email")
    if await repository.count(repository.open(clock.now())) >= MAX_OPEN:
        raise Conflict(f"There are {MAX_OPEN} open invitations: revoke some first.", field="email")


async def revoke(rt: Runtime, actor: Actor, *, invitation_id: UUID) -> asyncpg.Record:
    """Raises NotFound, and Conflict for one that was accepted."""
    repository, now = InvitationRepository(actor.org_id), clock.now()
    async with db.transaction():
        row = await repository.held(invitation_id)
        if row["accepted_at"] is not None:
            raise Conflict("The invitation was accepted: remove the member instead.", field="id")
        if row["revoked_at"] is None:
            row = await repository.change(invitation_id, {"revoked_at": now})
        audit.note(actor, "invitation.revoke", "Invitation", invitation_id, name=row["email"])
    return row


async def preview(rt: Runtime, throttle: Throttle, token: str) -> asyncpg.Record:
    """What whoever holds the link may see. Raises NotFound, RateLimited."""
    await throttle.attempt(rt)
    row = await _open(token)
    await throttle.succeeded(rt)
    return row


async def _open(token: str) -> asyncpg.Record:
    row = await invitations.by_token_all_orgs(tokens.digest(token), clock.now())
    if row is None:
        raise NotFound("invitation", "that was used, revoked or has expired")
    return row


@tenancy.across_organizations
async def accept(
    rt: Runtime,
    throttle: Throttle,
    identity: Actor | None,
    *,
    token: str,
    name: str = "",
    password: str = "",
) -> Session:
    """Become a member, and sign in. Somebody new chooses name and password; who has an account
    is signed in as that address (`identity`), or gives its password.

    Raises NotFound, BadUserInput, NotAllowed, Conflict, RateLimited.
    """
    row = await preview(rt, throttle, token)
    user = await accounts.by_email_all_orgs(row["email"])
    if user is None:
        person, secret = checked_name(name), await passwords.hashed(password, email=row["email"])
        return await _join(rt, row, user_id=None, name=person, password_hash=secret)
    await _prove(rt, throttle, identity, user=user, password=password)
    return await _join(rt, row, user_id=user["id"])


async def _prove(
    rt: Runtime,
    throttle: Throttle,
    identity: Actor | None,
    *,
    user: asyncpg.Record,
    password: str,
) -> None:
    if user["disabled_at"] is not None:
        raise NotAllowed("This account is disabled: ask whoever runs this installation.")
    if identity is not None and identity.is_person and identity.user_id == user["id"]:
        return
    await try_password(rt, throttle, user["email"])
    if not await passwords.verify(password, user["password_hash"]):
        await access_log.refused(
            AccessEvent.SIGN_IN_REFUSED,
            AccessMethod.INVITATION,
            "wrong password",
            user_id=user["id"],
            email=user["email"],
        )
        raise BadUserInput(
            f"{user['email']} has an account: sign in first, or give its password.",
            field="password",
        )
    await throttle.succeeded(rt, user["email"])


async def _join(
    rt: Runtime,
    row: asyncpg.Record,
    *,
    user_id: UUID | None,
    name: str = "",
    password_hash: str | None = None,
) -> Session:
    now, email = clock.now(), row["email"]
    async with db.transaction():
        if not await invitations.take_all_orgs(row["id"], now):
            raise NotFound("invitation", "that was used, revoked or has expired")
        if user_id is None:
            user_id = await _add_user(email, name=name, password_hash=password_hash)
        member = Member(user_id, email, row["org_id"])
        await _add_membership(member, row)
        audit.note(member.actor(), "invitation.accept", "Invitation", row["id"], name=email)
        await access_log.record(
            AccessEvent.INVITATION_ACCEPTED,
            AccessMethod.INVITATION,
            org_id=member.org_id,
            user_id=user_id,
            email=email,
        )
        return await sessions.start(rt, member, AccessMethod.INVITATION)


async def _add_user(email: str, *, name: str, password_hash: str | None) -> UUID:
    try:
        async with db.transaction(audited=False):
            return await accounts.add_user(
                email, name=name, password_hash=password_hash, now=clock.now()
            )
    except asyncpg.UniqueViolationError as error:
        raise Conflict("The account has just been made: sign in.", field="password") from error


async def _add_membership(member: Member, row: asyncpg.Record) -> None:
    role = Role(row["role"]) if row["role"] else None
    try:
        made = await MembershipRepository(member.org_id).add(
            member.user_id, role, custom_role_id=row["custom_role_id"], now=clock.now()
        )
    except asyncpg.UniqueViolationError as error:
        raise Conflict(f"{member.email} is a member already.", field="token") from error
    after = {"role": role, "custom_role_id": row["custom_role_id"]}
    audit.note(
        member.actor(),
        "membership.create",
        "Membership",
        made["id"],
        name=member.email,
        after=after,
    )
