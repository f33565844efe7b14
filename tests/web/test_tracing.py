"""Spans as a collector on loopback gets them: over HTTP, in OTLP."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette

from dagy_gql import tracing
from dagy_gql.settings import Settings
from tests.api.client import Client
from tests.api.conftest import app, as_, http, org, viewer
from tests.api.server import served, socket_to

__all__ = ["app", "as_", "http", "org", "viewer"]

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector(HTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[ExportTraceServiceRequest] = []

    def spans(self) -> list[Any]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def services(self) -> set[str]:
        return {
            attribute.value.string_value
            for request in self.requests
            for resource in request.resource_spans
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        }


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") is None:
            self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{found.server_address[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield found
        found.shutdown()
        thread.join()


def attributes(span: Any) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


async def test_a_request_is_a_span_named_after_its_operation(
    collector: Collector, viewer: Client
) -> None:
    viewer.headers = {"X-Request-Id": "quote-me", "traceparent": PARENT}
    with tracing.started(Settings(), service="dagy-server"):
        assert tracing.is_on()
        await viewer("query Me { viewer { role } }")
        await viewer("{ nothing }")
        await viewer.http.get("/health/live")
    assert not tracing.is_on()
    named, wrong, live = collector.spans()
    assert collector.services() == {"dagy-server"}
    assert (named.name, named.trace_id.hex()) == ("query Me", PARENT[3:35])
    assert attributes(named) == {
        "http.request.method": "POST",
        "url.path": "/graphql",
        "dagy.request_id": "quote-me",
        "graphql.operation.type": "query",
        "graphql.operation.name": "Me",
        "dagy.code": "OK",
    }
    assert (wrong.name, attributes(wrong)["dagy.code"]) == ("query", "GRAPHQL_VALIDATION_FAILED")
    assert live.name == "GET /health/live"


async def test_an_operation_over_a_socket_is_a_span_too(
    collector: Collector, app: Starlette, viewer: Client
) -> None:
    with tracing.started(Settings(), service="dagy-server"):
        async with served(app) as port, socket_to(port, token=viewer.token) as socket:
            await socket.subscribe("query Me { viewer { role } }")
            assert (await socket.receive())["type"] == "next"
            assert (await socket.receive())["type"] == "complete"
    assert [span.name for span in collector.spans()] == ["query Me"]


async def test_a_span_tells_of_what_went_wrong_inside_it(collector: Collector) -> None:
    with tracing.started(Settings(), service="dagy-worker"):
        with pytest.raises(ZeroDivisionError), tracing.span("run report", dagy__run__id=None):
            raise ZeroDivisionError
        with tracing.span("run report", dagy__run__id="r"):
            assert tracing.describe(dagy__run__end="DONE")
    failed, done = collector.spans()
    assert (failed.status.code, attributes(failed)) == (2, {})
    assert failed.events[0].attributes[0].value.string_value == "ZeroDivisionError"
    assert attributes(done) == {"dagy.run.id": "r", "dagy.run.end": "DONE"}


@pytest.mark.parametrize(
    ("variables", "is_traced"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "console"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}, False),
    ],
)
def test_traces_are_switched_on_by_the_standard_variables(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_traced: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Settings().is_traced is is_traced


def test_without_traces_a_span_is_nothing() -> None:
    with tracing.started(Settings(), service="x"), tracing.span("x"):
        assert not tracing.is_on()
        assert tracing.describe("y") is False
