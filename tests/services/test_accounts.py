"""Signing in with a password, changing it, and the first owner."""

import pytest

from dagy_gql import db
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.auth.origin import Origin, origin
from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, NotAllowed, RateLimited, Unauthenticated
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts
from dagy_gql.services.throttle import Throttle
from tests.support import people
from tests.support.people import EMAIL, PASSWORD

NEW = "another horse battery"


async def test_bootstrap_makes_one_owner_with_a_key_that_may_do_everything(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    actor = await Authenticator().actor(made.api_key)
    assert actor.org_id == made.org_id
    assert actor.role is Role.OWNER
    assert actor.permissions == frozenset(Permission)
    assert actor.name.startswith("key:dagy_sk_")
    person = await people.signed_in(rt)
    assert (person.user_id, person.role, person.is_super_admin) == (made.user_id, Role.OWNER, True)
    assert await people.noted() == ["organization.create", "session.create"]


async def test_a_second_bootstrap_does_nothing_and_hashes_nothing(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people.first_owner(rt)
    monkeypatch.delattr(accounts.passwords, "hashed")
    assert await accounts.bootstrap(rt, "other@example.com", PASSWORD) is None
    assert await db.fetch_value("SELECT count(*) FROM users") == 1


async def test_secrets_are_not_stored(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    session = await people.login(rt)
    rows = await db.fetch(
        "SELECT t::text AS text FROM api_keys t UNION ALL SELECT t::text FROM access_tokens t"
        " UNION ALL SELECT t::text FROM users t UNION ALL SELECT t::text FROM audit_logs t"
        " UNION ALL SELECT t::text FROM access_logs t"
    )
    text = " ".join(row["text"] for row in rows)
    assert made.api_key not in text
    assert session.access_token not in text
    assert PASSWORD not in text
    assert "argon2id" in text


async def test_login_gives_a_session_of_the_user(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    token = origin.set(Origin("request-1", "192.0.2.7", "Firefox"))
    try:
        session = await people.login(rt, " Owner@Example.com ")
    finally:
        origin.reset(token)
    actor = await people.actor(session)
    assert (actor.user_id, actor.name, actor.role) == (made.user_id, EMAIL, Role.OWNER)
    columns = ("event", "method", "org_id", "user_id", "email", "address", "user_agent")
    assert await people.logged(*columns, "request_id") == [
        (
            "SIGN_IN",
            "PASSWORD",
            made.org_id,
            made.user_id,
            EMAIL,
            "192.0.2.7",
            "Firefox",
            "request-1",
        )
    ]


async def test_login_may_name_one_of_ones_own_organizations(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    await people.organization("theirs")
    session = await people.login(rt, organization="default")
    assert (await people.actor(session)).org_id == made.org_id
    with pytest.raises(Unauthenticated):
        await people.login(rt, organization="theirs")
    with pytest.raises(Unauthenticated):
        await people.login(rt, organization="no\x00where")
    reasons = [row[0] for row in await people.logged("reason")]
    assert reasons == [None, "no member", "no member"]


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        (EMAIL, "wrong", "wrong password"),
        ("nobody@example.com", PASSWORD, "no such user"),
        ("gone@example.com", PASSWORD, "disabled"),
        ("sso@example.com", PASSWORD, "has no password"),
        ("alone@example.com", PASSWORD, "no member"),
        ("", "", "no such user"),
        ("\x00", "\x00", "no such user"),
    ],
)
async def test_every_failed_login_says_the_same_after_the_same_work(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, email: str, password: str, reason: str
) -> None:
    made = await people.first_owner(rt)
    await people.member(made.org_id, "gone@example.com", Role.VIEWER)
    await db.execute("UPDATE users SET disabled_at = now() WHERE email = 'gone@example.com'")
    await people.member(made.org_id, "sso@example.com", Role.VIEWER, password=None)
    await people.user("alone@example.com")
    hashes: list[str] = []
    verify = accounts.passwords._hasher.verify

    class Counting:
        @staticmethod
        def verify(stored: str, given: str) -> bool:
            hashes.append(stored)
            return bool(verify(stored, given))

        hash = accounts.passwords._hasher.hash

    monkeypatch.setattr(accounts.passwords, "_hasher", Counting)
    with pytest.raises(Unauthenticated) as caught:
        await people.login(rt, email, password)
    assert caught.value.message == "The e-mail address or the password is wrong."
    assert [stored[:31] for stored in hashes] == ["$argon2id$v=19$m=65536,t=3,p=4$"]
    assert await db.fetch_value("SELECT count(*) FROM access_tokens") == 0
    assert await people.logged("event", "reason") == [("SIGN_IN_REFUSED", reason)]


async def test_passwords_can_be_switched_off(rt: Runtime) -> None:
    await people.first_owner(rt)
    object.__setattr__(rt, "settings", rt.settings.model_copy(update={"password_sign_in": False}))
    with pytest.raises(NotAllowed):
        await people.login(rt)
    assert await db.fetch_value("SELECT count(*) FROM access_tokens") == 0


async def test_too_many_tries_are_refused_and_logged(rt: Runtime) -> None:
    await people.first_owner(rt)
    throttle = Throttle()
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await accounts.login(rt, throttle, email=EMAIL, password="wrong")
    with pytest.raises(RateLimited):
        await accounts.login(rt, throttle, email=EMAIL, password=PASSWORD)
    with pytest.raises(RateLimited):
        await accounts.login(rt, Throttle(), email=EMAIL, password=PASSWORD)
    reasons = [row[0] for row in await people.logged("reason")]
    assert reasons == ["wrong password"] * 10 + ["too many tries"] * 2


async def test_a_new_password_needs_the_present_one_and_ends_other_sessions(rt: Runtime) -> None:
    await people.first_owner(rt)
    mine, other = await people.login(rt), await people.login(rt)
    actor = await people.actor(mine)
    await accounts.change_password(rt, Throttle(), actor, current=PASSWORD, new=NEW)
    assert (await people.actor(mine)).user_id == actor.user_id
    with pytest.raises(Unauthenticated):
        await people.actor(other)
    with pytest.raises(Unauthenticated):
        await people.login(rt)
    await people.login(rt, password=NEW)
    assert "user.change_password" in await people.noted()
    events = [row[0] for row in await people.logged("event")]
    assert events == [
        "SIGN_IN",
        "SIGN_IN",
        "PASSWORD_CHANGED",
        "CREDENTIALS_REFUSED",
        "SIGN_IN_REFUSED",
        "SIGN_IN",
    ]


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("wrong", NEW, "currentPassword"), (PASSWORD, "short", "newPassword")],
)
async def test_a_new_password_that_cannot_be_changes_nothing(
    rt: Runtime, current: str, new: str, field: str
) -> None:
    await people.first_owner(rt)
    session, other = await people.login(rt), await people.login(rt)
    with pytest.raises(BadUserInput) as caught:
        await accounts.change_password(
            rt, Throttle(), await people.actor(session), current=current, new=new
        )
    assert caught.value.extensions["field"] == field
    await people.actor(other)
    await people.login(rt)


async def test_a_key_has_no_password_to_change(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    key = await Authenticator().actor(made.api_key)
    with pytest.raises(NotAllowed):
        await accounts.change_password(rt, Throttle(), key, current=PASSWORD, new=NEW)
    with pytest.raises(NotAllowed):
        await accounts.rename(rt, key, name="Me")


async def test_people_choose_their_name(rt: Runtime) -> None:
    await people.first_owner(rt)
    actor = await people.signed_in(rt)
    await accounts.rename(rt, actor, name=" Ada Lovelace ")
    assert await db.fetch_value("SELECT name FROM users") == "Ada Lovelace"
    with pytest.raises(BadUserInput):
        await accounts.rename(rt, actor, name="Ada\u0000")
    row = await db.fetch_row("SELECT before, after FROM audit_logs WHERE action = 'user.update'")
    assert row is not None
    assert (row["before"], row["after"]) == ({"name": ""}, {"name": "Ada Lovelace"})


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [("nobody", PASSWORD, "email"), (EMAIL, "short", "password"), ("@", PASSWORD, "email")],
)
async def test_bootstrap_refuses_what_cannot_be_used(
    rt: Runtime, email: str, password: str, field: str
) -> None:
    with pytest.raises(BadUserInput) as caught:
        await accounts.bootstrap(rt, email, password)
    assert caught.value.extensions["field"] == field
    assert await db.fetch_value("SELECT count(*) FROM users") == 0
