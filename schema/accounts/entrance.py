"""What the login page asks before anybody is signed in, and the very first owner."""

from typing import Any

import strawberry

from dagy_gql.services import setup
from schema.accounts.payloads import SessionPayload, signed_in
from schema.context import Info
from schema.fields import field, object_type

_OIDC_LOGIN = "/auth/oidc/login"


@object_type()
class OidcOption:
    name: str = field(description="For the button.")
    url: str = field(description="Where the browser goes; takes ?return_to=/path.")


@object_type()
class ClerkOption:
    publishable_key: str


@object_type(description="The ways to sign in that are switched on.")
class SignInOptions:
    password: bool
    oidc: OidcOption | None
    clerk: ClerkOption | None = field(description="Its tokens go to exchangeToken.")


@object_type()
class Setup:
    needed: bool = field(description="Whether there is no user yet: see createFirstOwner.")


@strawberry.input
class CreateFirstOwnerInput:
    email: str
    password: str
    name: str = ""
    setup_token: str = strawberry.field(description="The server prints it when it starts.")


async def _options(info: Info) -> Any:
    settings = info.context.rt.settings
    oidc = {"name": settings.oidc_name, "url": _OIDC_LOGIN}
    key = settings.clerk_publishable_key
    return {
        "password": settings.password_sign_in,
        "oidc": oidc if settings.oidc_issuer else None,
        "clerk": {"publishable_key": key} if key and settings.jwt_issuer else None,
    }


async def _setup(info: Info) -> Any:
    return {"needed": await setup.is_needed(info.context.rt)}


async def _create_first_owner(info: Info, input: CreateFirstOwnerInput) -> Any:
    context = info.context
    session = await setup.create_first_owner(
        context.rt,
        context.shared.throttle,
        email=input.email,
        password=input.password,
        name=input.name,
        setup_token=input.setup_token,
    )
    return await signed_in(context, session)


@strawberry.type
class EntranceQueries:
    sign_in_options: SignInOptions = field(_options, public=True)
    setup: Setup = field(_setup, public=True)


@strawberry.type
class EntranceMutations:
    create_first_owner: SessionPayload = field(
        _create_first_owner, public=True, description="Works only while there is no user."
    )
