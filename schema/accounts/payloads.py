"""What every way of signing in answers with."""

from typing import Any

from dagy_gql.auth import cookies
from dagy_gql.services.sessions import Session
from schema.accounts.viewer import Viewer, viewer_of
from schema.context import Context
from schema.fields import field, object_type
from schema.scalars import DateTime


@object_type(description="A new session. A browser gets it as a cookie too.")
class SessionPayload:
    access_token: str = field(description="Shown this once.")
    expires_at: DateTime
    viewer: Viewer


async def signed_in(context: Context, session: Session) -> dict[str, Any]:
    """The source of a SessionPayload; from here on the request is that of the new session."""
    await context.sign_in(session.access_token)
    if context.response is not None:
        cookies.set_session(
            context.response,
            session.access_token,
            request=context.connection,
            expires_at=session.expires_at,
            settings=context.rt.settings,
        )
    return {
        "access_token": session.access_token,
        "expires_at": session.expires_at,
        "viewer": await viewer_of(context),
    }
