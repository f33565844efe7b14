"""The identity providers that the settings name."""

from dataclasses import dataclass

from dagy_gql.auth.jwt import JwtVerifier
from dagy_gql.auth.oidc import OidcProvider
from dagy_gql.auth.outgoing import Outgoing
from dagy_gql.settings import Settings


@dataclass(frozen=True, slots=True)
class Providers:
    """None for what is switched off."""

    jwt: JwtVerifier | None
    oidc: OidcProvider | None
    outgoing: Outgoing

    @classmethod
    def of(cls, settings: Settings, outgoing: Outgoing | None = None) -> "Providers":
        outgoing = outgoing or Outgoing()
        return cls(
            jwt=JwtVerifier(settings, outgoing) if settings.jwt_issuer else None,
            oidc=OidcProvider(settings, outgoing) if settings.oidc_issuer else None,
            outgoing=outgoing,
        )

    async def close(self) -> None:
        await self.outgoing.close()
