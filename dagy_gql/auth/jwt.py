"""Bearer tokens signed by somebody else: Clerk, Auth0, Okta, or any provider with a JWKS."""

from dataclasses import dataclass
from typing import Any

from dagy_gql.auth import claims as claim
from dagy_gql.auth import jwks
from dagy_gql.auth.claims import Person
from dagy_gql.auth.jwks import BadToken, Keys
from dagy_gql.auth.outgoing import Outgoing
from dagy_gql.enums import Role
from dagy_gql.errors import Unavailable
from dagy_gql.settings import Settings, listed


@dataclass(frozen=True, slots=True)
class Vouching:
    """Whom a token is about. `organization` is a slug or an id of ours, None where the token
    must not say; `role` is None where none is mapped."""

    person: Person
    organization: str | None
    role: Role | None


class JwtVerifier:
    """One per process. Algorithms, issuer and audience are pinned by the settings."""

    def __init__(self, settings: Settings, outgoing: Outgoing) -> None:
        self._settings = settings
        self._outgoing = outgoing
        self._algorithms = listed(settings.jwt_algorithms)
        self._audiences = list(listed(settings.jwt_audience))
        self._parties = list(listed(settings.jwt_authorized_parties))
        self._keys = Keys(outgoing, self._jwks_url)

    @staticmethod
    def looks_like_one(text: str) -> bool:
        """A header is a JSON object, whose base64 begins so."""
        return text.startswith("eyJ") and text.count(".") == 2

    async def vouching(self, text: str) -> Vouching:
        """Raises BadToken, and Unavailable while the provider's keys cannot be had."""
        token = await jwks.verified(text, self._keys, algorithms=self._algorithms)
        claims = self._checked(token)
        person = claim.person(self._settings.jwt_issuer, claims)
        if person is None:
            raise BadToken("the subject cannot be kept")
        return Vouching(person, self._organization(claims), self._role(claims))

    def _checked(self, token: Any) -> dict[str, Any]:
        settings = self._settings
        expected: dict[str, Any] = {"iss": {"essential": True, "value": settings.jwt_issuer}}
        if self._audiences:
            expected["aud"] = {"essential": True, "values": self._audiences}
        if self._parties:
            expected["azp"] = {"essential": True, "values": self._parties}
        return jwks.check_claims(token, leeway_seconds=settings.jwt_leeway_seconds, **expected)

    def _organization(self, claims: dict[str, Any]) -> str | None:
        path = self._settings.jwt_organization_claim
        if not path:
            return None
        value = claim.at(claims, path)
        if not isinstance(value, str) or not value:
            raise BadToken(f"the token names no organization in {path}")
        return self._settings.jwt_organizations.get(value, value)

    def _role(self, claims: dict[str, Any]) -> Role | None:
        mapping = self._settings.jwt_role_map
        if not mapping:
            return None
        return highest(claim.texts(claim.at(claims, self._settings.jwt_role_claim)), mapping)

    async def _jwks_url(self) -> str:
        settings = self._settings
        if settings.jwt_jwks_url:
            return settings.jwt_jwks_url
        issuer = settings.jwt_issuer.rstrip("/")
        try:
            document = await self._outgoing.get(f"{issuer}/.well-known/openid-configuration")
        except Unavailable:
            return f"{issuer}/.well-known/jwks.json"
        url = document.get("jwks_uri")
        return url if isinstance(url, str) else f"{issuer}/.well-known/jwks.json"


def highest(names: list[str], mapping: dict[str, Any]) -> Role | None:
    """The role with the most rights that the names are mapped to."""
    given = {Role(mapping[name]) for name in names if name in mapping}
    return next((role for role in Role if role in given), None)
