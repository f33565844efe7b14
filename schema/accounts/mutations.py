"""login, logout, exchangeToken, switchOrganization, changePassword, updateProfile,
revokeAccessToken, revokeOtherSessions."""

from typing import Any

import strawberry

from dagy_gql.auth import cookies
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import accounts, sessions
from schema.accounts.payloads import SessionPayload, signed_in
from schema.accounts.viewer import Viewer, viewer_of
from schema.context import Info
from schema.fields import field, object_type


@strawberry.input
class LoginInput:
    email: str
    password: str
    organization: str | None = strawberry.field(
        default=None, description="The slug of one of one's own; left out: the first of them."
    )


@strawberry.input
class ExchangeTokenInput:
    token: str


@strawberry.input
class SwitchOrganizationInput:
    id: strawberry.ID


@strawberry.input
class ChangePasswordInput:
    current_password: str
    new_password: str


@strawberry.input
class UpdateProfileInput:
    name: str


@strawberry.input
class RevokeAccessTokenInput:
    id: strawberry.ID


@object_type()
class LogoutPayload:
    signed_out: bool


@object_type()
class ChangePasswordPayload:
    viewer: Viewer


@object_type()
class UpdateProfilePayload:
    viewer: Viewer


@object_type()
class RevokeAccessTokenPayload:
    revoked_id: strawberry.ID


@object_type()
class RevokeOtherSessionsPayload:
    count: int


async def _login(info: Info, input: LoginInput) -> Any:
    context = info.context
    session = await accounts.login(
        context.rt,
        context.shared.throttle,
        email=input.email,
        password=input.password,
        organization=input.organization,
    )
    return await signed_in(context, session)


async def _logout(info: Info) -> Any:
    context = info.context
    await sessions.end(context.rt, context.actor)
    context.shared.authenticator.forget(context.token or "")
    if context.response is not None:
        cookies.clear_session(
            context.response, request=context.connection, settings=context.rt.settings
        )
    return {"signed_out": True}


async def _exchange(info: Info, input: ExchangeTokenInput) -> Any:
    context = info.context
    actor = await context.shared.authenticator.actor(input.token)
    return await signed_in(context, await sessions.exchange(context.rt, actor))


async def _switch(info: Info, input: SwitchOrganizationInput) -> Any:
    context, org_id = info.context, decode_id_of("Organization", input.id)
    session = await sessions.switch(context.rt, context.actor, org_id=org_id)
    context.shared.authenticator.forget(context.token or "")
    return await signed_in(context, session)


async def _change_password(info: Info, input: ChangePasswordInput) -> Any:
    context = info.context
    await accounts.change_password(
        context.rt,
        context.shared.throttle,
        context.actor,
        current=input.current_password,
        new=input.new_password,
    )
    return {"viewer": await viewer_of(context)}


async def _update_profile(info: Info, input: UpdateProfileInput) -> Any:
    context = info.context
    await accounts.rename(context.rt, context.actor, name=input.name)
    return {"viewer": await viewer_of(context)}


async def _revoke(info: Info, input: RevokeAccessTokenInput) -> Any:
    context, key = info.context, decode_id_of("AccessToken", input.id)
    await sessions.revoke(context.rt, context.actor, session_id=key)
    return {"revoked_id": input.id}


async def _revoke_others(info: Info) -> Any:
    context = info.context
    return {"count": await sessions.revoke_others(context.rt, context.actor)}


@strawberry.type
class AccountMutations:
    login: SessionPayload = field(_login, public=True, description="Signs in with a password.")
    logout: LogoutPayload = field(_logout, signed_in=True, description="Ends this session.")
    exchange_token: SessionPayload = field(
        _exchange,
        public=True,
        description="A session for a token of the identity provider, such as Clerk's.",
    )
    switch_organization: SessionPayload = field(
        _switch,
        signed_in=True,
        description="A session in another of one's organizations; this one ends.",
    )
    change_password: ChangePasswordPayload = field(
        _change_password, signed_in=True, description="Ends one's other sessions."
    )
    update_profile: UpdateProfilePayload = field(_update_profile, signed_in=True)
    revoke_access_token: RevokeAccessTokenPayload = field(
        _revoke,
        signed_in=True,
        description="One's own session, or with MEMBERS_WRITE one of the organization.",
    )
    revoke_other_sessions: RevokeOtherSessionsPayload = field(
        _revoke_others, signed_in=True, description="All one's own but this one."
    )
