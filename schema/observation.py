"""What is counted and traced of every operation, whatever brought it here."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from graphql import OperationDefinitionNode
from strawberry.types import ExecutionContext

from dagy_gql import metrics, tracing

_UNKNOWN = "unknown"


@contextmanager
def observed(execution: ExecutionContext) -> Iterator[None]:
    """Around a whole operation; a subscription ends when its stream does."""
    started = time.perf_counter()
    # A request over HTTP has a span already, which only gets its name here.
    with nullcontext() if tracing.describe() else tracing.span("graphql"):
        try:
            yield
        finally:
            kind, name = _operation(execution)
            code = _code(execution)
            metrics.operations.labels(kind, code).inc()
            if kind in ("query", "mutation"):
                metrics.operation_seconds.labels(kind).observe(time.perf_counter() - started)
            tracing.describe(
                f"{kind} {name}" if name else kind,
                graphql__operation__type=kind,
                graphql__operation__name=name,
                dagy__code=code,
                dagy__request_id=execution.context.request_id,
            )


def _operation(execution: ExecutionContext) -> tuple[str, str | None]:
    """Its type and name, as far as the document could be read."""
    document, wanted = execution.graphql_document, execution._provided_operation_name
    for node in document.definitions if document else ():
        if isinstance(node, OperationDefinitionNode):
            name = node.name.value if node.name else None
            if wanted is None or wanted == name:
                return node.operation.value, name
    return _UNKNOWN, None


def _code(execution: ExecutionContext) -> str:
    errors = execution.pre_execution_errors
    return str((errors[0].extensions or {}).get("code", "INTERNAL")) if errors else "OK"
