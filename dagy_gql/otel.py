"""OpenTelemetry itself: spans over OTLP/HTTP (or to the console), as its variables say.

Loaded by `tracing` where it is wanted; the library reads its own variables.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
)
from opentelemetry.trace import SpanKind

from dagy_gql.settings import Settings


class OpenTelemetry:
    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("dagy")

    @contextmanager
    def span(
        self, name: str, *, headers: Mapping[str, str] | None, attributes: Mapping[str, Any]
    ) -> Iterator[None]:
        """A caller's headers make it the server's side of the caller's trace."""
        with self._tracer.start_as_current_span(
            name,
            context=None if headers is None else extract(headers),
            kind=SpanKind.INTERNAL if headers is None else SpanKind.SERVER,
            attributes=attributes,
        ):
            yield

    def describe(self, name: str | None, attributes: Mapping[str, Any]) -> bool:
        span = trace.get_current_span()
        if not span.is_recording():
            return False
        if name is not None:
            span.update_name(name)
        span.set_attributes(attributes)
        return True

    def close(self) -> None:
        """Sends what is left; waits for it as long as the library's own time limits."""
        self._provider.shutdown()


def start(settings: Settings, service: str) -> OpenTelemetry:
    """OTEL_SERVICE_NAME goes before the name given."""
    resource = Resource.create({SERVICE_NAME: settings.otel_service_name or service})
    provider = TracerProvider(resource=resource)
    if settings.otel_traces_exporter == "console":
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
    else:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OpenTelemetry(provider)
