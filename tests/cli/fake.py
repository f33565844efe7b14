"""A server that speaks the wire format of the API and answers what a test tells it to."""

import asyncio
import json
import re
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

COMPLETE = "complete"
CUT = "cut"
WAIT = "wait"
_NAME = re.compile(r"\b(?:query|mutation|subscription)\s+(\w+)")


class Refusal(Exception):
    """The GraphQL answer is this error; with `status` the whole HTTP answer is."""

    def __init__(self, code: str, message: str, *, status: int = 200, **extensions: Any) -> None:
        super().__init__(message)
        self.status = status
        self.details = {"code": code, **extensions}

    def response(self) -> Response:
        if self.status != 200:
            body = {"error": {**self.details, "message": str(self)}}
            return JSONResponse(body, status_code=self.status)
        return JSONResponse(self.answer())

    def answer(self) -> dict[str, Any]:
        return {"data": None, "errors": [{"message": str(self), "extensions": self.details}]}


@dataclass
class Call:
    operation: str
    variables: dict[str, Any]
    token: str | None


Answer = dict[str, Any] | Refusal | Response | Callable[[dict[str, Any]], Any]


@dataclass
class Fake:
    """`answers[operation]` is used each time, a list one by one. `streams[operation]` has one
    script per connection: payloads or a Refusal, and at the end COMPLETE, CUT or WAIT; or one
    Response. WAIT lasts until the test `is_over`."""

    answers: dict[str, Any] = field(default_factory=dict)
    streams: dict[str, list[list[Any]]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    uploads: list[tuple[str, bytes, str | None]] = field(default_factory=list)
    is_over: bool = False

    def called(self, operation: str) -> list[dict[str, Any]]:
        return [call.variables for call in self.calls if call.operation == operation]

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    async def graphql(self, request: Request) -> Response:
        body = await request.json()
        operation = body.get("operationName") or _NAME.findall(body["query"])[0]
        self.calls.append(Call(operation, body.get("variables") or {}, _token(request)))
        if request.headers["accept"] == "text/event-stream":
            return self._stream(operation)
        answer = self.answers[operation]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer) and not isinstance(answer, Response):
            answer = answer(self.calls[-1].variables)
        if isinstance(answer, Refusal):
            return answer.response()
        return answer if isinstance(answer, Response) else JSONResponse({"data": answer})

    async def upload(self, request: Request) -> Response:
        content = await request.body()
        self.uploads.append((request.path_params["sha256"], content, _token(request)))
        return Response(status_code=201)

    def _stream(self, operation: str) -> Response:
        script = self.streams[operation].pop(0)
        if script and isinstance(script[0], Response):
            return script[0]
        if script and isinstance(script[0], Refusal) and script[0].status != 200:
            return script[0].response()
        return StreamingResponse(self._events(script), media_type="text/event-stream")

    async def _events(self, script: list[Any]) -> AsyncIterator[str]:
        yield ": ping\r\n\r\n"
        for step in script:
            if step == CUT:
                raise ConnectionResetError
            if step == WAIT:
                await self._over()
            if step in (COMPLETE, WAIT):
                yield "event: complete\r\ndata: \r\n\r\n"
                return
            payload = step.answer() if isinstance(step, Refusal) else {"data": step}
            yield f"event: next\r\ndata: {json.dumps(payload)}\r\n\r\n"

    async def _over(self) -> None:
        while not self.is_over:
            await asyncio.sleep(0.02)


def _token(request: Request) -> str | None:
    return request.headers.get("authorization")


class FakeServer:
    """Serves the `fake` of the test that runs, on a port of its own."""

    def __init__(self) -> None:
        self.fake = Fake()
        app = Starlette(
            routes=[
                Route("/graphql", self._graphql, methods=["POST"]),
                Route("/artifacts/uploads/{sha256}", self._upload, methods=["PUT"]),
            ]
        )
        config = uvicorn.Config(
            app,
            port=0,
            log_config=None,
            timeout_graceful_shutdown=0,
            ws="none",
            http="h11",
            loop="asyncio",
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    async def _graphql(self, request: Request) -> Response:
        return await self.fake.graphql(request)

    async def _upload(self, request: Request) -> Response:
        return await self.fake.upload(request)

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"
