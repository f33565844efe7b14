"""What is found out about a document once and kept: its syntax tree, errors, and needs; and the
extension that puts it before every execution."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types.graphql import OperationType

from dagy_gql import metrics
from dagy_gql.errors import BadUserInput, DagyError, Forbidden, RateLimited, Unauthenticated
from schema import limits
from schema.context import Context
from schema.cost import MAX_COST, Cost, tokens_of
from schema.guard import Need, Requirements
from schema.observation import observed

_KEPT_DOCUMENTS = 500
_KEPT_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """`requirements` and `costs`, by operation, are empty where there are errors."""

    document: DocumentNode
    errors: list[GraphQLError]
    requirements: dict[str | None, Requirements]
    costs: dict[str | None, Cost]
    introspects: bool

    def kind(self, name: str | None) -> OperationType | None:
        """Of the operation of that name, or of the only one."""
        for node in _operations(self.document):
            if name is None or (node.name and node.name.value == name):
                return OperationType(node.operation.value)
        return None


class Documents:
    """The documents prepared last. Long ones are not kept, so the memory has a bound."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Prepared] = OrderedDict()

    def prepared(self, schema: GraphQLSchema, query: str) -> Prepared:
        """Raises GraphQLSyntaxError."""
        found = self._kept.get(query)
        if found is not None:
            self._kept.move_to_end(query)
            return found
        fresh = _prepare(schema, query)
        if len(query) <= _KEPT_CHARACTERS:
            self._kept[query] = fresh
            if len(self._kept) > _KEPT_DOCUMENTS:
                self._kept.popitem(last=False)
        return fresh


def _prepare(schema: GraphQLSchema, query: str) -> Prepared:
    document = parse(query, max_tokens=limits.MAX_TOKENS)
    errors = limits.errors_before_validation(document)
    errors = errors or validate_document(schema, document, tuple(specified_rules))
    errors = errors or limits.errors_of(document)
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


class Preparation(SchemaExtension):
    """Parses, validates and authorizes; what is refused here has run no resolver."""

    _prepared: Prepared | None = None
    _is_streaming = False

    def on_operation(self) -> Iterator[None]:
        try:
            with observed(self.execution_context):
                yield
        finally:
            if self._is_streaming:
                metrics.subscriptions.dec()

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        execution.parse_options["max_tokens"] = limits.MAX_TOKENS
        if execution.query:
            try:
                self._prepared = documents.prepared(execution.schema._schema, execution.query)
                execution.graphql_document = self._prepared.document
            except GraphQLSyntaxError:
                # Strawberry parses again and reports it where it belongs.
                self._prepared = None
        yield

    async def on_validate(self) -> AsyncIterator[None]:
        assert self._prepared is not None
        errors = list(self._prepared.errors)
        refusal = None if errors else await self._refusal(self._prepared)
        if isinstance(refusal, DagyError):
            refusal = GraphQLError(refusal.message, original_error=refusal)
        if refusal is not None:
            errors.append(refusal)
        self.execution_context.pre_execution_errors = errors
        if not errors and self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            self._is_streaming = True
            metrics.subscriptions.inc()
        yield

    async def _refusal(self, prepared: Prepared) -> DagyError | GraphQLError | None:
        execution = self.execution_context
        if execution._provided_operation_name is None and len(prepared.requirements) > 1:
            return GraphQLError("Say by operationName which of the operations to execute.")
        return self._forbidden(prepared) or await self._unaffordable(prepared)

    def _forbidden(self, prepared: Prepared) -> DagyError | GraphQLError | None:
        execution = self.execution_context
        context: Context = execution.context
        if prepared.introspects and not context.may_introspect:
            return _closed_schema(context)
        if execution.operation_type is OperationType.SUBSCRIPTION and not context.can_stream:
            return BadUserInput(
                "A subscription needs a stream: ask with Accept: text/event-stream, "
                "or over a WebSocket.",
                field="query",
            )
        permissions = context.identity.permissions if context.identity else None
        requirements = prepared.requirements[execution.operation_name]
        need = requirements.lacking(permissions, execution.variables)
        return None if need is None else _error_of(need, context)

    async def _unaffordable(self, prepared: Prepared) -> DagyError | GraphQLError | None:
        """Whoever brought the operation here has taken the first token for it."""
        execution = self.execution_context
        cost = prepared.costs[execution.operation_name].of(execution.variables)
        if cost > MAX_COST:
            return GraphQLError(limits.exceeded("costs {} points", cost, MAX_COST))
        tokens = tokens_of(cost)
        if tokens > 1:
            try:
                await execution.context.charge(tokens - 1)
            except RateLimited as error:
                return error
        return None


def _closed_schema(context: Context) -> DagyError | GraphQLError:
    if context.rt.settings.introspection_for == "off":
        return GraphQLError("The schema cannot be read here: introspection is switched off.")
    return context.refusal or Unauthenticated()


def _error_of(need: Need, context: Context) -> DagyError:
    if context.identity is None or need.permission is None:
        return context.refusal or Unauthenticated()
    return Forbidden(need.permission.name, field=need.field)
