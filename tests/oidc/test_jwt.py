"""Bearer tokens signed by a real provider, and those that only look like it."""

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt

from dagy_gql import clock, db
from dagy_gql.auth import jwks
from dagy_gql.enums import Role
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from tests.oidc import provider as module
from tests.oidc import site
from tests.oidc.provider import Provider
from tests.oidc.site import Site
from tests.support import people

ADA, AUDIENCE = "ada@example.com", "urn:dagy"
ADA_SEEN = {"user": {"email": ADA, "name": "Ada"}, "organization": {"slug": "default"}}


@pytest.fixture
async def api(provider: Provider, rt: Runtime) -> AsyncIterator[Site]:
    await people.first_owner(rt)
    settings = rt.settings.model_copy(
        update={
            "jwt_issuer": provider.issuer,
            "jwt_audience": f"{AUDIENCE},urn:else",
            "jwt_default_role": "viewer",
        }
    )
    async with site.opened(settings, rt) as opened:
        yield opened


def configure(opened: Site, **values: Any) -> None:
    """Settings that are read at each request."""
    opened.rt.settings.__dict__.update(values)


def claims(provider: Provider, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    found = {
        "iss": provider.issuer,
        "aud": AUDIENCE,
        "sub": "ada",
        "iat": now,
        "exp": now + 60,
        "email": ADA,
        "email_verified": True,
        "name": "Ada",
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


async def real_token(provider: Provider) -> str:
    """The access token that the provider itself makes for an API."""
    verifier = "v" * 43
    asked = {
        "client_id": "api",
        "response_type": "code",
        "redirect_uri": module.REDIRECT,
        "scope": "openid runs",
        "resource": AUDIENCE,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    url = f"{provider.issuer}/auth?{urlencode(asked)}"
    code = module.query(await module.sign_in(url, "ada"))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": module.REDIRECT,
        "code_verifier": verifier,
    }
    async with httpx.AsyncClient() as http:
        auth = ("api", quote_plus(module.SECRET))
        response = await http.post(f"{provider.issuer}/token", data=form, auth=auth)
    token: str = response.json()["access_token"]
    return token


async def refused_reason() -> str:
    rows = await people.logged("event", "method", "reason")
    assert [row[:2] for row in rows] == [("CREDENTIALS_REFUSED", "JWT")]
    return str(rows[0][2])


async def test_a_providers_token_is_a_sign_in(api: Site, provider: Provider) -> None:
    assert await api.viewer(await real_token(provider)) == ADA_SEEN | {"role": "VIEWER"}
    assert await people.noted() == ["organization.create", "user.create", "membership.create"]


async def test_it_can_be_exchanged_for_a_session(api: Site, provider: Provider) -> None:
    mutation = (
        "mutation M($input: ExchangeTokenInput!) { exchangeToken(input: $input) { accessToken } }"
    )
    body = {"query": mutation, "variables": {"input": {"token": await real_token(provider)}}}
    response = await api.http.post("/graphql", json=body)
    session = response.json()["data"]["exchangeToken"]["accessToken"]
    assert api.http.cookies["dagy_session"] == session
    assert await api.viewer() == ADA_SEEN | {"role": "VIEWER"}
    assert await people.logged("event", "method") == [("SIGN_IN", "JWT")]
    again = await api.http.post(
        "/graphql", json={"query": mutation, "variables": {"input": {"token": session}}}
    )
    assert again.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "http://127.0.0.1:1"}, "InvalidClaimError"),
        ({"iss": None}, "MissingClaimError"),
        ({"aud": "urn:other"}, "InvalidClaimError"),
        ({"aud": None}, "MissingClaimError"),
        ({"exp": 1}, "ExpiredTokenError"),
        ({"exp": None}, "MissingClaimError"),
        ({"exp": "tomorrow"}, "InvalidClaimError"),
        ({"nbf": 9_999_999_999}, "InvalidClaimError"),
        ({"iat": 9_999_999_999}, "InvalidClaimError"),
        ({"sub": None}, "MissingClaimError"),
        ({"sub": ["ada"]}, "InvalidClaimError"),
        ({"sub": "x" * 301}, "the subject cannot be kept"),
    ],
)
async def test_claims_must_hold(
    api: Site, provider: Provider, changes: dict[str, Any], reason: str
) -> None:
    assert await api.viewer(provider.signed(claims(provider, **changes))) is None
    assert (await refused_reason()).startswith(reason)
    assert await db.fetch_value("SELECT count(*) FROM users") == 1


async def test_the_public_key_makes_no_hmac(api: Site, provider: Provider) -> None:
    assert await api.viewer(provider.hmac_signed(claims(provider))) is None
    assert await refused_reason() == "the algorithm is 'HS256'"


async def test_none_is_no_algorithm(api: Site, provider: Provider) -> None:
    payload = provider.signed(claims(provider)).split(".")[1]
    assert await api.viewer(f"eyJhbGciOiJub25lIn0.{payload}.") is None
    assert await refused_reason() == "the algorithm is 'none'"


async def test_an_algorithm_that_is_not_pinned_is_refused(api: Site, provider: Provider) -> None:
    token = provider.signed(claims(provider), alg="RS512")
    assert await api.viewer(token) is None
    assert await refused_reason() == "the algorithm is 'RS512'"


@pytest.mark.parametrize("kid", ["first", "unknown"])
async def test_other_keys_sign_nothing(api: Site, provider: Provider, kid: str) -> None:
    token = jwt.encode({"alg": "RS256", "kid": kid}, claims(provider), module.new_key(kid))
    assert await api.viewer(token) is None
    reason = {"first": "BadSignatureError", "unknown": "signed with the unknown key 'unknown'"}
    assert (await refused_reason()).startswith(reason[kid])


async def test_keys_are_rotated_without_a_restart(
    api: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = provider.signed(claims(provider))
    assert await api.viewer(old) is not None
    await provider.rotate("second")
    new = provider.signed(claims(provider))
    assert await api.viewer(new) is None
    monkeypatch.setattr(jwks, "LOOK_AGAIN_SECONDS", 0.0)
    assert await api.viewer(new) is not None
    assert await api.viewer(provider.signed(claims(provider), kid="first")) is None


async def test_unknown_keys_make_us_ask_once(
    api: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    original = httpx.AsyncHTTPTransport.handle_async_request

    async def counted(self: Any, request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return await original(self, request)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", counted)
    for number in range(5):
        token = jwt.encode(
            {"alg": "RS256", "kid": f"made-up-{number}"}, claims(provider), provider.key
        )
        assert await api.viewer(token) is None
    assert asked == ["/.well-known/openid-configuration", "/jwks"]


async def test_an_authorized_party_may_be_asked_for(rt: Runtime, provider: Provider) -> None:
    """As in Clerk's session tokens, which have no audience, and headers of their own."""
    await people.first_owner(rt)
    settings = rt.settings.model_copy(
        update={
            "jwt_issuer": provider.issuer,
            "jwt_jwks_url": f"{provider.issuer}/jwks",
            "jwt_authorized_parties": "https://app.example",
            "jwt_organization_claim": "o.slg",
            "jwt_organizations": {"acme": "default"},
            "jwt_role_claim": "o.rol",
            "jwt_role_map": {"admin": "admin", "member": "developer"},
        }
    )

    def clerks(party: str, organization: dict[str, str] | None) -> str:
        values = claims(provider, aud=None, azp=party, sid="sess_1", v=2, o=organization)
        return provider.signed(values, cat="cl_B7d4PD111AAA")

    good, member = "https://app.example", {"id": "org_1", "slg": "acme", "rol": "member"}
    async with site.opened(settings, rt) as opened:
        assert await opened.viewer(clerks("https://evil.example", member)) is None
        assert await opened.viewer(clerks(good, None)) is None
        assert await opened.viewer(clerks(good, member | {"slg": "nowhere"})) is None
        assert await opened.viewer(clerks(good, member | {"rol": "guest"})) is None
        assert await opened.viewer(clerks(good, member)) == ADA_SEEN | {"role": "DEVELOPER"}
        admin = await opened.viewer(clerks(good, member | {"rol": "admin"}))
        assert admin == ADA_SEEN | {"role": "ADMIN"}


async def test_only_members_get_in_where_nobody_new_may(api: Site, provider: Provider) -> None:
    configure(api, jwt_default_role=None)
    token = provider.signed(claims(provider))
    assert await api.viewer(token) is None
    assert await db.fetch_value("SELECT count(*) FROM users") == 1
    org_id = await people.organization("second")
    await people.member(org_id, ADA, Role.ADMIN)
    assert await api.viewer(token) == {
        "user": {"email": ADA, "name": ""},
        "organization": {"slug": "second"},
        "role": "ADMIN",
    }


async def test_a_membership_that_ends_ends_the_token(
    api: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagy_gql.auth.authenticate.CACHE_SECONDS", 0.0)
    token = provider.signed(claims(provider))
    assert await api.viewer(token) is not None
    configure(api, jwt_default_role=None)
    await db.execute("DELETE FROM memberships WHERE role = 'viewer'")
    assert await api.viewer(token) is None
    user_id = await db.fetch_value("SELECT id FROM users WHERE email = $1", ADA)
    org_id = await db.fetch_value("SELECT id FROM organizations")
    await MembershipRepository(org_id).add(user_id, Role.OWNER, now=clock.now())
    assert await api.viewer(token) == ADA_SEEN | {"role": "OWNER"}
