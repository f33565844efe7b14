"""Around every request, as pure ASGI: an id, a line in the log, and a bound on its body."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import quote
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dagy_gql import metrics, tenancy, tracing
from dagy_gql.auth.origin import Origin, origin
from dagy_gql.auth.rate_limit import SCOPE_KEY
from dagy_gql.errors import PayloadTooLarge
from dagy_gql.web.refusal import refuse

logger = logging.getLogger("dagy.access")

_MAX_ID = 64
_MAX_AGENT = 256
_TOO_MANY = 429
_READ_ANYWAY_BYTES = 64 * 1024
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _request_id(headers: Headers) -> str:
    """The caller's, if it looks harmless; it is only ever shown and logged."""
    given = headers.get("x-request-id", "")
    if 0 < len(given) <= _MAX_ID and given.replace("-", "").replace("_", "").isalnum():
        return given
    return uuid4().hex


def _origin(scope: Scope) -> Origin:
    headers, client = Headers(scope=scope), scope.get("client")
    agent = headers.get("user-agent")
    return Origin(
        request_id=_request_id(headers),
        address=client[0] if client else None,
        user_agent=agent[:_MAX_AGENT] if agent else None,
    )


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in _METHODS else "other"


def _traced(scope: Scope, request_id: str) -> AbstractContextManager[None]:
    """A span for a request over HTTP; on a WebSocket each operation has its own."""
    if scope["type"] != "http" or not tracing.is_on():
        return nullcontext()
    return tracing.span(
        f"{_method(scope)} {scope['path']}",
        headers=Headers(scope=scope),
        http__request__method=_method(scope),
        url__path=scope["path"],
        dagy__request_id=request_id,
    )


class RequestLog:
    """Sets `origin` for all that the request runs, puts its id into the scope and the answer, and
    logs each answer; those that the rate limit refused are only counted. No answer's type is to be
    guessed by a browser."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        found = _origin(scope)
        scope["request_id"] = request_id = found.request_id
        token = origin.set(found)
        start, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.accept"):
                headers = MutableHeaders(scope=message)
                headers.append("X-Request-Id", request_id)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                if SCOPE_KEY in scope:
                    message["headers"].extend(scope[SCOPE_KEY].headers())
                status = message.get("status", 101)
            await send(message)

        try:
            with tenancy.request(), _traced(scope, request_id):
                await self._app(scope, receive, answer)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        finally:
            origin.reset(token)
            if scope["type"] == "http":
                metrics.requests.labels(_method(scope), status).inc()
            if status != _TOO_MANY and logger.isEnabledFor(logging.INFO):
                milliseconds = round((time.perf_counter() - start) * 1000, 1)
                # Quoted again: a path may have a line's end in it, or talk to a terminal.
                method, path = scope.get("method", "WS"), quote(scope["path"], errors="replace")
                logger.info(
                    "%s %s %d %.1f ms",
                    method,
                    path,
                    status,
                    milliseconds,
                    extra={"request_id": request_id},
                )


class BodyLimit:
    """Refuses bodies above a limit: by Content-Length at once, else as soon as they outgrow it.
    What is answered while much of a body is still to come ends the connection.

    `limit_of` gives the limit for a path.
    """

    def __init__(self, app: ASGIApp, limit_of: Callable[[str], int]) -> None:
        self._app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit, received, started = self._limit_of(scope["path"]), 0, False
        length = headers.get("content-length", "")
        expected = int(length) if length.isdigit() else 0
        is_open = "transfer-encoding" in headers

        async def counted() -> Message:
            nonlocal received, is_open
            message = await receive()
            received += len(message.get("body", b""))
            is_open = is_open and message.get("more_body", False)
            if received > limit:
                raise PayloadTooLarge.of_body(limit)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            is_start = message["type"] == "http.response.start"
            if is_start and (is_open or expected - received > _READ_ANYWAY_BYTES):
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        if expected > limit:
            await refuse(scope, send, PayloadTooLarge.of_body(limit))
            return
        try:
            await self._app(scope, counted, watched)
        except PayloadTooLarge as error:
            if started:
                raise
            await refuse(scope, send, error)
