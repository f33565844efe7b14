"""What a resolver knows: the runtime, who asks, and the loaders of its operation."""

from dataclasses import dataclass, field
from typing import Any

import strawberry
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from dagy_gql import tenancy
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.auth.rate_limit import RateLimiter
from dagy_gql.errors import Unauthenticated
from dagy_gql.runtime import Runtime
from dagy_gql.services.throttle import Throttle
from schema.limits import MEMBERS, STRANGERS, Audience
from schema.loaders import Fetch, Loaders


@dataclass(frozen=True, slots=True)
class Shared:
    """What all requests of a process have in common."""

    rt: Runtime
    authenticator: Authenticator
    throttle: Throttle
    limiter: RateLimiter


@dataclass(slots=True)
class Context:
    """`refusal` says why there is no identity; `response` is None on a WebSocket; `can_stream`
    is False for a request that is answered by one JSON document."""

    shared: Shared
    request_id: str
    token: str | None = None
    identity: Actor | None = None
    refusal: Unauthenticated | None = None
    response: Response | None = None
    can_stream: bool = True
    connection_params: dict[str, Any] | None = None
    loaders: Loaders = field(default_factory=Loaders)
    scope: Scope = field(default_factory=dict)

    @property
    def rt(self) -> Runtime:
        return self.shared.rt

    @property
    def connection(self) -> HTTPConnection:
        """The headers that the operation came with."""
        return HTTPConnection(self.scope)

    @property
    def actor(self) -> Actor:
        """Raises Unauthenticated."""
        if self.identity is None:
            raise self.refusal or Unauthenticated()
        return self.identity

    @property
    def may_introspect(self) -> bool:
        allowed = self.rt.settings.introspection_for
        return allowed == "on" or (allowed == "signed-in" and self.identity is not None)

    @property
    def audience(self) -> Audience:
        """Strangers get no suggestions at all: one for the name of a type takes 40 ms."""
        is_member = self.identity is not None
        return Audience(MEMBERS if is_member else STRANGERS, is_member and self.may_introspect)

    def load(self, fetch: Fetch, key: Any, *arguments: Any) -> Any:
        return self.loaders.load(self, fetch, key, *arguments)

    async def charge(self, tokens: int) -> None:
        """Take tokens of whoever asks; raises RateLimited."""
        await self.shared.limiter.charge(self.scope, self.identity, tokens)

    async def owe(self, tokens: int) -> None:
        """Take tokens for what has been done already: if they are not there, later requests wait
        for them."""
        await self.shared.limiter.owe(self.scope, self.identity, tokens)

    async def for_operation(self) -> "Context":
        """Operations that share a WebSocket share no loaders, and each asks who it is anew."""
        fresh = Context(
            shared=self.shared,
            request_id=self.request_id,
            response=self.response,
            scope=self.scope,
        )
        await fresh.sign_in(self.token)
        fresh.refusal = fresh.refusal or self.refusal
        return fresh

    async def sign_in(self, token: str | None) -> None:
        """Learn who asks; a bad token makes an anonymous context that knows the reason.

        From here on the database shows this request the rows of the caller's organization only.
        """
        tenancy.enter(None)
        if not token:
            return
        try:
            self.identity = await self.shared.authenticator.actor(token)
            self.token = token
            tenancy.enter(self.identity.org_id)
        except Unauthenticated as error:
            self.refusal = error


Info = strawberry.Info[Context, None]
