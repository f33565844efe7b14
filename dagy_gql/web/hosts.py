"""Pure ASGI: by which names the API may be reached. On a loopback address only by this machine's:
a page elsewhere could else make its own name point here (DNS rebinding)."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from dagy_gql.errors import BadUserInput
from dagy_gql.settings import LOOPBACK, Settings, listed
from dagy_gql.web.refusal import refuse


class Misdirected(BadUserInput):
    http_status = 421


def allowed_hosts(settings: Settings) -> frozenset[str] | None:
    """Lower case, without ports; None: any name."""
    names = {name.lower() for name in listed(settings.allowed_hosts)}
    if "*" in names or (not names and settings.host not in LOOPBACK):
        return None
    public = urlsplit(settings.public_url).hostname
    return frozenset(names | LOOPBACK | ({public} if public else set()))


def host_of(scope: Scope) -> str | None:
    """Lower case, without the port; empty for what is no name; None where HTTP/1.0 gives none.

    Raises BadUserInput for none in HTTP/1.1, or several.
    """
    given = [value for name, value in scope["headers"] if name == b"host"]
    if len(given) > 1 or (not given and scope.get("http_version") == "1.1"):
        raise BadUserInput("A request has exactly one Host header.", field="host")
    if not given:
        return None
    try:
        return urlsplit(f"//{given[0].decode('latin-1')}").hostname or ""
    except ValueError:
        return ""


class Hosts:
    """Refuses requests and WebSockets that name no host (400) or another one (421)."""

    def __init__(self, app: ASGIApp, allowed: Collection[str] | None) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            try:
                self._check(scope)
            except BadUserInput as error:
                await refuse(scope, send, error)
                return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        host = host_of(scope)
        if self._allowed is None or host is None or host.endswith(".localhost"):
            return
        if host not in self._allowed:
            raise Misdirected(
                "This host name is not served here: set DAGY_PUBLIC_URL or DAGY_ALLOWED_HOSTS.",
                field="host",
            )
