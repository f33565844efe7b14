"""People whom an identity provider vouches for: found, linked or made, and given a role.

An address links to an account only where the provider has proven it. An account whose address
nobody had proven before loses its password, its sessions and its keys then: whoever made it may
have been somebody else.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

import asyncpg

from dagy_gql import clock, db, tenancy
from dagy_gql.auth import access_log
from dagy_gql.auth.actor import system
from dagy_gql.auth.authenticate import Vouched
from dagy_gql.auth.claims import Person
from dagy_gql.auth.jwks import BadToken
from dagy_gql.auth.jwt import JwtVerifier
from dagy_gql.enums import AccessEvent, AccessMethod, Role
from dagy_gql.errors import Conflict, Unauthenticated
from dagy_gql.repositories import accounts, identities, organizations, password_resets
from dagy_gql.repositories.api_keys import ApiKeyRepository
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, members
from dagy_gql.services.sessions import Member

logger = logging.getLogger(__name__)


class SignInRefused(Unauthenticated):
    """`code` is for programs: it ends the address of the login page."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.reason = code


@dataclass(frozen=True, slots=True)
class Rules:
    """`organization` is a slug or id; `is_named`: the person asks for that one and no other.

    Where the provider `decides`, `role` is the member's role, and None ends the membership;
    else `role` is what somebody new becomes, and None lets nobody new in.
    """

    organization: str
    role: Role | None
    decides: bool
    is_named: bool = False


async def vouch(rt: Runtime, verifier: JwtVerifier | None, text: str) -> Vouched:
    """The member whom a bearer token is about. Raises Unauthenticated, Unavailable."""
    if verifier is None or not verifier.looks_like_one(text):
        raise Unauthenticated("The token is unknown, revoked or has expired: sign in again.")
    try:
        found = await verifier.vouching(text)
    except BadToken as error:
        await access_log.refused_credentials(AccessMethod.JWT, str(error))
        raise Unauthenticated(
            "The token is not valid here, or no longer: sign in again."
        ) from error
    default = rt.settings.jwt_default_role
    rules = Rules(
        organization=found.organization or rt.settings.jwt_organization,
        role=found.role if rt.settings.jwt_role_map else Role(default) if default else None,
        decides=bool(rt.settings.jwt_role_map),
        is_named=found.organization is not None,
    )
    member = await admitted(rt, found.person, rules, AccessMethod.JWT)
    return Vouched(member.user_id, member.org_id)


@tenancy.across_organizations
async def admitted(rt: Runtime, person: Person, rules: Rules, method: AccessMethod) -> Member:
    """Raises SignInRefused, having logged it."""
    try:
        try:
            return await _admit(rt, person, rules)
        except asyncpg.UniqueViolationError:
            # The same person at the same time: they are known by now.
            return await _admit(rt, person, rules)
    except SignInRefused as error:
        await access_log.refused(
            AccessEvent.SIGN_IN_REFUSED, method, error.message, email=person.email
        )
        raise


async def _admit(rt: Runtime, person: Person, rules: Rules) -> Member:
    org_id = await identities.organization_all_orgs(rules.organization)
    if org_id is None:
        _refuse("no_organization", f"There is no organization {rules.organization!r} here.")
    user = await identities.user_all_orgs(person.issuer, person.subject)
    if user is None:
        user_id, email = await _linked_or_new(person, rules, org_id)
    else:
        user_id, email = user["id"], user["email"]
        _require_enabled(user)
    return await _as_member(rt, Member(user_id, email, org_id), rules)


def _refuse(code: str, message: str) -> NoReturn:
    raise SignInRefused(code, message)


def _require_enabled(user: asyncpg.Record) -> None:
    if user["disabled_at"] is not None:
        _refuse("disabled", "This account is disabled.")


async def _linked_or_new(person: Person, rules: Rules, org_id: UUID) -> tuple[UUID, str]:
    if person.email is None:
        _refuse("no_email", "The identity provider says no e-mail address.")
    if not person.is_verified:
        _refuse("email_not_verified", "The identity provider has not verified the e-mail address.")
    found = await accounts.by_email_all_orgs(person.email)
    if found is None:
        if rules.role is None:
            _refuse("no_account", f"{person.email} has no account here: ask for an invitation.")
        return await _added(person, person.email, org_id), person.email
    _require_enabled(found)
    await _link(person, found, org_id)
    return found["id"], person.email


async def _added(person: Person, email: str, org_id: UUID) -> UUID:
    now = clock.now()
    async with db.transaction():
        user_id = await accounts.add_user(
            email, password_hash=None, name=person.name, is_verified=True, now=now
        )
        await _identify(person, user_id, org_id, email=email, action="user.create")
    return user_id


async def _link(person: Person, user: asyncpg.Record, org_id: UUID) -> None:
    user_id, now = user["id"], clock.now()
    async with db.transaction():
        if user["email_verified_at"] is None:
            await _take_away(user_id, now)
            await accounts.set_verified(user_id, now)
        await _identify(person, user_id, org_id, email=user["email"], action="user.link")


async def _take_away(user_id: UUID, now: datetime) -> None:
    """Whatever lets somebody act as this account."""
    await accounts.set_password(user_id, None)
    await password_resets.end_others_all_orgs(user_id, now)
    await accounts.revoke_sessions_all_orgs(user_id, now)
    for row in await organizations.of_user_all_orgs(user_id):
        await ApiKeyRepository(row["id"]).revoke_of_person(user_id, now)


async def _identify(
    person: Person, user_id: UUID, org_id: UUID, *, email: str, action: str
) -> None:
    await identities.add_all_orgs(
        user_id, issuer=person.issuer, subject=person.subject, now=clock.now()
    )
    after = {"issuer": person.issuer, "subject": person.subject}
    audit.note(system(org_id), action, "User", user_id, name=email, after=after)


async def _as_member(rt: Runtime, member: Member, rules: Rules) -> Member:
    """The member, with the role that the rules give; of another organization of theirs where
    they are no member of this one and did not ask for it."""
    membership = await MembershipRepository(member.org_id).of_user(member.user_id)
    if membership is None and rules.role is not None:
        await _join(member, rules.role)
        return member
    if membership is not None and (not rules.decides or await _keep(rt, membership, rules.role)):
        return member
    others = await organizations.of_user_all_orgs(member.user_id)
    if rules.is_named or not others:
        _refuse("no_role", f"{member.email} has no role in {rules.organization!r}.")
    return Member(member.user_id, member.email, others[0]["id"])


async def _join(member: Member, role: Role) -> None:
    async with db.transaction():
        row = await MembershipRepository(member.org_id).add(member.user_id, role, now=clock.now())
        actor, after = system(member.org_id), {"role": role}
        audit.note(
            actor, "membership.create", "Membership", row["id"], name=member.email, after=after
        )


async def _keep(rt: Runtime, membership: asyncpg.Record, role: Role | None) -> bool:
    """Whether they are a member still, now with the role; the only owner always is, as owner."""
    actor, key = system(membership["org_id"]), membership["id"]
    if role is not None and membership["role"] == role:
        return True
    try:
        if role is None:
            await members.remove(rt, actor, membership_id=key)
            return False
        await members.update(rt, actor, membership_id=key, role=role, custom_role_id=None)
    except Conflict as error:
        logger.warning("the provider's role was not applied", extra={"why": error.message})
    return True
