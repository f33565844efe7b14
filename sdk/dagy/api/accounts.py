"""Signing in and out, and who one is."""

from dagy.api import documents
from dagy.api.calls import Calls, converted
from dagy.api.models import Login, Viewer


class AccountCalls(Calls):
    """Methods of DagyClient about the person or key behind the token."""

    def use_token(self, token: str | None) -> None:
        """Send this token from now on; None: none at all."""
        self._transport.token = token

    def login(self, email: str, password: str) -> Login:
        """Exchange a password for an access token; the client uses it from now on."""
        data = self.execute(documents.LOGIN, {"input": {"email": email, "password": password}})
        login = converted(data["login"], Login)
        self.use_token(login.access_token)
        return login

    def logout(self) -> None:
        """Revoke the access token."""
        self.execute(documents.LOGOUT)
        self.use_token(None)

    def viewer(self) -> Viewer:
        return converted(self.execute(documents.VIEWER)["viewer"], Viewer)
