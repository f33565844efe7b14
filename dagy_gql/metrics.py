"""What this process counts, in the format of Prometheus. Names follow its conventions: base units,
`_total` for counters. Labels have few values: never a name that a client chose."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# From a compiled list to the slowest page.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

registry = CollectorRegistry()
for _collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
    registry.register(_collector)

operations = Counter(
    "dagy_operations",
    "GraphQL operations that ended, by type and the code of their first error (OK: none).",
    ["type", "code"],
    registry=registry,
)
operation_seconds = Histogram(
    "dagy_operation_seconds",
    "How long queries and mutations took.",
    ["type"],
    buckets=_SECONDS,
    registry=registry,
)
requests = Counter(
    "dagy_requests",
    "HTTP requests answered, by method and status.",
    ["method", "status"],
    registry=registry,
)
subscriptions = Gauge("dagy_subscriptions", "Subscriptions open now.", registry=registry)
rate_limited = Counter(
    "dagy_rate_limited", "Requests refused by the rate limit.", registry=registry
)
connections_refused = Counter(
    "dagy_connections_refused",
    "Connections refused, by the bound that was reached: of their address, or of all.",
    ["bound"],
    registry=registry,
)
uncounted = Counter(
    "dagy_rate_limit_uncounted",
    "Requests served without being counted, because Redis did not answer.",
    registry=registry,
)


class Observed(Collector):
    """Numbers that others keep, read when somebody asks: (name, about) -> {labels: number}."""

    def __init__(
        self, name: str, about: str, labels: Iterable[str], read: Callable[[], Mapping[Any, float]]
    ) -> None:
        self._name = name
        self._about = about
        self._labels = tuple(labels)
        self._read = read

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(self._name, self._about, labels=self._labels)
        for labels, value in self._read().items():
            family.add_metric(labels, value)
        yield family


def text(*collectors: Collector) -> bytes:
    """The process's metrics, and those of the collectors given."""
    found = generate_latest(registry)
    for collector in collectors:
        own = CollectorRegistry()
        own.register(collector)
        found += generate_latest(own)
    return found
