"""What routes beside GraphQL have in common: who asks, what a refusal looks like, masked errors."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagy_gql import tenancy
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.authenticate import Authenticator, bearer
from dagy_gql.auth.cookies import session_of
from dagy_gql.auth.permissions import Permission
from dagy_gql.auth.rate_limit import RateLimiter
from dagy_gql.errors import DagyError, Forbidden, Unauthenticated
from dagy_gql.runtime import Runtime

logger = logging.getLogger(__name__)

Handler = Callable[[Any, Request], Awaitable[Response]]


def answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")


def refusal(error: DagyError) -> Response:
    """{"error": {code, message, field?, …}} with the error's status."""
    details = {key: value for key, value in error.extensions.items() if value is not None}
    return answer({"error": {"message": error.message} | details}, error.http_status)


class Routes:
    """The handlers, over the runtime that is known once the process has started."""

    def __init__(
        self,
        runtime: Callable[[], Runtime],
        authenticator: Authenticator,
        limiter: Callable[[], RateLimiter],
    ) -> None:
        self._runtime = runtime
        self._authenticator = authenticator
        self._limiter = limiter

    @property
    def rt(self) -> Runtime:
        return self._runtime()

    def route(self, path: str, handler: Handler, method: str = "GET") -> Route:
        """`handler` is a method of the class."""
        return Route(path, partial(self._guarded, handler), methods=[method])

    async def _guarded(self, handler: Handler, request: Request) -> Response:
        """Expected errors become answers; the others are logged and masked."""
        try:
            return await handler(self, request)
        except DagyError as error:
            return refusal(error)
        except Exception:
            request_id = request.scope.get("request_id") or uuid4().hex
            logger.exception("unexpected error", extra={"request_id": request_id})
            message = f"Something went wrong on our side. Quote the request id {request_id}."
            details = {"code": "INTERNAL", "message": message, "requestId": request_id}
            return answer({"error": details}, 500)

    async def _actor(self, request: Request, permission: Permission) -> Actor:
        """Raises Unauthenticated, RateLimited or Forbidden."""
        try:
            token = bearer(request.headers.get("authorization"))
            actor = await self._known(token or session_of(request, self.rt.settings))
        except Unauthenticated:
            await self._limiter().charge(request.scope, None)
            raise
        await self._limiter().charge(request.scope, actor)
        if not actor.can(permission):
            raise Forbidden(permission.name, field=request.url.path)
        return actor

    async def _known(self, token: str | None) -> Actor:
        if token is None:
            raise Unauthenticated
        actor = await self._authenticator.actor(token)
        tenancy.enter(actor.org_id)
        return actor
