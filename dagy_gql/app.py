"""The composition root: one ASGI application out of GraphQL, files, health and the web UI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from dagy_gql.auth.authenticate import Authenticator, Vouched
from dagy_gql.auth.providers import Providers
from dagy_gql.auth.rate_limit import RateLimiter
from dagy_gql.metrics import Observed
from dagy_gql.runtime import Runtime, opened
from dagy_gql.services import federation
from dagy_gql.services.throttle import Throttle
from dagy_gql.settings import Settings
from dagy_gql.web.audit import AuditRoutes
from dagy_gql.web.connections import Proxies
from dagy_gql.web.csp import clerk_origin
from dagy_gql.web.exports import ExportRoutes
from dagy_gql.web.files import Files
from dagy_gql.web.hosts import Hosts, allowed_hosts
from dagy_gql.web.middleware import BodyLimit, RequestLog
from dagy_gql.web.oidc import OidcRoutes
from dagy_gql.web.operations import Operations
from dagy_gql.web.patience import AddressLimit, BodyTimeout
from dagy_gql.web.static import DOCS_ABSENT, static_app
from dagy_gql.web.ui_config import ui_config
from schema.asgi import GraphQLApp
from schema.compiled.executor import fallbacks
from schema.context import Shared

_UPLOADS = "/artifacts/uploads/"


class Application:
    """What the routes share; the runtime is there from start-up to shut-down."""

    def __init__(self, settings: Settings, runtime: Runtime | None) -> None:
        self._settings = settings
        self._given = runtime
        self._runtime = runtime
        self._providers = Providers.of(settings)
        self._throttle = Throttle()
        self._authenticator = Authenticator(self._vouch)
        self._limiter: RateLimiter | None = None
        self._graphql: GraphQLApp | None = None

    def runtime(self) -> Runtime:
        assert self._runtime is not None, "the application has not been started"
        return self._runtime

    def limiter(self) -> RateLimiter:
        if self._limiter is None:
            self._limiter = RateLimiter(self.runtime().bus.redis, self._settings)
        return self._limiter

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        try:
            if self._given is not None:
                yield
                return
            async with opened(self._settings) as self._runtime:
                yield
        finally:
            await self._providers.close()

    async def _vouch(self, token: str) -> Vouched:
        return await federation.vouch(self.runtime(), self._providers.jwt, token)

    async def graphql(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._graphql is None:
            shared = Shared(self.runtime(), self._authenticator, self._throttle, self.limiter())
            self._graphql = GraphQLApp(shared)
        await self._graphql(scope, receive, send)

    def oidc(self) -> list[Route]:
        provider = self._providers.oidc
        return OidcRoutes(self.runtime, provider, self._throttle).routes() if provider else []

    def files(self) -> Files:
        return Files(self.runtime, self._authenticator, self.limiter)

    def audit(self) -> AuditRoutes:
        return AuditRoutes(self.runtime, self._authenticator, self.limiter)

    def exports(self) -> ExportRoutes:
        return ExportRoutes(self.runtime, self._authenticator, self.limiter)

    def operations(self) -> Operations:
        reasons = Observed(
            "dagy_lists_not_compiled",
            "Lists that graphql-core completed itself, by reason.",
            ["reason"],
            lambda: {(reason,): count for reason, count in fallbacks.items()},
        )
        shared = (self.runtime, self._authenticator, self.limiter)
        return Operations(*shared, observed=(reasons,))

    def limit_of(self, path: str) -> int:
        """How large a request's body may be."""
        if path.startswith(_UPLOADS):
            return self._settings.artifact_max_bytes
        return self._settings.request_max_bytes


class GraphQLRoute:
    """A route takes instances of classes as ASGI applications, and functions as endpoints."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application.graphql(scope, receive, send)


async def _home(request: Request) -> Response:
    return RedirectResponse("/dashboard", status_code=302)


async def _docs(request: Request) -> Response:
    """Links between pages are relative: the slash must be there."""
    return RedirectResponse("/docs/", status_code=308)


def _clerk(settings: Settings) -> str:
    """The origin of Clerk's form, where the login page offers it."""
    key = settings.clerk_publishable_key
    return clerk_origin(key) if key and settings.jwt_issuer else ""


def create_app(settings: Settings, runtime: Runtime | None = None) -> Starlette:
    """With `runtime` it uses that one; else it opens its own while it runs."""
    application = Application(settings, runtime)
    graphql = GraphQLRoute(application)
    hidden = frozenset() if settings.graphiql else frozenset({"graphiql"})
    return Starlette(
        routes=[
            Route("/graphql", graphql),
            WebSocketRoute("/graphql", graphql),
            *application.operations().routes(),
            *application.files().routes(),
            *application.oidc(),
            *application.audit().routes(),
            *application.exports().routes(),
            ui_config(settings),
            Route("/", _home, methods=["GET"]),
            Route("/docs", _docs, methods=["GET"]),
            Mount("/docs", static_app(settings.docs_dir, absent=DOCS_ABSENT)),
            Mount("/", static_app(settings.ui_dir, without=hidden, clerk=_clerk(settings))),
        ],
        middleware=[
            Middleware(RequestLog),
            Middleware(Hosts, allowed=allowed_hosts(settings)),
            Middleware(
                AddressLimit,
                most=settings.connections_per_address,
                proxies=Proxies(settings.trusted_proxies),
            ),
            Middleware(BodyTimeout, seconds=settings.request_body_seconds),
            Middleware(BodyLimit, limit_of=application.limit_of),
        ],
        lifespan=application.lifespan,
    )
