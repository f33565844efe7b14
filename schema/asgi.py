"""GraphQL over HTTP (JSON and server-sent events) and WebSocket (graphql-transport-ws)."""

from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLRequestData
from strawberry.http.streaming import SSETransport
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from dagy_gql.auth.authenticate import bearer, bearer_of_connection
from dagy_gql.auth.cookies import session_of
from dagy_gql.errors import BadUserInput, DagyError, Unauthenticated
from schema import protocol
from schema.context import Context, Shared
from schema.encoding import decoded, encoded
from schema.errors import expected, masked
from schema.limits import Audience, too_large
from schema.operations import documents
from schema.root import schema
from schema.websocket import Handler, Socket

_AUDIENCE = "dagy.audience"
_METHODS = frozenset({"GET", "POST"})
# How graphql-sse reserves and ends a stream that many operations share. The stream and they could
# reach different processes, so such a stream would have to be kept in Redis.
_OF_SINGLE_CONNECTIONS = frozenset({"PUT", "DELETE"})
# Answers differ by Accept and by who asks.
_HEADERS = [(b"vary", b"Accept, Authorization, Cookie"), (b"cache-control", b"no-store")]


def _typed(media_type: str) -> str:
    return f"{media_type}; charset=utf-8"


def problem(
    error: DagyError, *, status: int | None = None, media_type: str = protocol.JSON
) -> Response:
    """An answer to what was no operation yet."""
    body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
    response = Response(encoded(body), status or error.http_status, media_type=_typed(media_type))
    response.headers.raw.extend(_HEADERS)
    return response


class RequestAdapter(StarletteRequestAdapter):
    """Knows who asks by the time the body is read."""

    @property
    def audience(self) -> Audience:
        found: Audience = self._request.scope[_AUDIENCE]
        return found

    async def get_body(self) -> bytes:
        """Raises PayloadTooLarge."""
        bounds, body = self.audience.bounds, bytearray()
        declared = self._request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > bounds.body_bytes:
            raise too_large(bounds)
        async for chunk in self._request.stream():
            body += chunk
            if len(body) > bounds.body_bytes:
                raise too_large(bounds)
        return bytes(body)


def _check_reads(request_data: GraphQLRequestData, audience: Audience) -> None:
    """Raises InvalidOperationTypeError for a mutation. Strawberry sees it too, but of a stream of
    events only when the answer has begun."""
    if _kind(request_data, audience) is OperationType.MUTATION:
        raise InvalidOperationTypeError(OperationType.MUTATION)


def _kind(request_data: GraphQLRequestData, audience: Audience) -> OperationType | None:
    """None for what is no document, which is said later."""
    prepared = documents.prepared(schema._schema, request_data.query or "", audience)
    return prepared.kind(request_data.operation_name)


class EventStream(SSETransport):
    """With line feeds alone, as the examples of the standard have it: urql reads no others."""

    def encode_event(self, event: str, data: str | None = None) -> str:
        return super().encode_event(event, data).replace("\r\n", "\n")

    def encode_comment(self, comment: str) -> str:
        return f": {comment}\n\n"


def _no_method(method: str, media_type: str) -> Response:
    message = f"Operations come by GET or POST, not by {method}."
    if method in _OF_SINGLE_CONNECTIONS:
        message += (
            " Server-sent events are sent in distinct connections mode alone: one POST for each"
            " subscription (graphql-sse: singleConnection false)."
        )
    response = problem(BadUserInput(message, field="request"), status=405, media_type=media_type)
    response.headers["Allow"] = "GET, POST"
    return response


def _not_by(method: str, error: InvalidOperationTypeError, media_type: str) -> Response:
    fault = BadUserInput(error.as_http_error_reason(cast(Any, method)), field="request")
    response = problem(fault, status=405, media_type=media_type)
    response.headers["Allow"] = "POST"
    return response


class GraphQLApp(GraphQL[Context, None]):
    """The endpoint. Credentials: Authorization, connection_init, or the session cookie."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Socket
    request_adapter_class = RequestAdapter
    stream_transport_classes_by_protocol = {
        **GraphQL.stream_transport_classes_by_protocol,
        GRAPHQL_SSE_PROTOCOL: EventStream,
    }

    def __init__(self, shared: Shared) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            connection_init_wait_timeout=timedelta(
                seconds=shared.rt.settings.websocket_init_seconds
            ),
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
        )
        self._shared = shared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if self._is_a_person(request):
            return RedirectResponse("/graphiql", status_code=302)
        media_type = protocol.media_type_of(request.headers.get("accept", ""))
        if media_type is None:
            offered = f"{protocol.RESPONSE} and {protocol.JSON}"
            return problem(
                BadUserInput(f"The answer can be {offered}.", field="accept"), status=406
            )
        if request.method not in _METHODS:
            return _no_method(request.method, media_type)
        try:
            return await self.run(request)
        except InvalidOperationTypeError as error:
            return _not_by(request.method, error, media_type)
        except HTTPException as error:
            if isinstance(error.__cause__, InvalidOperationTypeError):
                return _not_by(request.method, error.__cause__, media_type)
            fault = BadUserInput(error.reason, field="request")
            return problem(fault, status=error.status_code, media_type=media_type)
        except ClientDisconnect:
            raise
        except Exception as error:
            return self._masked(error, request, media_type)

    @staticmethod
    def _masked(error: Exception, request: Request, media_type: str) -> Response:
        """The answer where no operation came to report the error itself."""
        known = expected(error)
        if known is None:
            known = masked(error, request.scope.get("request_id", ""))
        return problem(known, media_type=media_type)

    def _is_a_person(self, request: Request) -> bool:
        accepts = request.headers.get("accept", "")
        return (
            self._shared.rt.settings.graphiql
            and request.method == "GET"
            and "text/html" in accepts
            and "query" not in request.query_params
        )

    def should_render_graphql_ide(self, request: object) -> bool:
        return False

    def encode_json(self, data: object) -> bytes:
        return encoded(data)

    def decode_json(self, data: str | bytes) -> object:
        return decoded(data)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        audience = cast(RequestAdapter, request).audience
        if request.method == "GET":
            asked = protocol.request_of(self.parse_query_params(request.query_params))
            await documents.turn(asked.query or "", audience)
            _check_reads(asked, audience)
        else:
            trouble = protocol.trouble_with(request.content_type or "")
            if trouble is not None:
                raise HTTPException(415, trouble)
            asked = protocol.request_of(self.parse_json(await request.get_body()))
        accept = request.headers.get("accept") or ""
        if protocol.STREAM in accept.lower():
            await documents.turn(asked.query or "", audience)
            is_subscription = _kind(asked, audience) is OperationType.SUBSCRIPTION
            if protocol.wants_stream(accept, is_subscription=is_subscription):
                asked.protocol = "sse"
        return asked

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.media_type = protocol.media_type_of(request.headers.get("accept", ""))
        response.headers.raw.extend(_HEADERS)
        return response

    async def process_result(self, request: Request, result: ExecutionResult) -> Any:
        answer = await super().process_result(request, result)
        if protocol.is_request_error(result.data, result.errors):
            answer.pop("data")
        return answer

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        media_type = sub_response.media_type or protocol.JSON
        if "data" not in response_data and not sub_response.status_code:
            code = response_data["errors"][0]["extensions"]["code"]
            sub_response.status_code = protocol.status_of(code, media_type)
        response = Response(
            encoded(response_data), sub_response.status_code or 200, media_type=_typed(media_type)
        )
        response.headers.raw.extend(sub_response.headers.raw)
        return response

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        context = Context(
            shared=self._shared,
            request_id=request.scope.get("request_id") or uuid4().hex,
            response=response if isinstance(response, Response) else None,
            scope=request.scope,
        )
        if request.scope["type"] == "http":
            await self._sign_in(context, request)
            request.scope[_AUDIENCE] = context.audience
            await context.charge(1)
        else:
            context.token = self._cookie(context, request)
        return context

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """The payload's token goes before the cookie's; neither makes an anonymous connection,
        for some operations are public. A token in the payload that is refused ends it (4403)."""
        try:
            given = bearer_of_connection(context.connection_params)
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        await context.sign_in(given or context.token)
        await context.charge(1)
        if given and context.identity is None:
            raise ConnectionRejectionError
        return UnsetType()

    async def execute_single(
        self,
        request: Any,
        request_adapter: Any,
        sub_response: Any,
        context: Context,
        root_value: Any,
        request_data: Any,
    ) -> Any:
        context.can_stream = False
        return await super().execute_single(
            request, request_adapter, sub_response, context, root_value, request_data
        )

    async def _sign_in(self, context: Context, request: HTTPConnection) -> None:
        try:
            token = bearer(request.headers.get("authorization"))
        except Unauthenticated as error:
            context.refusal = error
            return
        await context.sign_in(token or self._cookie(context, request))

    def _cookie(self, context: Context, request: HTTPConnection) -> str | None:
        try:
            return session_of(request, self._shared.rt.settings)
        except Unauthenticated as error:
            context.refusal = error
            return None
