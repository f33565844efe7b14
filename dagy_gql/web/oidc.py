"""GET /auth/oidc/login and /auth/oidc/callback: the browser's way through the provider. Whatever
goes wrong ends on the login page with a code."""

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dagy_gql.auth import cookies, tokens
from dagy_gql.auth.oidc import OidcProvider
from dagy_gql.errors import DagyError, RateLimited, Unavailable
from dagy_gql.runtime import Runtime
from dagy_gql.services import oidc
from dagy_gql.services.federation import SignInRefused
from dagy_gql.services.throttle import Throttle

logger = logging.getLogger(__name__)

PATH = "/auth/oidc"
_COOKIE = "dagy_oidc_"
_CODES: dict[type[DagyError], str] = {
    RateLimited: "rate_limited",
    Unavailable: "unavailable",
}


class OidcRoutes:
    """The handlers, over the runtime that is known once the process has started."""

    def __init__(
        self, runtime: Callable[[], Runtime], provider: OidcProvider, throttle: Throttle
    ) -> None:
        self._runtime = runtime
        self._provider = provider
        self._throttle = throttle

    def routes(self) -> list[Route]:
        return [
            Route(f"{PATH}/login", self.login, methods=["GET"]),
            Route(f"{PATH}/callback", self.callback, methods=["GET"]),
        ]

    async def login(self, request: Request) -> Response:
        return await self._ending_at_login(self._login, request)

    async def callback(self, request: Request) -> Response:
        return await self._ending_at_login(self._callback, request)

    @staticmethod
    async def _ending_at_login(
        handler: Callable[[Request], Awaitable[Response]], request: Request
    ) -> Response:
        try:
            response = await handler(request)
        except SignInRefused as error:
            response = _to(f"/login?{urlencode({'error': error.reason})}")
        except DagyError as error:
            response = _to(f"/login?{urlencode({'error': _CODES.get(type(error), 'internal')})}")
        except Exception:
            logger.exception(
                "unexpected error", extra={"request_id": request.scope.get("request_id")}
            )
            response = _to("/login?error=internal")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    async def _login(self, request: Request) -> Response:
        rt = self._runtime()
        departure = await oidc.begin(
            rt,
            self._provider,
            self._throttle,
            redirect_uri=self._redirect_uri(request),
            return_to=request.query_params.get("return_to", "/"),
        )
        response = _to(departure.url)
        response.set_cookie(
            _cookie(departure.state),
            departure.state,
            max_age=oidc.ATTEMPT_SECONDS,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=rt.settings.is_https,
        )
        return response

    async def _callback(self, request: Request) -> Response:
        rt, given = self._runtime(), request.query_params
        name = _cookie(given.get("state", ""))
        came = oidc.Return(
            state=given.get("state", ""),
            cookie=request.cookies.get(name, ""),
            code=given.get("code", ""),
            issuer=given.get("iss"),
            error=given.get("error", ""),
        )
        arrival = await oidc.finish(
            rt,
            self._provider,
            self._throttle,
            came,
            redirect_uri=self._redirect_uri(request),
        )
        response = _to(arrival.return_to)
        response.delete_cookie(name, path=PATH, httponly=True, samesite="lax")
        session = arrival.session
        cookies.set_session(
            response,
            session.access_token,
            request=request,
            expires_at=session.expires_at,
            settings=rt.settings,
        )
        return response

    def _redirect_uri(self, request: Request) -> str:
        """As it is registered with the provider."""
        base = self._runtime().settings.public_url or str(request.base_url)
        return f"{base.rstrip('/')}{PATH}/callback"


def _cookie(state: str) -> str:
    """One each, so that sign-ins in two tabs do not disturb each other."""
    return _COOKIE + tokens.digest(state)[:16]


def _to(url: str) -> RedirectResponse:
    return RedirectResponse(url, status_code=303)
