"""Signing in and out, and who one is."""

from dagy.api import documents
from dagy.api.aio.calls import AsyncCalls
from dagy.api.models import Login, Viewer
from dagy.api.shapes import converted


class AsyncAccountCalls(AsyncCalls):
    """Methods of AsyncDagyClient about the person or key behind the token."""

    def use_token(self, token: str | None) -> None:
        """Send this access token or API key from now on; None sends none at all."""
        self._transport.token = token

    async def login(self, email: str, password: str) -> Login:
        """Exchange a password for an access token; the client uses it from now on.

        Raises:
            UnauthenticatedError: The address or the password is wrong.
        """
        data = await self._execute(
            documents.LOGIN, {"input": {"email": email, "password": password}}
        )
        login = converted(data["login"], Login)
        self.use_token(login.access_token)
        return login

    async def logout(self) -> None:
        """Revoke the access token; the client sends none from now on."""
        await self._execute(documents.LOGOUT)
        self.use_token(None)

    async def viewer(self) -> Viewer:
        """Who the token belongs to: user, organization and role."""
        return converted((await self._execute(documents.VIEWER))["viewer"], Viewer)
