"""Signing in through a real provider: who gets in, and as what."""

import pytest

from dagy_gql import clock, db
from dagy_gql.auth import tokens
from dagy_gql.enums import Role
from dagy_gql.repositories.api_keys import ApiKeyRepository, NewKey
from dagy_gql.services import password_resets
from tests.oidc.provider import Provider
from tests.oidc.site import Site
from tests.support import people

ADA = "ada@example.com"


async def roles() -> dict[str, str]:
    rows = await db.fetch(
        "SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id"
    )
    return {row["email"]: row["role"] for row in rows}


async def test_somebody_new_gets_the_role_of_their_group(oidc: Site) -> None:
    await people.first_owner(oidc.rt)
    assert await oidc.sign_in(return_to="/runs?state=FAILED#top") == "/runs?state=FAILED#top"
    assert await oidc.viewer() == {
        "user": {"email": ADA, "name": "Ada"},
        "organization": {"slug": "default"},
        "role": "DEVELOPER",
    }
    assert await people.noted() == [
        "organization.create",
        "user.create",
        "membership.create",
        "session.create",
    ]
    columns = ("event", "method", "email", "address")
    assert await people.logged(*columns) == [("SIGN_IN", "OIDC", ADA, "192.0.2.7")]
    assert await db.fetch_value("SELECT count(*) FROM oidc_attempts") == 0


async def test_groups_decide_at_every_sign_in(oidc: Site, provider: Provider) -> None:
    await people.first_owner(oidc.rt)
    await oidc.sign_in()
    session = await oidc.viewer()
    provider.accounts["ada"]["groups"] = ["bosses", "data-team"]
    await provider.configure()
    await oidc.sign_in()
    assert (await roles())[ADA] == "admin"
    provider.accounts["ada"]["groups"] = ["everybody"]
    await provider.configure()
    assert await oidc.sign_in() == "/login?error=no_role"
    assert session is not None
    assert ADA not in await roles()
    assert await db.fetch_value("SELECT count(*) FROM access_tokens WHERE revoked_at IS NULL") == 0
    assert (await people.noted())[-2:] == ["session.create", "membership.delete"]


async def test_the_only_owner_stays_the_owner(oidc: Site, provider: Provider) -> None:
    await people.first_owner(oidc.rt)
    provider.accounts["root"] = {"email": people.EMAIL, "email_verified": True}
    await provider.configure()
    assert await oidc.sign_in("root") == "/runs"
    assert await roles() == {people.EMAIL: "owner"}
    await people.login(oidc.rt)


async def test_an_account_with_an_unproven_address_loses_its_password(oidc: Site) -> None:
    made = await people.first_owner(oidc.rt)
    user_id = await people.member(made.org_id, ADA, Role.DEVELOPER)
    session = await people.login(oidc.rt, ADA)
    assert await oidc.viewer(session.access_token) is not None
    key = tokens.new(tokens.KEY_PREFIX)
    new_key = NewKey("k", key.prefix, key.sha256, created_by_id=user_id, role=Role.DEVELOPER)
    await ApiKeyRepository(made.org_id).add(new_key, now=clock.now())
    await password_resets.create_on_server(oidc.rt, ADA)
    await oidc.sign_in()
    row = await db.fetch_row(
        "SELECT password_hash, email_verified_at FROM users WHERE id = $1", user_id
    )
    assert row is not None
    assert row["password_hash"] is None
    assert row["email_verified_at"] is not None
    revoked = "SELECT count(*) FROM access_tokens WHERE revoked_at IS NOT NULL"
    assert await db.fetch_value(revoked) == 1
    assert await oidc.viewer(key.text) is None
    assert await db.fetch_value("SELECT count(*) FROM password_resets WHERE used_at IS NULL") == 0
    assert "user.link" in await people.noted()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"email_verified": False}, "email_not_verified"),
        ({"email": None}, "no_email"),
        ({"groups": []}, "no_account"),
        ({"groups": "everybody"}, "no_account"),
    ],
)
async def test_who_does_not_get_in(
    oidc: Site, provider: Provider, change: dict[str, object], error: str
) -> None:
    await people.first_owner(oidc.rt)
    provider.accounts["ada"] |= change
    await provider.configure()
    assert await oidc.sign_in() == f"/login?error={error}"
    assert await oidc.viewer() is None
    assert await db.fetch_value("SELECT count(*) FROM users") == 1
    assert await db.fetch_value("SELECT count(*) FROM access_tokens") == 0
    assert [row[0] for row in await people.logged("event")] == ["SIGN_IN_REFUSED"]


async def test_an_unverified_address_takes_over_no_account(oidc: Site, provider: Provider) -> None:
    await people.first_owner(oidc.rt)
    provider.accounts["eve"] = {"email": people.EMAIL, "groups": ["bosses"]}
    await provider.configure()
    assert await oidc.sign_in("eve") == "/login?error=email_not_verified"
    assert await db.fetch_value("SELECT count(*) FROM user_identities") == 0


async def test_a_disabled_account_does_not_get_in(oidc: Site) -> None:
    await people.first_owner(oidc.rt)
    await oidc.sign_in()
    oidc.http.cookies.clear()
    await db.execute("UPDATE users SET disabled_at = now() WHERE email = $1", ADA)
    assert await oidc.sign_in() == "/login?error=disabled"
    assert await oidc.viewer() is None


@pytest.mark.parametrize(
    ("domain", "ends"), [("Example.com", "/runs"), ("x.org", "/login?error=domain")]
)
async def test_domains_may_be_limited(oidc: Site, domain: str, ends: str) -> None:
    await people.first_owner(oidc.rt)
    oidc.rt.settings.__dict__["oidc_allowed_domains"] = domain
    assert await oidc.sign_in() == ends


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/..//evil.example",
        "/x/%2e%2e//evil.example",
        "\\\\evil.example",
        "/\tevil",
        "javascript:alert(1)",
        "runs",
        "",
        "/" + "x" * 500,
    ],
)
async def test_a_foreign_return_ends_at_home(oidc: Site, return_to: str) -> None:
    await oidc.leave(return_to)
    assert await db.fetch_value("SELECT return_to FROM oidc_attempts") == "/"
