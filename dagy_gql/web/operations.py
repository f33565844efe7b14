"""For those who run Dagy: is it alive, is it well, and what does it count.

/health/live asks nothing but this process, /health/ready the database, /health every part; these
are public, and kept for a second, so that nobody can ask the parts much through them.
/health/detailed and /metrics show numbers of all organizations: they are for super admins and their
keys, with HEALTH_READ. /metrics takes DAGY_METRICS_TOKEN as well.
"""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Generic, TypeVar

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dagy_gql import metrics
from dagy_gql.auth.authenticate import bearer
from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import NotAllowed, Unauthenticated
from dagy_gql.services import health, numbers
from dagy_gql.services.health import Component, HealthStatus
from dagy_gql.web.routes import Routes, answer

_KEPT_SECONDS = 1.0

T = TypeVar("T")


class Recent(Generic[T]):
    """The last answer while it is fresh; who asks while one is sought gets that one."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._asked: asyncio.Task[T] | None = None
        self._asked_at = 0.0

    async def get(self) -> T:
        now = time.monotonic()
        if self._asked is None or (self._asked.done() and now - self._asked_at > _KEPT_SECONDS):
            self._asked_at = now
            self._asked = asyncio.ensure_future(self._ask())
        return await asyncio.shield(self._asked)


class Operations(Routes):
    def __init__(self, *shared: Any, observed: tuple[metrics.Observed, ...] = ()) -> None:
        """`observed` are numbers that only the composition root can reach."""
        super().__init__(*shared)
        self._health = Recent(lambda: health.check(self.rt))
        self._ready = Recent(health.ready)
        self._observed = observed

    def routes(self) -> list[Route]:
        return [
            self.route("/health", Operations.health),
            self.route("/health/live", Operations.live),
            self.route("/health/ready", Operations.ready),
            self.route("/health/detailed", Operations.detailed),
            self.route("/metrics", Operations.metrics),
        ]

    async def live(self, request: Request) -> Response:
        return _kept_nowhere(answer({"status": HealthStatus.HEALTHY}))

    async def ready(self, request: Request) -> Response:
        found = await self._ready.get()
        return _judged(found.status, {"status": found.status, "components": [_shown(found)]})

    async def health(self, request: Request) -> Response:
        found = await self._health.get()
        parts = [_shown(part) for part in found.components]
        return _judged(found.status, {"status": found.status, "components": parts})

    async def detailed(self, request: Request) -> Response:
        await self._check_operator(request)
        found = await health.details(self.rt)
        return _judged(found.health.status, _details(found))

    async def metrics(self, request: Request) -> Response:
        await self._may_count(request)
        body = metrics.text(*self._observed, *await numbers.read(self.rt))
        return _kept_nowhere(Response(body, media_type=metrics.CONTENT_TYPE))

    async def _may_count(self, request: Request) -> None:
        """Raises what `_check_operator` does."""
        token = self.rt.settings.metrics_token.get_secret_value()
        try:
            given = bearer(request.headers.get("authorization")) or ""
        except Unauthenticated:
            given = ""
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            await self._check_operator(request)

    async def _check_operator(self, request: Request) -> None:
        """Raises Unauthenticated, RateLimited, Forbidden or NotAllowed."""
        actor = await self._actor(request, Permission.HEALTH_READ)
        if not actor.runs_installation:
            raise NotAllowed(
                "These numbers are of all organizations: only super admins may see them.",
                field=request.url.path,
            )


def _shown(part: Component) -> dict[str, Any]:
    """Without the message: what exactly fails is for those who may know."""
    return {"name": part.name, "status": part.status, "latency_ms": part.latency_ms}


def _details(found: health.Details) -> dict[str, Any]:
    return {
        **asdict(found.health),
        "versions": found.versions,
        "queue": _row(found.queue),
        "workers": None if found.workers is None else [_row(row) for row in found.workers],
    }


def _row(row: asyncpg.Record | None) -> dict[str, Any] | None:
    return None if row is None else dict(row)


def _judged(status: HealthStatus, content: dict[str, Any]) -> Response:
    """503 where nothing works any more; a degraded Dagy still serves."""
    return _kept_nowhere(answer(content, 503 if status is HealthStatus.UNHEALTHY else 200))


def _kept_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
