"""What a real provider's sign-in must withstand: replays, other browsers, forged tokens."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt

from dagy_gql import db
from dagy_gql.auth import jwks
from dagy_gql.auth.outgoing import Outgoing
from tests.oidc import provider as module
from tests.oidc.provider import Provider
from tests.oidc.site import CALLBACK, Site
from tests.support import people

Forge = Callable[[Provider, dict[str, Any]], str]


@pytest.fixture(autouse=True)
async def _somebody(oidc: Site) -> None:
    await people.first_owner(oidc.rt)


async def assert_refused(oidc: Site, end: str, error: str) -> None:
    assert end == f"/login?error={error}"
    assert await oidc.viewer() is None
    assert await db.fetch_value("SELECT count(*) FROM users") == 1
    assert await db.fetch_value("SELECT count(*) FROM access_tokens") == 0
    assert [row[:2] for row in await people.logged("event", "method")] == [
        ("SIGN_IN_REFUSED", "OIDC")
    ]


async def test_an_answer_counts_once(oidc: Site) -> None:
    back = await module.sign_in(await oidc.leave(), "ada")
    cookies = dict(oidc.http.cookies)
    assert await oidc.come_back(back) == "/runs"
    oidc.http.cookies.clear()
    oidc.http.cookies.update(cookies)
    assert await oidc.come_back(back) == "/login?error=expired"
    assert await db.fetch_value("SELECT count(*) FROM access_tokens") == 1


async def test_another_browser_cannot_finish_a_sign_in(oidc: Site) -> None:
    back = await module.sign_in(await oidc.leave(), "ada")
    oidc.http.cookies.clear()
    await assert_refused(oidc, await oidc.come_back(back), "state")


@pytest.mark.parametrize("query", ["", "?state=&code=x", "?state=made-up&code=x"])
async def test_an_answer_nobody_asked_for_is_refused(oidc: Site, query: str) -> None:
    await assert_refused(oidc, await oidc.come_back(CALLBACK + query), "state")


async def test_after_ten_minutes_it_is_too_late(oidc: Site) -> None:
    back = await module.sign_in(await oidc.leave(), "ada")
    row = await db.fetch_row("SELECT expires_at - created_at AS age FROM oidc_attempts")
    assert row is not None
    assert row["age"].total_seconds() == 600
    await db.execute("UPDATE oidc_attempts SET expires_at = now()")
    await assert_refused(oidc, await oidc.come_back(back), "expired")


async def test_without_pkce_the_provider_refuses_and_so_do_we(oidc: Site) -> None:
    url = await oidc.leave()
    assert module.query(url)["code_challenge_method"] == "S256"
    bare = url.replace("code_challenge=", "ignored=").replace("code_challenge_method", "ignored2")
    await assert_refused(oidc, await oidc.come_back(await module.sign_in(bare, "ada")), "refused")


@pytest.mark.parametrize("column", ["nonce", "code_verifier"])
async def test_the_nonce_and_the_verifier_are_those_of_this_sign_in(
    oidc: Site, column: str
) -> None:
    back = await module.sign_in(await oidc.leave(), "ada")
    await db.execute(f"UPDATE oidc_attempts SET {column} = $1", "x" * 64)
    await assert_refused(oidc, await oidc.come_back(back), "invalid")


async def test_an_answer_of_another_issuer_is_refused(oidc: Site, provider: Provider) -> None:
    back = await module.sign_in(await oidc.leave(), "ada")
    mixed = back.replace("iss=http%3A%2F%2F127", "iss=http%3A%2F%2F128")
    assert mixed != back
    await assert_refused(oidc, await oidc.come_back(mixed), "invalid")


def resigned(**changes: Any) -> Forge:
    """By the provider's own key, with other claims."""
    return lambda provider, claims: provider.signed(claims | changes)


def shifted(claim: str, seconds: int) -> Forge:
    """Counted from the sign-in, which may be long after these tests were collected."""
    return lambda provider, claims: provider.signed(claims | {claim: int(time.time()) + seconds})


def unsigned(provider: Provider, claims: dict[str, Any]) -> str:
    payload = provider.signed(claims).split(".")[1]
    none = urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{none}.{payload}."


def by_another_key(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, module.new_key("first"))


def by_an_unknown_key(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "unknown"}, claims, module.new_key("unknown"))


FORGED: dict[str, Forge] = {
    "issuer": resigned(iss="http://127.0.0.1:1"),
    "audience": resigned(aud="other"),
    "shared audience": resigned(aud=[module.CLIENT, "other"]),
    "other party": resigned(azp="other"),
    "nonce": resigned(nonce="another"),
    "no nonce": resigned(nonce=None),
    "expired": shifted("exp", -60),
    "never expires": resigned(exp=None),
    "not yet": shifted("nbf", 600),
    "at_hash": resigned(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no subject": resigned(sub=None),
    "none": unsigned,
    "HS256 with the public key": lambda provider, claims: provider.hmac_signed(claims),
    "another key": by_another_key,
    "an unknown key": by_an_unknown_key,
    "logout token": lambda provider, claims: provider.signed(claims, typ="logout+jwt"),
    "no JWT": lambda provider, claims: "made.up.text",
}


def forging(provider: Provider, monkeypatch: pytest.MonkeyPatch, forge: Forge) -> None:
    """From now on the provider's answers carry a token of ours."""
    original = Outgoing.post

    async def forged(*args: Any, **options: Any) -> tuple[int, dict[str, Any]]:
        status, tokens = await original(*args, **options)
        claims = jwt.decode(tokens["id_token"], provider.key).claims
        return status, tokens | {"id_token": forge(provider, claims)}

    monkeypatch.setattr(Outgoing, "post", forged)


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_id_token_lets_nobody_in(
    oidc: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch, forge: Forge
) -> None:
    forging(provider, monkeypatch, forge)
    await assert_refused(oidc, await oidc.sign_in(), "invalid")


async def test_what_is_signed_anew_but_true_is_let_in(
    oidc: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the forged ones are refused for what is forged."""
    forging(provider, monkeypatch, resigned())
    assert await oidc.sign_in() == "/runs"


async def test_userinfo_about_somebody_else_is_not_believed(
    oidc: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Outgoing.get

    async def other(self: Outgoing, url: str, *, bearer: str = "") -> dict[str, Any]:
        found = await original(self, url, bearer=bearer)
        return found | {"sub": "eve"} if bearer else found

    monkeypatch.setattr(Outgoing, "get", other)
    await assert_refused(oidc, await oidc.sign_in(), "invalid")


async def test_keys_may_be_rotated(
    oidc: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await oidc.sign_in() == "/runs"
    await provider.rotate("second")
    monkeypatch.setattr(jwks, "LOOK_AGAIN_SECONDS", 0.0)
    assert await oidc.sign_in() == "/runs"


async def test_a_provider_that_is_away_is_said_to_be(
    oidc: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = await module.sign_in(await oidc.leave(), "ada")

    async def refuse(*args: Any) -> Any:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", refuse)
    await assert_refused(oidc, await oidc.come_back(back), "unavailable")
