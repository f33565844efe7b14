"""usageEvent, usageEvents, usageAggregate, usageAggregates, billingSubscription,
billingSubscriptions, plans."""

from datetime import date
from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import billing as stored
from dagy_gql.repositories.billing import (
    BillingSubscriptionRepository,
    UsageAggregateRepository,
    UsageEventRepository,
)
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import billing
from schema.arguments import optional_id
from schema.billing.types import BillingSubscription, Plan, UsageAggregate, UsageEvent
from schema.context import Info
from schema.entities import page_of
from schema.enums import Executor, UsagePeriod
from schema.fields import field
from schema.pagination import Connection


@strawberry.input
class UsageEventFilter:
    flow_name: str | None = None
    executor: Executor | None = None
    run_id: strawberry.ID | None = None

    def stored(self) -> stored.UsageFilter:
        return stored.UsageFilter(
            flow_name=self.flow_name,
            executor=self.executor,
            run_id=optional_id("Run", self.run_id, field="runId"),
        )


@strawberry.input(description="Both dates are included.")
class UsageAggregateFilter:
    period: UsagePeriod | None = None
    starts_from: date | None = None
    starts_to: date | None = None

    def stored(self) -> stored.AggregateFilter:
        return stored.AggregateFilter(
            period=self.period, starts_from=self.starts_from, starts_to=self.starts_to
        )


async def _event(info: Info, id: strawberry.ID) -> Any:
    repository = UsageEventRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("UsageEvent", id))


async def _events(
    info: Info,
    filter: UsageEventFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = (filter or UsageEventFilter()).stored()
    return await page_of(
        info,
        UsageEventRepository,
        lambda rows: rows.matching(wanted),
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _aggregate(info: Info, id: strawberry.ID) -> Any:
    repository = UsageAggregateRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("UsageAggregate", id))


async def _aggregates(
    info: Info,
    filter: UsageAggregateFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = (filter or UsageAggregateFilter()).stored()
    return await page_of(
        info,
        UsageAggregateRepository,
        lambda rows: rows.matching(wanted),
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _subscription(info: Info, id: strawberry.ID | None = None) -> Any:
    context = info.context
    if id is None:
        return await billing.subscription(context.rt, context.actor)
    repository = BillingSubscriptionRepository(context.actor.org_id)
    return await repository.by_id(decode_id_of("BillingSubscription", id))


async def _subscriptions(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    return await page_of(
        info,
        BillingSubscriptionRepository,
        BillingSubscriptionRepository.where,
        first=first,
        after=after,
        last=last,
        before=before,
    )


def _plans(info: Info) -> Any:
    return list(info.context.rt.settings.plans)


@strawberry.type
class BillingQueries:
    usage_event: UsageEvent | None = field(_event, requires=Permission.USAGE_READ)
    usage_events: Connection[UsageEvent] = field(
        _events, requires=Permission.USAGE_READ, description="Newest first."
    )
    usage_aggregate: UsageAggregate | None = field(_aggregate, requires=Permission.USAGE_READ)
    usage_aggregates: Connection[UsageAggregate] = field(
        _aggregates, requires=Permission.USAGE_READ, description="The latest days and months first."
    )
    billing_subscription: BillingSubscription | None = field(
        _subscription,
        requires=Permission.BILLING_READ,
        description="Without an id the organization's own; null where it has none.",
    )
    billing_subscriptions: Connection[BillingSubscription] = field(
        _subscriptions,
        requires=Permission.BILLING_READ,
        description="At most one: an organization has no more.",
    )
    plans: list[Plan] = field(_plans, public=True)
