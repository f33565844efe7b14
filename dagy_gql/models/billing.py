"""What runs used, summed up by day and month, and what the organization has agreed to pay.

Money is in integer micro-dollars.
"""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from dagy_gql.enums import Executor, SubscriptionStatus, UsagePeriod
from dagy_gql.ids import new_id


class UsageEvent(Model):
    """The use of one attempt of a run; `dedupe_key` makes recording it twice harmless."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="usage_events"
    )
    run: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "dagy.Run", related_name="usage_events", null=True, on_delete=fields.SET_NULL
    )
    flow_name = fields.CharField(max_length=200)
    executor = fields.CharEnumField(Executor, max_length=20)
    seconds = fields.FloatField()
    task_count = fields.IntField(default=0)
    cost_microdollars = fields.BigIntField(default=0)
    dedupe_key = fields.CharField(max_length=200)
    at = fields.DatetimeField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "usage_events"
        unique_together = (("org", "dedupe_key"),)
        indexes = [
            Index(fields=("org_id", "id"), name="usage_events_list"),
            Index(fields=("org_id", "flow_name", "id"), name="usage_events_by_flow_name"),
            Index(fields=("org_id", "executor", "id"), name="usage_events_by_executor"),
            Index(fields=("run_id", "id"), name="usage_events_of_run"),
        ]


class UsageAggregate(Model):
    """The sums of one day or month (`starts_on`, UTC) and engine."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="usage_aggregates"
    )
    period = fields.CharEnumField(UsagePeriod, max_length=10)
    starts_on = fields.DateField()
    executor = fields.CharEnumField(Executor, max_length=20)
    runs = fields.BigIntField(default=0)
    tasks = fields.BigIntField(default=0)
    seconds = fields.FloatField(default=0)
    cost_microdollars = fields.BigIntField(default=0)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "usage_aggregates"
        unique_together = (("org", "period", "starts_on", "executor"),)
        indexes = [
            Index(fields=("org_id", "id"), name="usage_aggregates_list"),
            Index(fields=("org_id", "starts_on", "id"), name="usage_aggregates_by_start"),
            Index(
                fields=("org_id", "period", "starts_on", "id"), name="usage_aggregates_by_period"
            ),
        ]


class BillingSubscription(Model):
    """One an organization. `provider_reference` is what the payment provider calls it."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    org: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "dagy.Organization", related_name="billing_subscriptions"
    )
    plan = fields.CharField(max_length=50)
    status = fields.CharEnumField(SubscriptionStatus, max_length=10)
    seats = fields.IntField(null=True)
    monthly_price_microdollars = fields.BigIntField(default=0)
    provider_reference = fields.CharField(max_length=200, null=True)
    current_period_ends_at = fields.DatetimeField(null=True)
    cancel_at_period_end = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        table = "billing_subscriptions"
        unique_together = (("org",),)
