"""What is found out about a document once and kept: its syntax tree, errors, and needs; and the
extension that puts it before every execution."""

from collections import OrderedDict
from collections.abc import Iterator
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

from dagy_gql.errors import BadUserInput, DagyError, Forbidden, Unauthenticated
from schema import limits
from schema.context import Context
from schema.guard import Need, Requirements

_KEPT_DOCUMENTS = 500
_KEPT_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """`operations` is empty where there are errors."""

    document: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, Requirements]


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
    errors = validate_document(schema, document, tuple(specified_rules))
    errors = errors or limits.errors_of(document)
    operations = {
        definition.name.value if definition.name else None: Requirements(
            schema, document, definition
        )
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and not errors
    }
    return Prepared(document, errors, operations)


_documents = Documents()


class Preparation(SchemaExtension):
    """Parses, validates and authorizes; what is refused here has run no resolver."""

    _prepared: Prepared | None = None

    def on_parse(self) -> Iterator[None]:
        execution = self.execution_context
        execution.parse_options["max_tokens"] = limits.MAX_TOKENS
        if execution.query:
            try:
                self._prepared = _documents.prepared(execution.schema._schema, execution.query)
                execution.graphql_document = self._prepared.document
            except GraphQLSyntaxError:
                # Strawberry parses again and reports it where it belongs.
                self._prepared = None
        yield

    def on_validate(self) -> Iterator[None]:
        assert self._prepared is not None
        errors = list(self._prepared.errors)
        refusal = None if errors else self._refusal(self._prepared)
        if refusal is not None:
            errors.append(GraphQLError(refusal.message, original_error=refusal))
        self.execution_context.pre_execution_errors = errors
        yield

    def _refusal(self, prepared: Prepared) -> DagyError | None:
        execution = self.execution_context
        context: Context = execution.context
        if execution.operation_type is OperationType.SUBSCRIPTION and not context.can_stream:
            return BadUserInput(
                "A subscription needs a stream: ask with Accept: text/event-stream, "
                "or over a WebSocket.",
                field="query",
            )
        permissions = context.identity.permissions if context.identity else None
        requirements = prepared.operations[execution.operation_name]
        need = requirements.lacking(permissions, execution.variables)
        return None if need is None else _error_of(need, context)


def _error_of(need: Need, context: Context) -> DagyError:
    if context.identity is None or need.permission is None:
        return context.refusal or Unauthenticated()
    return Forbidden(need.permission.name, field=need.field)
