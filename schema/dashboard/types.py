"""Dashboard: how the runs of an organization go, in one answer."""

from typing import Any

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import RunState
from dagy_gql.services import attention
from dagy_gql.services.dashboard import TOP_FLOWS
from dagy_gql.services.windows import FLOW_BUCKETS
from schema.deployments.types import deployments_by_id
from schema.enums import AttentionKind
from schema.fields import field, lazy, object_type
from schema.flows.types import latest_by_name
from schema.runs.counts import StateCount
from schema.runs.types import runs_by_id
from schema.scalars import DateTime, Long

_MOST_BUCKETS = 60


def _counts(bucket: Any) -> list[dict[str, Any]]:
    return [{"state": state, "count": count, "is_capped": False} for state, count in bucket.counts]


@object_type(description="Runs that were created in a span of time.")
class RunTotals:
    runs: int
    succeeded: int
    failed: int = field(description="FAILED, CRASHED and TIMED_OUT ones.")
    cancelled: int
    success_rate: float | None = field(
        description="From 0 to 1, cancelled runs aside; null where none has ended."
    )
    p50_duration_ms: int | None = field(description="Of the runs that succeeded.")
    p95_duration_ms: int | None = field(description="Of the runs that succeeded.")
    p95_queue_ms: int | None = field(description="Of the runs that have started.")
    sla_met: int = field(
        description="Succeeded within slaSeconds of their deployment, from when they were created."
    )
    sla_total: int = field(
        description="Ended, cancelled ones aside, and their deployment has slaSeconds."
    )


@object_type(description="Runs by state, of those that were created in bucketSeconds from start.")
class RunBucket:
    start: DateTime
    counts: list[StateCount] = field(
        read=_counts, at_most=len(RunState), description="States that no run is in are left out."
    )


@object_type()
class FlowLoad:
    flow_name: str
    flow: Any = field(
        load=latest_by_name,
        key="flow_name",
        requires=Permission.FLOWS_READ,
        type_=lazy("flows", "Flow") | None,
        description="Its latest version.",
    )
    runs: int
    failed: int
    total_duration_ms: Long
    buckets: list[int] = field(
        description=f"Runs in each of {FLOW_BUCKETS} equal parts of the range."
    )


@object_type(description="Something that somebody should look at.")
class Attention:
    kind: AttentionKind
    message: str
    at: DateTime = field(description="When it began, or now.")
    run: Any = field(
        load=runs_by_id,
        key="run_id",
        requires=Permission.RUNS_READ,
        type_=lazy("runs", "Run") | None,
    )
    deployment: Any = field(
        load=deployments_by_id,
        key="deployment_id",
        requires=Permission.DEPLOYMENTS_READ,
        type_=lazy("deployments", "Deployment") | None,
    )
    count: int = field(description="How many runs it is about.")


@object_type(description="Workers that are alive, of the whole installation.")
class WorkerSummary:
    alive: int
    slots: int = field(description="Runs that they can run at once.")
    busy: int


@object_type(description="How runs go. It may be some seconds old: 2, or 30 for WEEK and MONTH.")
class Dashboard:
    from_: DateTime = field(name="from", read=lambda found: found.window.start)
    to: DateTime = field(
        read=lambda found: found.window.end, description="The end of the bucket that is now."
    )
    bucket_seconds: int = field(read=lambda found: found.window.cut.bucket_seconds)
    running: int = field(description="Now; CANCELLING ones, too.")
    queued: int = field(description="Now.")
    current: RunTotals
    previous: RunTotals = field(
        description="Of the range before, up to the same point of its last bucket; it may be a"
        " thousandth of the range old."
    )
    buckets: list[RunBucket] = field(at_most=_MOST_BUCKETS, description="Empty ones included.")
    top_flows: list[FlowLoad] = field(at_most=TOP_FLOWS, description="The 8 that ran most.")
    attention: list[Attention] = field(
        at_most=attention.MOST,
        description="Newest first, at most 10. Unhealthy components need HEALTH_READ.",
    )
    workers: WorkerSummary
