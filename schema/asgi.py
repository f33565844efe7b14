"""GraphQL over HTTP (JSON and server-sent events) and WebSocket (graphql-transport-ws)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from cross_web import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from dagy_gql.auth.authenticate import bearer, bearer_of_connection
from dagy_gql.auth.cookies import session_of
from dagy_gql.errors import BadUserInput, DagyError, Unauthenticated
from schema.context import Context, Shared
from schema.encoding import decoded, encoded
from schema.errors import expected
from schema.root import schema
from schema.websocket import Handler, Socket

_JSON = "application/json"
_INIT_WAIT = timedelta(seconds=10)


def problem(error: DagyError, status: int | None = None) -> Response:
    """An answer to what was no operation yet."""
    body = {"errors": [{"message": error.message, "extensions": error.extensions}]}
    return Response(encoded(body), status_code=status or error.http_status, media_type=_JSON)


class GraphQLApp(GraphQL[Context, None]):
    """The endpoint. Credentials: Authorization, connection_init, or the session cookie."""

    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Socket

    def __init__(self, shared: Shared) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            connection_init_wait_timeout=_INIT_WAIT,
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
        try:
            return await self.run(request)
        except HTTPException as error:
            return problem(BadUserInput(error.reason, field="request"), error.status_code)
        except Exception as error:
            known = expected(error)
            if known is None:
                raise
            return problem(known)

    @staticmethod
    def _is_a_person(request: Request) -> bool:
        accepts = request.headers.get("accept", "")
        return (
            request.method == "GET"
            and "text/html" in accepts
            and "query" not in request.query_params
        )

    def should_render_graphql_ide(self, request: object) -> bool:
        return False

    def encode_json(self, data: object) -> bytes:
        return encoded(data)

    def decode_json(self, data: str | bytes) -> object:
        return decoded(data)

    def parse_json(self, data: str | bytes) -> Any:
        body = super().parse_json(data)
        if not isinstance(body, dict | list):
            raise HTTPException(400, "The body of a GraphQL request is a JSON object.")
        return body

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        context = Context(
            shared=self._shared,
            request_id=request.scope.get("request_id") or uuid4().hex,
            response=response if isinstance(response, Response) else None,
        )
        if request.scope["type"] == "http":
            await self._sign_in(context, request)
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
