"""Traces by OpenTelemetry, where its variables (OTEL_…) ask for them; else every call is nothing.

One span per request, named after its operation, and one per attempt of a run.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from dagy_gql.settings import Settings


class Tracer(Protocol):
    """What `dagy_gql.otel` has: the only module that knows the library."""

    def span(
        self, name: str, *, headers: Mapping[str, str] | None, attributes: Mapping[str, Any]
    ) -> Any: ...

    def describe(self, name: str | None, attributes: Mapping[str, Any]) -> bool: ...

    def close(self) -> None: ...


_tracer: Tracer | None = None


@contextmanager
def started(settings: Settings, *, service: str) -> Iterator[None]:
    """Send spans from here to the end. The library is loaded only where it is wanted: it takes
    120 ms and 6 MB."""
    global _tracer
    if not settings.is_traced:
        yield
        return
    _tracer = importlib.import_module("dagy_gql.otel").start(settings, service)
    try:
        yield
    finally:
        tracer, _tracer = _tracer, None
        if tracer is not None:
            tracer.close()


def is_on() -> bool:
    return _tracer is not None


@contextmanager
def span(
    name: str, *, headers: Mapping[str, str] | None = None, **attributes: Any
) -> Iterator[None]:
    """`headers` may hold the caller's trace (traceparent). `a__b` is the attribute `a.b`; what is
    None is left out."""
    if _tracer is None:
        yield
        return
    with _tracer.span(name, headers=headers, attributes=_known(attributes)):
        yield


def describe(name: str | None = None, **attributes: Any) -> bool:
    """Rename the span that is open, and add to it; False: there is none."""
    return _tracer is not None and _tracer.describe(name, _known(attributes))


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("__", "."): value for key, value in attributes.items() if value is not None}
