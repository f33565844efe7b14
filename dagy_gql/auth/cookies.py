"""The session cookie: set at sign-in, and taken only from pages of this site."""

from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from dagy_gql.errors import Unauthenticated
from dagy_gql.settings import Settings

COOKIE = "dagy_session"
# Browsers take a cookie of this name from this very host by https only: no neighbouring
# subdomain can plant a session of its own here.
_HOST_ONLY = "__Host-"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name(request: HTTPConnection, settings: Settings) -> str:
    """Browsers send cookies to every port of a host: the port in the name keeps installations
    beside each other apart. Default ports, which addresses leave out, have none."""
    port = _port(request.headers.get("host", "")) or _port(urlsplit(settings.public_url).netloc)
    name = COOKIE if port is None else f"{COOKIE}_{port}"
    return _HOST_ONLY + name if settings.is_https else name


def _port(address: str) -> int | None:
    """Of `host:port`; a proxy may leave it out, and a client may write anything."""
    try:
        return urlsplit(f"//{address}").port
    except ValueError:
        return None


def session_of(request: HTTPConnection, settings: Settings) -> str | None:
    """The token in the cookie. Raises Unauthenticated where another site may have sent it."""
    token = request.cookies.get(cookie_name(request, settings))
    if not token:
        return None
    changes = request.scope["type"] == "websocket" or request.scope["method"] not in _SAFE_METHODS
    if changes and not _is_own_page(request, settings):
        raise Unauthenticated(
            "The session cookie is taken from pages of this site only: send a Bearer token."
        )
    return token


def _is_own_page(request: HTTPConnection, settings: Settings) -> bool:
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site") == "same-origin"
    page = urlsplit(origin)
    if settings.is_https and page.scheme != "https":
        return False
    own = {request.headers.get("host"), urlsplit(settings.public_url).netloc or None}
    return page.netloc in own


def set_session(
    response: Response,
    token: str,
    *,
    request: HTTPConnection,
    expires_at: datetime,
    settings: Settings,
) -> None:
    response.set_cookie(
        cookie_name(request, settings),
        token,
        expires=expires_at,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.is_https,
    )


def clear_session(response: Response, *, request: HTTPConnection, settings: Settings) -> None:
    response.delete_cookie(
        cookie_name(request, settings),
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.is_https,
    )
