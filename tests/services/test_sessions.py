"""Sessions: listed, ended, revoked, switched."""

from datetime import timedelta

import pytest

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.enums import Role
from dagy_gql.errors import NotAllowed, NotFound, Unauthenticated
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import sessions
from tests.support import people


async def good() -> int:
    count = await db.fetch_value("SELECT count(*) FROM access_tokens WHERE revoked_at IS NULL")
    return int(count)


async def test_signing_out_ends_the_session(rt: Runtime) -> None:
    await people.first_owner(rt)
    session, other = await people.login(rt), await people.login(rt)
    await sessions.end(rt, await people.actor(session))
    with pytest.raises(Unauthenticated):
        await people.actor(session)
    await people.actor(other)
    assert [row[0] for row in await people.logged("event")][2] == "SIGN_OUT"
    assert (await people.noted())[-1] == "session.end"


async def test_a_key_has_no_session_to_end(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    key = await Authenticator().actor(made.api_key)
    await sessions.end(rt, key)
    assert await sessions.own(rt, key) == []
    assert (await Authenticator().actor(made.api_key)).credential_id == key.credential_id
    with pytest.raises(NotAllowed):
        await sessions.revoke_others(rt, key)
    with pytest.raises(NotAllowed):
        await sessions.switch(rt, key, org_id=made.org_id)


async def test_an_expired_session_is_refused_and_not_listed(rt: Runtime) -> None:
    await people.first_owner(rt)
    session, other = await people.login(rt), await people.login(rt)
    actor = await people.actor(other)
    await db.execute(
        "UPDATE access_tokens SET expires_at = $1 WHERE id <> $2",
        clock.now() - timedelta(seconds=1),
        actor.credential_id,
    )
    with pytest.raises(Unauthenticated):
        await people.actor(session)
    assert [row["id"] for row in await sessions.own(rt, actor)] == [actor.credential_id]


async def test_all_other_sessions_end_at_once(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    await people.member(made.org_id, "ann@example.com", Role.VIEWER)
    mine, first, second = [await people.login(rt) for _ in range(3)]
    hers = await people.login(rt, "ann@example.com")
    assert await sessions.revoke_others(rt, await people.actor(mine)) == 2
    for ended in (first, second):
        with pytest.raises(Unauthenticated):
            await people.actor(ended)
    await people.actor(mine)
    await people.actor(hers)


async def test_who_may_revoke_a_session(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    await people.member(made.org_id, "ann@example.com", Role.VIEWER)
    elsewhere = await people.organization("theirs")
    await people.member(elsewhere, "eve@example.com", Role.OWNER)
    owner = await people.signed_in(rt)
    ann, eve = [await people.signed_in(rt, f"{name}@example.com") for name in ("ann", "eve")]

    async def revoke(actor: Actor, of: Actor) -> None:
        assert of.credential_id is not None
        await sessions.revoke(rt, actor, session_id=of.credential_id)

    for actor, of in ((ann, owner), (eve, owner), (eve, ann), (owner, eve)):
        with pytest.raises(NotFound):
            await revoke(actor, of)
    assert await good() == 3
    await revoke(owner, ann)
    with pytest.raises(NotFound):
        await revoke(ann, ann)
    await revoke(eve, eve)
    assert await good() == 1


async def test_switching_moves_the_session_to_another_organization(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    second, foreign = await people.organization("second"), await people.organization("foreign")
    await MembershipRepository(second).add(made.user_id, Role.VIEWER, now=clock.now())
    session = await people.login(rt)
    actor = await people.actor(session)
    assert [row["slug"] for row in await sessions.organizations_of(rt, actor)] == [
        "default",
        "second",
    ]
    with pytest.raises(NotFound):
        await sessions.switch(rt, actor, org_id=foreign)
    later = await sessions.switch(rt, actor, org_id=second)
    assert later.expires_at == session.expires_at
    moved = await people.actor(later)
    assert (moved.org_id, moved.role, moved.user_id) == (second, Role.VIEWER, made.user_id)
    with pytest.raises(Unauthenticated):
        await people.actor(session)
    with pytest.raises(Unauthenticated):
        await sessions.switch(rt, actor, org_id=second)
    rows = await db.fetch("SELECT org_id, action FROM audit_logs ORDER BY org_id, sequence")
    assert [(row["org_id"], row["action"]) for row in rows][-2:] == [
        (made.org_id, "session.end"),
        (second, "session.create"),
    ]
    assert ("ORGANIZATION_SWITCHED", second) in await people.logged("event", "org_id")


async def test_the_use_of_a_session_is_noted_once_a_minute(rt: Runtime) -> None:
    await people.first_owner(rt)
    session = await people.login(rt)
    for _ in range(2):
        authenticator = Authenticator()
        await authenticator.actor(session.access_token)
        await authenticator.settled()
    first = await db.fetch_value("SELECT last_used_at FROM access_tokens")
    assert first is not None
    authenticator = Authenticator()
    await authenticator.actor(session.access_token)
    await authenticator.settled()
    assert await db.fetch_value("SELECT last_used_at FROM access_tokens") == first
