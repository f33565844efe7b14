"""What is found out about a document once and kept: its syntax tree, errors, and needs; whether an
operation of it may run; and the extension that asks this before every execution."""

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql import OperationType as CoreType
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from dagy_gql import metrics
from dagy_gql.errors import BadUserInput, DagyError, Forbidden, RateLimited, Unauthenticated
from schema import limits
from schema.context import Context
from schema.cost import MAX_COST, Cost, tokens_of
from schema.guard import Need, Requirements
from schema.limits import STRANGERS, Audience, TooLarge
from schema.observation import Observation, observed

_KEPT_DOCUMENTS = 500
_KEPT_CHARACTERS = 20_000
# A stranger's document is prepared in t; then strangers wait for nine times t.
_PAUSES = 9
_UNREADABLE = DocumentNode(definitions=())
_READABLE = parse("{ __typename }")


@dataclass(frozen=True, slots=True)
class Prepared:
    """`requirements` and `costs`, by operation, are empty where there are errors; the document is
    empty where it could not be read."""

    document: DocumentNode
    errors: list[GraphQLError]
    requirements: dict[str | None, Requirements]
    costs: dict[str | None, Cost]
    introspects: bool

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of that name; without a name, the first."""
        for node in _operations(self.document):
            if name is None or (node.name and node.name.value == name):
                return node
        return None

    def kind(self, name: str | None) -> OperationType | None:
        node = self.operation(name)
        return None if node is None else OperationType(node.operation.value)


class Documents:
    """The documents prepared last, for each audience, so that strangers cannot push out what others
    use. Long ones are not kept, so the memory has a bound."""

    def __init__(self) -> None:
        self._kept: defaultdict[Audience, OrderedDict[str, Prepared]] = defaultdict(OrderedDict)
        self._next_turn = 0.0

    async def turn(self, query: str, audience: Audience) -> None:
        """Waits until a stranger's new document may be prepared, which has to follow at once: one
        after the other they get a tenth of the time, and never two of them run together."""
        if audience.bounds is not STRANGERS or query in self._kept[audience]:
            return
        # A lock would belong to one event loop, and these documents to the process.
        while (wait := self._next_turn - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait)

    def prepared(self, schema: GraphQLSchema, query: str, audience: Audience) -> Prepared:
        kept = self._kept[audience]
        found = kept.get(query)
        if found is not None:
            kept.move_to_end(query)
            return found
        began = time.monotonic()
        fresh = _prepare(schema, query, audience)
        if audience.bounds is STRANGERS:
            now = time.monotonic()
            self._next_turn = now + _PAUSES * (now - began)
        if len(query) <= _KEPT_CHARACTERS:
            kept[query] = fresh
            if len(kept) > _KEPT_DOCUMENTS:
                kept.popitem(last=False)
        return fresh


def _prepare(schema: GraphQLSchema, query: str, audience: Audience) -> Prepared:
    try:
        document = limits.parsed(query, audience.bounds)
    except GraphQLError as error:
        return Prepared(_UNREADABLE, [error.with_traceback(None)], {}, {}, introspects=False)
    errors = limits.errors_of(document, audience.bounds) or validate(
        schema,
        document,
        max_errors=audience.bounds.errors,
        hide_suggestions=not audience.hints,
    )
    operations = {} if errors else {_name_of(node): node for node in _operations(document)}
    return Prepared(
        document,
        errors,
        {name: Requirements(schema, document, node) for name, node in operations.items()},
        {name: Cost(schema, document, node) for name, node in operations.items()},
        limits.introspects(document),
    )


def _operations(document: DocumentNode) -> Iterator[OperationDefinitionNode]:
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            yield definition


def _name_of(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None


documents = Documents()


@dataclass(frozen=True, slots=True)
class Wish:
    """An operation that somebody wants to be executed: `node` of the document that is `prepared`,
    chosen by the name that was `given`, if any."""

    prepared: Prepared
    node: OperationDefinitionNode
    given: str | None
    variables: dict[str, Any] | None
    context: Context

    async def refusal(self) -> DagyError | GraphQLError | None:
        """Why not, before anything has run."""
        if self.given is None and len(self.prepared.requirements) > 1:
            return GraphQLError("Say by operationName which of the operations to execute.")
        return self._forbidden() or await self._unaffordable()

    def _forbidden(self) -> DagyError | GraphQLError | None:
        context = self.context
        if self.prepared.introspects and not context.may_introspect:
            return _closed_schema(context)
        if self.node.operation is CoreType.SUBSCRIPTION and not context.can_stream:
            return BadUserInput(
                "A subscription needs a stream: ask with Accept: text/event-stream, "
                "or over a WebSocket.",
                field="query",
            )
        permissions = context.identity.permissions if context.identity else None
        requirements = self.prepared.requirements[_name_of(self.node)]
        need = requirements.lacking(permissions, self.variables)
        return None if need is None else _error_of(need, context)

    async def _unaffordable(self) -> DagyError | GraphQLError | None:
        """Whoever brought the operation here has taken the first token for it."""
        cost = self.prepared.costs[_name_of(self.node)].of(self.variables)
        if cost > MAX_COST:
            return GraphQLError(limits.exceeded("costs {} points", cost, MAX_COST))
        tokens = tokens_of(cost)
        if tokens > 1:
            try:
                await self.context.charge(tokens - 1)
            except RateLimited as error:
                return error
        return None


def located(refusal: DagyError | GraphQLError) -> GraphQLError:
    if isinstance(refusal, DagyError):
        return GraphQLError(refusal.message, original_error=refusal)
    return refusal


def code_of(errors: Sequence[GraphQLError] | None) -> str:
    """Of the first error as it is shown."""
    return str((errors[0].extensions or {}).get("code", "INTERNAL")) if errors else "OK"


class Preparation(SchemaExtension):
    """Parses, validates and authorizes; what is refused here has run no resolver."""

    _prepared: Prepared | None = None
    _is_streaming = False

    def on_operation(self) -> Iterator[None]:
        try:
            with observed(self.execution_context.context.request_id) as seen:
                try:
                    yield
                finally:
                    self._describe(seen)
        finally:
            if self._is_streaming:
                metrics.subscriptions.dec()

    def _describe(self, seen: Observation) -> None:
        execution = self.execution_context
        seen.code = code_of(execution.pre_execution_errors)
        if self._prepared is not None:
            node = self._prepared.operation(execution._provided_operation_name)
            if node is not None:
                seen.kind, seen.name = node.operation.value, _name_of(node)

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        context: Context = execution.context
        if execution.query:
            self._prepared = documents.prepared(
                execution.schema._schema, execution.query, context.audience
            )
            execution.graphql_document = self._prepared.document
            if not self._prepared.document.definitions:
                # Strawberry would read it again; it is refused when it is validated.
                execution.graphql_document = _READABLE
                execution._provided_operation_name = None
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        execution = self.execution_context
        assert self._prepared is not None
        errors = await _refused(self._prepared, execution.context)
        if not errors:
            given = execution._provided_operation_name
            node = self._prepared.operation(given)
            assert node is not None
            wish = Wish(self._prepared, node, given, execution.variables, execution.context)
            refusal = await wish.refusal()
            errors = [] if refusal is None else [located(refusal)]
        execution.pre_execution_errors = errors
        if not errors and execution.operation_type is OperationType.SUBSCRIPTION:
            self._is_streaming = True
            metrics.subscriptions.inc()
        yield


async def _refused(prepared: Prepared, context: Context) -> list[GraphQLError]:
    """The document's errors for whoever sent it, who owes for them."""
    errors = [_copy(error) for error in prepared.errors]
    if not errors:
        return []
    await context.owe(context.audience.bounds.refused_tokens)
    if context.identity is None and isinstance(prepared.errors[0], TooLarge):
        message = errors[0].message + limits.MORE_FOR_MEMBERS
        return [located(context.refusal or Unauthenticated(message))]
    return errors


def _copy(error: GraphQLError) -> GraphQLError:
    """What is kept is never raised: its traceback would keep the request too."""
    return GraphQLError(error.message, error.nodes, error.source, error.positions)


def _closed_schema(context: Context) -> DagyError | GraphQLError:
    if context.rt.settings.introspection_for == "off":
        return GraphQLError("The schema cannot be read here: introspection is switched off.")
    return context.refusal or Unauthenticated()


def _error_of(need: Need, context: Context) -> DagyError:
    if context.identity is None or need.permission is None:
        return context.refusal or Unauthenticated()
    return Forbidden(need.permission.name, field=need.field)
