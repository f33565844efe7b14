"""Sign-in through an OpenID provider: authorization code with PKCE, state and nonce.

What comes back is believed only if the provider signed it for us, now, for this sign-in.
"""

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256, sha384, sha512
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from dagy_gql.auth import claims as claim
from dagy_gql.auth import jwks
from dagy_gql.auth.claims import Person
from dagy_gql.auth.jwks import BadToken, Keys
from dagy_gql.auth.outgoing import Outgoing
from dagy_gql.errors import Unavailable
from dagy_gql.settings import ASYMMETRIC, Settings

_KEPT_SECONDS = 3600.0
_LEEWAY_SECONDS = 30
_HASHES = {"256": sha256, "384": sha384, "512": sha512}


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the discovery document says, as far as we use it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: frozenset[str]
    takes_basic: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A sign-in that begins: where to send the browser, and what to remember of it."""

    url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Who came back, with all claims about them."""

    person: Person
    claims: Mapping[str, Any]


class OidcProvider:
    """One per process; the discovery document and the keys are kept for an hour."""

    def __init__(self, settings: Settings, outgoing: Outgoing) -> None:
        self._settings = settings
        self._outgoing = outgoing
        self._metadata: Metadata | None = None
        self._good_until = 0.0
        self._keys = Keys(outgoing, self._jwks_url)

    async def request(self, redirect_uri: str) -> Request:
        """Raises Unavailable."""
        metadata = await self._discovered()
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        verifier = secrets.token_urlsafe(48)
        url = prepare_grant_uri(
            metadata.authorization_endpoint,
            self._settings.oidc_client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=self._settings.oidc_scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Request(url, state, nonce, verifier)

    async def answer(
        self, code: str, *, issuer: str | None, nonce: str, code_verifier: str, redirect_uri: str
    ) -> Answer:
        """Redeem the code. `issuer` is what the redirect says of it, if anything (RFC 9207).

        Raises BadToken, Unavailable.
        """
        metadata = await self._discovered()
        if issuer is not None and issuer != metadata.issuer:
            raise BadToken(f"the answer comes from {issuer}")
        tokens = await self._redeemed(metadata, code, code_verifier, redirect_uri)
        claims = await self._id_claims(metadata, tokens, nonce)
        claims |= await self._more_claims(metadata, tokens, claims)
        person = claim.person(metadata.issuer, claims)
        if person is None:
            raise BadToken("the subject cannot be kept")
        return Answer(person, claims)

    async def _redeemed(
        self, metadata: Metadata, code: str, code_verifier: str, redirect_uri: str
    ) -> dict[str, Any]:
        client_id = self._settings.oidc_client_id
        secret = self._settings.oidc_client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        basic = None
        if secret and metadata.takes_basic:
            # RFC 6749 section 2.3.1 has both form-encoded.
            basic = (quote_plus(client_id), quote_plus(secret))
        else:
            form["client_id"] = client_id
            if secret:
                form["client_secret"] = secret
        status, tokens = await self._outgoing.post(metadata.token_endpoint, form, basic=basic)
        if status != 200 or not isinstance(tokens.get("id_token"), str):
            raise BadToken(f"the code was refused: {tokens.get('error', status)}")
        return tokens

    async def _id_claims(
        self, metadata: Metadata, tokens: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """OpenID Connect Core 1.0, section 3.1.3.7."""
        token = await jwks.verified(tokens["id_token"], self._keys, algorithms=metadata.algorithms)
        claims = jwks.check_claims(
            token,
            leeway_seconds=_LEEWAY_SECONDS,
            iss={"essential": True, "value": metadata.issuer},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        audience, party = claims["aud"], claims.get("azp")
        is_shared = isinstance(audience, list) and len(audience) > 1
        if (is_shared or party is not None) and party != self._settings.oidc_client_id:
            raise BadToken("the token was made for another client")
        if "at_hash" in claims:
            _check_hash(claims["at_hash"], tokens.get("access_token"), token.header["alg"])
        return dict(claims)

    async def _more_claims(
        self, metadata: Metadata, tokens: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Providers may keep claims for the userinfo endpoint; what the token has stands."""
        wanted = ["email"]
        if self._settings.oidc_group_roles:
            wanted.append(self._settings.oidc_groups_claim)
        access_token = tokens.get("access_token")
        has_all = all(claim.at(claims, path) is not None for path in wanted)
        if has_all or metadata.userinfo_endpoint is None or not isinstance(access_token, str):
            return {}
        found = await self._outgoing.get(metadata.userinfo_endpoint, bearer=access_token)
        if found.get("sub") != claims["sub"]:
            raise BadToken("userinfo is about somebody else")
        return {name: value for name, value in found.items() if name not in claims}

    async def _jwks_url(self) -> str:
        return (await self._discovered()).jwks_uri

    async def _discovered(self) -> Metadata:
        if self._metadata is None or time.monotonic() >= self._good_until:
            issuer = self._settings.oidc_issuer
            url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            self._metadata = _read(await self._outgoing.get(url), issuer)
            self._good_until = time.monotonic() + _KEPT_SECONDS
        return self._metadata


def _read(document: Mapping[str, Any], expected: str) -> Metadata:
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != expected.rstrip("/"):
        raise Unavailable(
            f"The provider calls itself {issuer!r}, DAGY_OIDC_ISSUER is {expected!r}."
        )
    offered = document.get("id_token_signing_alg_values_supported") or ["RS256"]
    methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_endpoint(document, "authorization_endpoint", issuer),
        token_endpoint=_endpoint(document, "token_endpoint", issuer),
        jwks_uri=_endpoint(document, "jwks_uri", issuer),
        userinfo_endpoint=_endpoint(document, "userinfo_endpoint", issuer)
        if "userinfo_endpoint" in document
        else None,
        algorithms=ASYMMETRIC & frozenset(offered),
        takes_basic="client_secret_basic" in methods,
    )


def _endpoint(document: Mapping[str, Any], name: str, issuer: str) -> str:
    """An issuer that is spoken to by https has no endpoints by http."""
    url = document.get(name)
    if not isinstance(url, str) or url.split(":")[0] not in ("https", issuer.split(":")[0]):
        raise Unavailable(f"The provider's {name} is {url!r}.")
    return url


def _check_hash(expected: Any, access_token: Any, algorithm: str) -> None:
    """The left half of the hash that goes with the signature's algorithm."""
    digest = _HASHES.get(algorithm[-3:], sha512)(str(access_token).encode()).digest()
    half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not secrets.compare_digest(half.encode(), str(expected).encode()):
        raise BadToken("at_hash is that of another access token")
