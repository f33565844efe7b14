"""Passwords: signing in with one, changing it, and the very first owner."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from dagy_gql import clock, db, tenancy
from dagy_gql.auth import access_log, passwords, tokens
from dagy_gql.auth.actor import Actor, system
from dagy_gql.enums import AccessEvent, AccessMethod, Role
from dagy_gql.errors import BadUserInput, NotAllowed, RateLimited, Unauthenticated
from dagy_gql.repositories import accounts, organizations, password_resets
from dagy_gql.repositories.api_keys import ApiKeyRepository, NewKey
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, sessions
from dagy_gql.services.sessions import Member, Session
from dagy_gql.services.throttle import Throttle

DEFAULT_ENVIRONMENT = "production"
MAX_EMAIL = 320
MAX_NAME = 200
_WRONG = "The e-mail address or the password is wrong."


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """`api_key` has the owner's role and is shown this once; empty where none was asked for."""

    org_id: UUID
    user_id: UUID
    api_key: str


def normalized(email: str) -> str:
    """Raises BadUserInput for what cannot be an address."""
    address = email.strip().lower()
    if not 3 <= len(address) <= MAX_EMAIL or "@" not in address[1:-1] or "\x00" in address:
        raise BadUserInput(f"{email[:100]!r} is not an e-mail address.", field="email")
    return address


def checked_name(name: str) -> str:
    """A person's name; raises BadUserInput."""
    text = name.strip()
    if len(text) > MAX_NAME or not text.isprintable():
        raise BadUserInput(
            f"A name has at most {MAX_NAME} characters, all of them printable.", field="name"
        )
    return text


@tenancy.across_organizations
async def bootstrap(
    rt: Runtime,
    email: str,
    password: str,
    *,
    name: str = "",
    key_name: str = "first",
    key_expires_at: datetime | None = None,
) -> Bootstrap | None:
    """The first organization with its owner, an environment and, with a `key_name`, the owner's
    key; None if anybody is there already. The owner is the installation's operator, so a super
    admin."""
    address, name = normalized(email), checked_name(name)
    if await accounts.has_users_all_orgs():
        return None
    password_hash = await passwords.hashed(password, email=address)
    key, now = tokens.new(tokens.KEY_PREFIX), clock.now()
    async with db.transaction():
        await accounts.hold_bootstrap()
        if await accounts.has_users_all_orgs():
            return None
        user_id = await accounts.add_user(
            address,
            password_hash=password_hash,
            name=name,
            is_super_admin=True,
            is_verified=True,
            now=now,
        )
        org_id = await organizations.add_organization("Default", slug="default", now=now)
        await MembershipRepository(org_id).add(user_id, Role.OWNER, now=now)
        await EnvironmentRepository(org_id).add(
            {"name": DEFAULT_ENVIRONMENT, "description": "", "is_protected": True}, now=now
        )
        if key_name:
            new_key = NewKey(
                key_name,
                key.prefix,
                key.sha256,
                created_by_id=user_id,
                role=Role.OWNER,
                expires_at=key_expires_at,
            )
            await ApiKeyRepository(org_id).add(new_key, now=now)
        audit.note(
            system(org_id),
            "organization.create",
            "Organization",
            org_id,
            name="Default",
            after={"owner": address},
        )
    return Bootstrap(org_id=org_id, user_id=user_id, api_key=key.text if key_name else "")


@tenancy.across_organizations
async def login(
    rt: Runtime, throttle: Throttle, *, email: str, password: str, organization: str | None = None
) -> Session:
    """A session in the organization of that slug, or in the first of the user's.

    Raises Unauthenticated with one text for whatever was wrong, and RateLimited.
    """
    if not rt.settings.password_sign_in:
        raise NotAllowed("Nobody signs in with a password here.")
    address = email.strip().lower()[:MAX_EMAIL].replace("\x00", "")
    slug = organization.replace("\x00", "") if organization else None
    await try_password(rt, throttle, address)
    row = await accounts.sign_in_all_orgs(address, slug)
    fits = await passwords.verify(password, row["password_hash"] if row else None)
    why = _objection(row, fits=fits)
    if row is None or why is not None:
        await access_log.refused(
            AccessEvent.SIGN_IN_REFUSED,
            AccessMethod.PASSWORD,
            why or "",
            org_id=row["org_id"] if row else None,
            user_id=row["id"] if row else None,
            email=address,
        )
        raise Unauthenticated(_WRONG)
    await throttle.succeeded(rt, address)
    member = Member(row["id"], row["email"], row["org_id"])
    return await sessions.start(rt, member, AccessMethod.PASSWORD)


def _objection(row: Any, *, fits: bool) -> str | None:
    if row is None:
        return "no such user"
    if not fits:
        return "wrong password" if row["password_hash"] else "has no password"
    if row["disabled_at"] is not None:
        return "disabled"
    return "no member" if row["org_id"] is None else None


async def try_password(rt: Runtime, throttle: Throttle, address: str) -> None:
    """Count a try at the account. Raises RateLimited, having logged it."""
    try:
        await throttle.attempt(rt, address)
    except RateLimited:
        await access_log.refused(
            AccessEvent.SIGN_IN_REFUSED, AccessMethod.PASSWORD, "too many tries", email=address
        )
        raise


async def change_password(
    rt: Runtime, throttle: Throttle, actor: Actor, *, current: str, new: str
) -> None:
    """Ends the user's other sessions. Raises BadUserInput, RateLimited, NotAllowed for a key."""
    user_id = sessions.person(actor)
    passwords.check(new, email=actor.name, field="newPassword")
    await try_password(rt, throttle, actor.name)
    if not await passwords.verify(current, await accounts.password_hash(user_id)):
        await access_log.refused(
            AccessEvent.SIGN_IN_REFUSED,
            AccessMethod.PASSWORD,
            "wrong password for a new one",
            org_id=actor.org_id,
            user_id=user_id,
            email=actor.name,
        )
        raise BadUserInput("The present password is wrong.", field="currentPassword")
    await throttle.succeeded(rt, actor.name)
    password_hash, now = (
        await passwords.hashed(new, email=actor.name, field="newPassword"),
        clock.now(),
    )
    async with db.transaction():
        await accounts.set_password(user_id, password_hash)
        await accounts.revoke_sessions_all_orgs(user_id, now, but=actor.credential_id)
        await password_resets.end_others_all_orgs(user_id, now)
        audit.note(actor, "user.change_password", "User", user_id, name=actor.name)
        await access_log.record(
            AccessEvent.PASSWORD_CHANGED,
            AccessMethod.PASSWORD,
            org_id=actor.org_id,
            user_id=user_id,
            email=actor.name,
        )


async def rename(rt: Runtime, actor: Actor, *, name: str) -> None:
    """Raises BadUserInput, NotAllowed for a key."""
    user_id, after = sessions.person(actor), {"name": checked_name(name)}
    async with db.transaction():
        before = await accounts.set_name(user_id, after["name"])
        audit.note(
            actor, "user.update", "User", user_id, name=actor.name, before=before, after=after
        )
