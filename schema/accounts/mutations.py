"""login, logout."""

from typing import Any

import strawberry

from dagy_gql.auth import cookies
from dagy_gql.services import accounts
from schema.accounts.types import Viewer, viewer_of
from schema.context import Info
from schema.fields import field, object_type
from schema.scalars import DateTime


@strawberry.input
class LoginInput:
    email: str
    password: str


@object_type()
class LoginPayload:
    access_token: str
    expires_at: DateTime
    viewer: Viewer


@object_type()
class LogoutPayload:
    signed_out: bool


async def _login(info: Info, input: LoginInput) -> Any:
    context = info.context
    session = await accounts.login(
        context.rt, context.shared.throttle, email=input.email, password=input.password
    )
    await context.sign_in(session.access_token)
    if context.response is not None:
        cookies.set_session(
            context.response,
            session.access_token,
            expires_at=session.expires_at,
            settings=context.rt.settings,
        )
    return {
        "access_token": session.access_token,
        "expires_at": session.expires_at,
        "viewer": await viewer_of(context),
    }


async def _logout(info: Info) -> Any:
    context = info.context
    if context.token is not None:
        await accounts.logout(context.rt, context.actor, token=context.token)
        context.shared.authenticator.forget(context.token)
    if context.response is not None:
        cookies.clear_session(context.response, context.rt.settings)
    return {"signed_out": True}


@strawberry.type
class AccountMutations:
    login: LoginPayload = field(
        _login, public=True, description="Starts a session; a browser gets it as a cookie too."
    )
    logout: LogoutPayload = field(_logout, signed_in=True, description="Ends this session.")
