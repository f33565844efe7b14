"""Invitations into an organization."""

from uuid import UUID

import pytest

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, Conflict, Forbidden, NotAllowed, NotFound
from dagy_gql.ids import new_id
from dagy_gql.repositories.organizations import CustomRoleRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import invitations
from dagy_gql.services.sessions import Session
from dagy_gql.services.throttle import Throttle
from tests.support import people
from tests.support.people import PASSWORD

ANN = "ann@example.com"


async def invite(
    rt: Runtime,
    actor: Actor,
    email: str = ANN,
    role: Role | None = Role.VIEWER,
    *,
    custom_role_id: UUID | None = None,
) -> str:
    """Returns the token of the link."""
    made = await invitations.create(
        rt, actor, email=email, role=role, custom_role_id=custom_role_id
    )
    assert made.link.startswith("/login?invitation=dagy_in_")
    return made.link.partition("=")[2]


async def accept(
    rt: Runtime, token: str, *, identity: Actor | None = None, name: str = "", password: str = ""
) -> Session:
    return await invitations.accept(
        rt, Throttle(), identity, token=token, name=name, password=password
    )


@pytest.fixture
async def owner(rt: Runtime) -> Actor:
    await people.first_owner(rt)
    return await people.signed_in(rt)


async def test_somebody_new_chooses_name_and_password_and_is_signed_in(
    rt: Runtime, owner: Actor
) -> None:
    token = await invite(rt, owner, " Ann@Example.com ", Role.DEVELOPER)
    row = await invitations.preview(rt, Throttle(), token)
    assert (row["organization"], row["email"]) == ("Default", ANN)
    actor = await people.actor(await accept(rt, token, name="Ann", password=PASSWORD))
    assert (actor.org_id, actor.name, actor.role) == (owner.org_id, ANN, Role.DEVELOPER)
    assert await db.fetch_value("SELECT name FROM users WHERE email = $1", ANN) == "Ann"
    await people.login(rt, ANN)
    assert await people.noted() == [
        "organization.create",
        "session.create",
        "invitation.create",
        "membership.create",
        "invitation.accept",
        "session.create",
        "session.create",
    ]
    events = await people.logged("event", "method")
    assert ("INVITATION_ACCEPTED", "INVITATION") in events
    text = await db.fetch_value("SELECT string_agg(i::text, '') FROM invitations i")
    assert token not in text


async def test_a_link_works_once(rt: Runtime, owner: Actor) -> None:
    token = await invite(rt, owner)
    await accept(rt, token, password=PASSWORD)
    with pytest.raises(NotFound):
        await accept(rt, token, password=PASSWORD)
    with pytest.raises(NotFound):
        await invitations.preview(rt, Throttle(), token)
    assert await db.fetch_value("SELECT count(*) FROM users") == 2


async def test_old_revoked_and_made_up_links_do_nothing(rt: Runtime, owner: Actor) -> None:
    late, revoked = await invite(rt, owner), await invite(rt, owner, "bob@example.com")
    await db.execute("UPDATE invitations SET expires_at = now() WHERE email = $1", ANN)
    key = await db.fetch_value("SELECT id FROM invitations WHERE email = 'bob@example.com'")
    await invitations.revoke(rt, owner, invitation_id=key)
    for token in (late, revoked, "dagy_in_made-up", "\x00"):
        with pytest.raises(NotFound):
            await accept(rt, token, password=PASSWORD)
    assert await db.fetch_value("SELECT count(*) FROM users") == 1
    assert await db.fetch_value("SELECT count(*) FROM memberships") == 1


async def test_inviting_again_ends_the_link_before(rt: Runtime, owner: Actor) -> None:
    first, second = await invite(rt, owner), await invite(rt, owner)
    with pytest.raises(NotFound):
        await accept(rt, first, password=PASSWORD)
    await accept(rt, second, password=PASSWORD)


async def test_who_has_an_account_proves_it(rt: Runtime, owner: Actor) -> None:
    theirs = await people.organization("theirs")
    await people.member(theirs, ANN, Role.OWNER)
    ann = await people.signed_in(rt, ANN)
    token = await invite(rt, owner)
    with pytest.raises(BadUserInput) as caught:
        await accept(rt, token, identity=owner, password="another long password")
    assert caught.value.extensions["field"] == "password"
    assert await db.fetch_value("SELECT count(*) FROM memberships") == 2
    actor = await people.actor(await accept(rt, token, identity=ann))
    assert (actor.user_id, actor.org_id, actor.role) == (ann.user_id, owner.org_id, Role.VIEWER)


async def test_the_password_of_the_account_does_too_and_stays(rt: Runtime, owner: Actor) -> None:
    theirs = await people.organization("theirs")
    await people.member(theirs, ANN, Role.OWNER)
    actor = await people.actor(
        await accept(rt, await invite(rt, owner), name="Eve", password=PASSWORD)
    )
    assert actor.org_id == owner.org_id
    assert await db.fetch_value("SELECT name FROM users WHERE email = $1", ANN) == ""


@pytest.mark.parametrize("column", ["disabled_at = now()", "password_hash = NULL"])
async def test_accounts_that_cannot_be_proven_do_not_join(
    rt: Runtime, owner: Actor, column: str
) -> None:
    await people.user(ANN)
    await db.execute(f"UPDATE users SET {column} WHERE email = $1", ANN)
    with pytest.raises((BadUserInput, NotAllowed)):
        await accept(rt, await invite(rt, owner), password=PASSWORD)
    assert await db.fetch_value("SELECT count(*) FROM memberships") == 1


async def test_a_weak_password_leaves_the_link_good(rt: Runtime, owner: Actor) -> None:
    token = await invite(rt, owner)
    with pytest.raises(BadUserInput):
        await accept(rt, token, password="short")
    assert await db.fetch_value("SELECT count(*) FROM users") == 1
    await accept(rt, token, password=PASSWORD)


async def test_nobody_hands_out_more_than_they_have(rt: Runtime, owner: Actor) -> None:
    await people.member(owner.org_id, "admin@example.com", Role.ADMIN)
    admin = await people.signed_in(rt, "admin@example.com")
    with pytest.raises(NotAllowed):
        await invite(rt, admin, role=Role.OWNER)
    now = clock.now()
    billing = await CustomRoleRepository(owner.org_id).insert(
        {
            "id": new_id(),
            "name": "billing",
            "permissions": '["billing.write"]',
            "created_at": now,
            "updated_at": now,
            "created_by": "",
            "description": "",
        }
    )
    with pytest.raises(Forbidden):
        await invite(rt, admin, role=None, custom_role_id=billing["id"])
    with pytest.raises(BadUserInput):
        await invite(rt, admin, role=None)
    assert await db.fetch_value("SELECT count(*) FROM invitations") == 0
    token = await invite(rt, owner, role=None, custom_role_id=billing["id"])
    actor = await people.actor(await accept(rt, token, password=PASSWORD))
    assert (actor.role, actor.permissions) == (None, {"billing.write"})
    await invite(rt, owner, "second@example.com", Role.OWNER)


async def test_members_are_not_invited_and_what_was_accepted_is_not_revoked(
    rt: Runtime, owner: Actor
) -> None:
    token = await invite(rt, owner)
    await accept(rt, token, password=PASSWORD)
    with pytest.raises(Conflict):
        await invite(rt, owner)
    key = await db.fetch_value("SELECT id FROM invitations")
    with pytest.raises(Conflict):
        await invitations.revoke(rt, owner, invitation_id=key)


async def test_another_organizations_invitation_does_not_exist(rt: Runtime, owner: Actor) -> None:
    await invite(rt, owner)
    theirs = await people.organization("theirs")
    await people.member(theirs, "eve@example.com", Role.OWNER)
    key = await db.fetch_value("SELECT id FROM invitations")
    with pytest.raises(NotFound):
        await invitations.revoke(
            rt, await people.signed_in(rt, "eve@example.com"), invitation_id=key
        )
    assert await db.fetch_value("SELECT revoked_at FROM invitations") is None
