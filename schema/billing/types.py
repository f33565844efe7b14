"""UsageEvent, UsageAggregate, BillingSubscription and Plan."""

from datetime import date
from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from schema.audit.types import audit_by_resource
from schema.enums import Executor, SubscriptionStatus, UsagePeriod
from schema.fields import field, lazy, object_type
from schema.nodes import Node, node_id
from schema.pagination import lazy_connection, pages
from schema.runs.types import runs_by_id
from schema.scalars import DateTime, Long


@object_type(description="What one attempt of a run used.")
class UsageEvent(Node):
    id: strawberry.ID = node_id("UsageEvent")
    run: Any = field(
        load=runs_by_id,
        key="run_id",
        requires=Permission.RUNS_READ,
        type_=lazy("runs", "Run") | None,
        description="Null when it has been pruned.",
    )
    flow_name: str
    executor: Executor
    seconds: float
    task_count: int
    cost_microdollars: Long
    at: DateTime


@object_type(description="The sums of one day or month (UTC) on one engine.")
class UsageAggregate(Node):
    id: strawberry.ID = node_id("UsageAggregate")
    period: UsagePeriod
    starts_on: date
    executor: Executor
    runs: Long
    tasks: Long
    seconds: float
    cost_microdollars: Long
    updated_at: DateTime


@object_type(description="What an organization can agree to pay. Its operator sets the prices.")
class Plan:
    name: str
    title: str
    description: str
    monthly_price_microdollars: Long
    max_seats: int | None = field(description="Null: no limit.")


@object_type(description="What the organization has agreed to pay.")
class BillingSubscription(Node):
    id: strawberry.ID = node_id("BillingSubscription")
    plan: str
    status: SubscriptionStatus
    seats: int | None
    monthly_price_microdollars: Long = field(description="As it was when the plan was set.")
    provider_reference: str | None = field(description="What the payment provider calls it.")
    current_period_ends_at: DateTime | None
    cancel_at_period_end: bool
    created_at: DateTime
    updated_at: DateTime
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
