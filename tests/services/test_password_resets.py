"""One-time links that set a new password."""

import pytest

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, NotAllowed, NotFound, Unauthenticated
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import password_resets
from dagy_gql.services.throttle import Throttle
from tests.support import people
from tests.support.people import EMAIL, PASSWORD

ANN, NEW = "ann@example.com", "another horse battery"


@pytest.fixture
async def owner(rt: Runtime) -> Actor:
    await people.first_owner(rt)
    return await people.signed_in(rt)


def token_of(link: str) -> str:
    path, _, token = link.partition("=")
    assert path == "/login?reset"
    assert token.startswith("dagy_pr_")
    return token


async def reset(rt: Runtime, token: str, password: str = NEW) -> None:
    await password_resets.reset(rt, Throttle(), token=token, password=password)


async def test_a_link_sets_the_password_and_ends_all_sessions(rt: Runtime, owner: Actor) -> None:
    user_id = await people.member(owner.org_id, ANN, Role.VIEWER)
    session = await people.login(rt, ANN)
    token = token_of(await password_resets.create(rt, owner, user_id=user_id))
    await people.actor(session)
    await reset(rt, token)
    with pytest.raises(Unauthenticated):
        await people.actor(session)
    with pytest.raises(Unauthenticated):
        await people.login(rt, ANN)
    await people.login(rt, ANN, NEW)
    with pytest.raises(NotFound):
        await reset(rt, token)
    noted = await people.noted()
    assert noted[-3:] == ["password_reset.create", "user.reset_password", "session.create"]
    events = await people.logged("event", "method")
    assert ("PASSWORD_RESET_ASKED", "RESET_LINK") in events
    assert ("PASSWORD_CHANGED", "RESET_LINK") in events
    assert token not in await db.fetch_value(
        "SELECT string_agg(r::text, '') FROM password_resets r"
    )


async def test_only_the_newest_link_works_and_for_an_hour(rt: Runtime, owner: Actor) -> None:
    user_id = await people.member(owner.org_id, ANN, Role.VIEWER)
    first, second = [
        token_of(await password_resets.create(rt, owner, user_id=user_id)) for _ in range(2)
    ]
    row = await db.fetch_row("SELECT expires_at - created_at AS age FROM password_resets")
    assert row is not None
    assert row["age"].total_seconds() == 3600
    with pytest.raises(NotFound):
        await reset(rt, first)
    await db.execute("UPDATE password_resets SET expires_at = now()")
    with pytest.raises(NotFound):
        await reset(rt, second)
    await people.login(rt, ANN)


async def test_a_weak_password_leaves_the_link_good(rt: Runtime, owner: Actor) -> None:
    user_id = await people.member(owner.org_id, ANN, Role.VIEWER)
    token = token_of(await password_resets.create(rt, owner, user_id=user_id))
    with pytest.raises(BadUserInput):
        await reset(rt, token, "short")
    await reset(rt, token)


async def test_no_link_to_an_account_of_more_rights_or_other_organizations(
    rt: Runtime, owner: Actor
) -> None:
    admin_id = await people.member(owner.org_id, "admin@example.com", Role.ADMIN)
    admin = await people.signed_in(rt, "admin@example.com")
    second = await people.member(owner.org_id, "second@example.com", Role.OWNER)
    both = await people.member(owner.org_id, ANN, Role.VIEWER)
    theirs = await people.organization("theirs")
    await MembershipRepository(theirs).add(both, Role.VIEWER, now=clock.now())
    stranger = await people.member(theirs, "eve@example.com", Role.VIEWER)
    assert owner.user_id is not None
    for user_id, refusal in (
        (owner.user_id, NotAllowed),
        (second, NotAllowed),
        (both, NotAllowed),
        (stranger, NotFound),
    ):
        with pytest.raises(refusal):
            await password_resets.create(rt, admin, user_id=user_id)
    assert await db.fetch_value("SELECT count(*) FROM password_resets") == 0
    await password_resets.create(rt, owner, user_id=both)
    await password_resets.create(rt, admin, user_id=admin_id)


async def test_an_owner_does_not_reset_the_installations_operator(
    rt: Runtime, owner: Actor
) -> None:
    await people.member(owner.org_id, "second@example.com", Role.OWNER)
    second = await people.signed_in(rt, "second@example.com")
    assert owner.user_id is not None
    with pytest.raises(NotAllowed):
        await password_resets.create(rt, second, user_id=owner.user_id)


async def test_on_the_server_every_user_has_a_link(rt: Runtime, owner: Actor) -> None:
    token = token_of(await password_resets.create_on_server(rt, " Owner@Example.com "))
    await reset(rt, token)
    await people.login(rt, EMAIL, NEW)
    with pytest.raises(NotFound):
        await password_resets.create_on_server(rt, "nobody@example.com")
    with pytest.raises(Unauthenticated):
        await people.login(rt, EMAIL, PASSWORD)


async def test_who_belongs_to_no_organization_is_reset_too(rt: Runtime, owner: Actor) -> None:
    await people.user(ANN)
    await reset(rt, token_of(await password_resets.create_on_server(rt, ANN)))
    assert await people.logged("event") == [("SIGN_IN",)]
