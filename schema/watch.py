"""A subscription ends when what it was allowed by is gone: the session, the key, or the right."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextvars import Context as Variables
from contextvars import copy_context
from typing import Any

from graphql import GraphQLError, GraphQLSchema
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from dagy_gql.auth.actor import Actor
from dagy_gql.errors import DagyError, Forbidden, Unauthenticated
from schema.context import Context
from schema.errors import expected, shown
from schema.guard import Requirements
from schema.operations import documents

# With the two seconds that the authenticator keeps its answers this makes four.
RECHECK_SECONDS = 2.0

_END = object()

Check = Callable[[], Awaitable[DagyError | None]]


class Permit:
    """What one subscription is allowed by."""

    def __init__(
        self, context: Context, requirements: Requirements, variables: Mapping[str, Any] | None
    ) -> None:
        self._context = context
        self._requirements = requirements
        self._variables = variables

    async def lost(self) -> DagyError | None:
        """Why the subscription may not go on; None: it may, or nobody can tell just now."""
        context = self._context
        if context.token is None or context.identity is None:
            return None
        try:
            actor = await context.shared.authenticator.still(context.token)
        except Exception as error:
            if expected(error) is None:
                raise
            return None
        if actor is None or not _is_same(actor, context.identity):
            return Unauthenticated("The credentials behind this subscription are no longer good.")
        need = self._requirements.lacking(actor.permissions, self._variables)
        if need is None or need.permission is None:
            return None
        return Forbidden(need.permission.name, field=need.field)


def _is_same(now: Actor, then: Actor) -> bool:
    """A session that has switched to another organization goes on there, not here."""
    return (now.org_id, now.user_id) == (then.org_id, then.user_id)


def permit_of(
    schema: GraphQLSchema,
    context: Context,
    query: str | None,
    *,
    operation_name: str | None,
    variables: Mapping[str, Any] | None,
) -> Permit | None:
    """None for what is no subscription that can be executed."""
    prepared = documents.prepared(schema, query or "", context.audience)
    if prepared.kind(operation_name) is not OperationType.SUBSCRIPTION:
        return None
    if operation_name is None:
        requirements = next(iter(prepared.requirements.values()), None)
    else:
        requirements = prepared.requirements.get(operation_name)
    return None if requirements is None else Permit(context, requirements, variables)


async def watched(
    results: AsyncGenerator[Any, None], lost: Check, *, request_id: str
) -> AsyncIterator[Any]:
    """The results, until `lost` has something to say: that comes last."""
    # Generators may hold context variables across their yields: every step is taken in the same.
    variables = copy_context()
    step, due = _next(results, variables), time.monotonic() + RECHECK_SECONDS
    try:
        while True:
            await asyncio.wait({step}, timeout=max(0.0, due - time.monotonic()))
            if time.monotonic() >= due:
                error = await lost()
                if error is not None:
                    yield _last(error, request_id)
                    return
                due = time.monotonic() + RECHECK_SECONDS
            if step.done():
                result = step.result()
                if result is _END:
                    return
                yield result
                step = _next(results, variables)
    finally:
        await _closed(results, step, variables)


def _next(results: AsyncGenerator[Any, None], variables: Variables) -> asyncio.Task[Any]:
    async def step() -> Any:
        return await anext(results, _END)

    return asyncio.get_running_loop().create_task(step(), context=variables)


async def _closed(
    results: AsyncGenerator[Any, None], step: asyncio.Task[Any], variables: Variables
) -> None:
    step.cancel()
    await asyncio.wait({step})
    if not step.cancelled():
        # What it raised has been raised already, or nobody is there to hear of it.
        step.exception()
    await asyncio.get_running_loop().create_task(results.aclose(), context=variables)


async def refused(error: DagyError, *, request_id: str) -> AsyncIterator[Any]:
    """The one result of a stream that never begins."""
    yield PreExecutionError(data=None, errors=_faults(error, request_id))


def _last(error: DagyError, request_id: str) -> ExecutionResult:
    return ExecutionResult(data=None, errors=_faults(error, request_id))


def _faults(error: DagyError, request_id: str) -> list[GraphQLError]:
    return [shown(GraphQLError(error.message, original_error=error), request_id)]
