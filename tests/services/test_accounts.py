"""Signing in, out, and the first owner."""

import time
from datetime import timedelta

import pytest

from dagy_gql import db
from dagy_gql.auth import authenticate
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, RateLimited, Unauthenticated
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts
from dagy_gql.services.accounts import Throttle

EMAIL, PASSWORD = "owner@example.com", "correct horse battery"


async def test_bootstrap_makes_one_owner_with_a_key_that_may_do_everything(rt: Runtime) -> None:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD)
    assert made is not None
    actor = await Authenticator().actor(made.api_key)
    assert actor.org_id == made.org_id
    assert actor.role is Role.OWNER
    assert actor.permissions == frozenset(Permission)
    assert actor.name.startswith("key:dagy_sk_")


async def test_a_second_bootstrap_does_nothing(rt: Runtime) -> None:
    assert await accounts.bootstrap(rt, EMAIL, PASSWORD) is not None
    assert await accounts.bootstrap(rt, "other@example.com", PASSWORD) is None
    assert await db.fetch_value("SELECT count(*) FROM users") == 1


async def test_secrets_are_not_stored(rt: Runtime) -> None:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD)
    assert made is not None
    session = await accounts.login(rt, Throttle(), email=EMAIL, password=PASSWORD)
    rows = await db.fetch(
        "SELECT t::text AS text FROM api_keys t UNION ALL SELECT t::text FROM access_tokens t"
        " UNION ALL SELECT t::text FROM users t"
    )
    text = " ".join(row["text"] for row in rows)
    assert made.api_key not in text
    assert session.access_token not in text
    assert PASSWORD not in text
    assert "argon2id" in text


async def test_login_gives_a_session_of_the_user(rt: Runtime) -> None:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD)
    assert made is not None
    session = await accounts.login(rt, Throttle(), email=" Owner@Example.com ", password=PASSWORD)
    actor = await Authenticator().actor(session.access_token)
    assert (actor.user_id, actor.name, actor.role) == (made.user_id, EMAIL, Role.OWNER)


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD), ("", ""), ("\x00", "\x00")],
)
async def test_every_failed_login_says_the_same(rt: Runtime, email: str, password: str) -> None:
    await accounts.bootstrap(rt, EMAIL, PASSWORD)
    with pytest.raises(Unauthenticated) as caught:
        await accounts.login(rt, Throttle(), email=email, password=password)
    assert caught.value.message == "The e-mail address or the password is wrong."
    assert await db.fetch_value("SELECT count(*) FROM access_tokens") == 0


async def test_ten_failures_a_minute_are_enough(rt: Runtime) -> None:
    await accounts.bootstrap(rt, EMAIL, PASSWORD)
    throttle = Throttle()
    for _ in range(10):
        throttle.failed(EMAIL)
    with pytest.raises(RateLimited) as caught:
        await accounts.login(rt, throttle, email=EMAIL, password=PASSWORD)
    assert caught.value.extensions["retryAfter"] == 60


async def test_logout_ends_the_session(rt: Runtime) -> None:
    await accounts.bootstrap(rt, EMAIL, PASSWORD)
    session = await accounts.login(rt, Throttle(), email=EMAIL, password=PASSWORD)
    actor = await Authenticator().actor(session.access_token)
    await accounts.logout(rt, actor, token=session.access_token)
    with pytest.raises(Unauthenticated):
        await Authenticator().actor(session.access_token)


async def test_an_expired_session_is_refused(rt: Runtime) -> None:
    await accounts.bootstrap(rt, EMAIL, PASSWORD)
    session = await accounts.login(rt, Throttle(), email=EMAIL, password=PASSWORD)
    await db.execute(
        "UPDATE access_tokens SET expires_at = expires_at - $1::interval", timedelta(days=2)
    )
    with pytest.raises(Unauthenticated):
        await Authenticator().actor(session.access_token)


async def test_a_key_has_no_more_rights_than_its_maker(rt: Runtime) -> None:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD)
    assert made is not None
    await db.execute("UPDATE memberships SET role = 'viewer'")
    actor = await Authenticator().actor(made.api_key)
    assert Permission.RUNS_READ in actor.permissions
    assert Permission.RUNS_TRIGGER not in actor.permissions


async def test_a_key_without_role_and_scopes_has_no_rights(rt: Runtime) -> None:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD)
    assert made is not None
    await db.execute("UPDATE api_keys SET role = NULL")
    assert (await Authenticator().actor(made.api_key)).permissions == frozenset()
    await db.execute("""UPDATE api_keys SET scopes = '["flows.read", "no.such"]'""")
    actor = await Authenticator().actor(made.api_key)
    assert actor.permissions == {Permission.FLOWS_READ}


async def test_answers_are_kept_for_two_seconds(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD)
    assert made is not None
    authenticator = Authenticator()
    actor = await authenticator.actor(made.api_key)
    await db.execute("UPDATE api_keys SET revoked_at = now()")
    assert await authenticator.actor(made.api_key) is actor
    later = time.monotonic() + authenticate.CACHE_SECONDS
    monkeypatch.setattr(authenticate.time, "monotonic", lambda: later)
    with pytest.raises(Unauthenticated):
        await authenticator.actor(made.api_key)


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


@pytest.mark.parametrize("header", ["Basic abc", "dagy_sk_x", "Token x"])
def test_only_bearer_is_understood(header: str) -> None:
    with pytest.raises(Unauthenticated):
        authenticate.bearer(header)
