"""What is counted and traced of every operation, whatever brought it here."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from dagy_gql import metrics, tracing


@dataclass(slots=True)
class Observation:
    """What is known of the operation at its end; `code` is that of its first error."""

    kind: str = "unknown"
    name: str | None = None
    code: str = "OK"


@contextmanager
def observed(request_id: str) -> Iterator[Observation]:
    """Around a whole operation; a subscription ends when its stream does."""
    started, seen = time.perf_counter(), Observation()
    # A request over HTTP has a span already, which only gets its name here.
    with nullcontext() if tracing.describe() else tracing.span("graphql"):
        try:
            yield seen
        finally:
            metrics.operations.labels(seen.kind, seen.code).inc()
            if seen.kind in ("query", "mutation"):
                metrics.operation_seconds.labels(seen.kind).observe(time.perf_counter() - started)
            tracing.describe(
                f"{seen.kind} {seen.name}" if seen.name else seen.kind,
                graphql__operation__type=seen.kind,
                graphql__operation__name=seen.name,
                dagy__code=seen.code,
                dagy__request_id=request_id,
            )
