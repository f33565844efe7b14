"""Plain HTTP beside GraphQL: archives come in, files of runs go out, and /health."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from dagy_gql import tenancy
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.authenticate import Authenticator, bearer
from dagy_gql.auth.cookies import session_of
from dagy_gql.auth.permissions import Permission
from dagy_gql.auth.rate_limit import RateLimiter
from dagy_gql.errors import DagyError, Forbidden, NotFound, Unauthenticated
from dagy_gql.repositories.pagination import encode_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import artifacts, health
from dagy_gql.services.artifacts import Download
from dagy_gql.services.health import HealthStatus

logger = logging.getLogger(__name__)

# What a browser may show; all of it sandboxed, so that a report cannot act as our page.
_SHOWN_TYPES = ("text/html", "text/plain", "image/svg+xml", "image/png", "image/jpeg")
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"

Handler = Callable[["Files", Request], Awaitable[Response]]


def answer(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")


def refusal(error: DagyError) -> Response:
    """{"error": {code, message, field?, …}} with the error's status."""
    details = {key: value for key, value in error.extensions.items() if value is not None}
    return answer({"error": {"message": error.message} | details}, error.http_status)


class Files:
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

    def routes(self) -> list[Route]:
        def route(path: str, handler: Handler, method: str) -> Route:
            return Route(path, partial(self._guarded, handler), methods=[method])

        return [
            route("/health", Files.health, "GET"),
            route("/artifacts/uploads/{sha256}", Files.upload, "PUT"),
            route("/files/{artifact_id}", Files.download, "GET"),
        ]

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

    async def health(self, request: Request) -> Response:
        found = await health.check(self.rt)
        status = 503 if found.status is HealthStatus.UNHEALTHY else 200
        response = answer(asdict(found), status)
        response.headers["Cache-Control"] = "no-store"
        return response

    async def upload(self, request: Request) -> Response:
        actor = await self._actor(request, Permission.FLOWS_WRITE)
        length = request.headers.get("content-length", "")
        if length.isdigit():
            artifacts.check_size(self.rt, int(length))
        row = await artifacts.upload(
            self.rt, actor, sha256=request.path_params["sha256"], chunks=request.stream()
        )
        stored = {"id": encode_id("Artifact", row["id"]), "sha256": row["sha256"]}
        return answer({"artifact": stored}, 201)

    async def download(self, request: Request) -> Response:
        actor = await self._actor(request, Permission.PAYLOADS_READ)
        text = request.path_params["artifact_id"]
        try:
            key = UUID(text)
        except ValueError as error:
            raise NotFound("artifact", text) from error
        return _file(await artifacts.download(self.rt, actor, artifact_id=key))


def _file(found: Download) -> Response:
    content_type = found.row["content_type"]
    shown = content_type.partition(";")[0].strip().lower() in _SHOWN_TYPES
    if content_type.startswith("text/") and "charset" not in content_type:
        content_type += "; charset=utf-8"
    disposition = "inline" if shown else "attachment"
    name = quote(found.row["name"].rpartition("/")[2], safe="")
    return FileResponse(
        found.path,
        headers={
            "Content-Type": content_type if shown else "application/octet-stream",
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{name}",
            "Content-Security-Policy": _SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-cache",
        },
    )
