"""What runs used, and what the organization has agreed to pay for it.

Money is in integer micro-dollars; days and months are those of UTC.
"""

from datetime import UTC
from typing import Any

import asyncpg

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import SubscriptionStatus, UsagePeriod
from dagy_gql.errors import BadUserInput, Conflict, NotFound
from dagy_gql.repositories.billing import (
    BillingSubscriptionRepository,
    Usage,
    UsageAggregateRepository,
    UsageEventRepository,
)
from dagy_gql.runtime import Runtime
from dagy_gql.services import changes
from dagy_gql.services.changes import Changes
from dagy_gql.settings import Plan

MAX_SEATS = 1_000_000
_TYPE = "BillingSubscription"


async def record(rt: Runtime, actor: Actor, usage: Usage) -> bool:
    """Keep what an attempt used and add it to its day and month; False if that was done before."""
    now, day = clock.now(), usage.at.astimezone(UTC).date()
    sums = UsageAggregateRepository(actor.org_id)
    async with db.transaction():
        if not await UsageEventRepository(actor.org_id).add(usage, now=now):
            return False
        await sums.add(UsagePeriod.DAY, day, usage, now=now)
        await sums.add(UsagePeriod.MONTH, day.replace(day=1), usage, now=now)
    return True


async def subscription(rt: Runtime, actor: Actor) -> asyncpg.Record | None:
    """The organization's own; None where it has none."""
    return await BillingSubscriptionRepository(actor.org_id).own()


async def set_plan(rt: Runtime, actor: Actor, wanted: Changes) -> asyncpg.Record:
    """Agree to a plan at its present price, or change it; a cancellation is taken back.

    `wanted` has `plan` and may have `seats`. Raises BadUserInput with the field.
    """
    plan = _plan(rt, wanted["plan"])
    repository = BillingSubscriptionRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held_own()
        seats = wanted.get("seats", row["seats"] if row else None)
        values: dict[str, Any] = {
            "plan": plan.name,
            "seats": _seats(plan, seats),
            "monthly_price_microdollars": plan.monthly_price_microdollars,
            "cancel_at_period_end": False,
        }
        if row is None:
            values["status"] = SubscriptionStatus.ACTIVE
            return await changes.add(actor, repository, _TYPE, values)
        if row["status"] == SubscriptionStatus.CANCELLED:
            values["status"] = SubscriptionStatus.ACTIVE
        return await changes.alter(actor, repository, _TYPE, row, values, verb="set_plan")


async def cancel(rt: Runtime, actor: Actor, *, at_period_end: bool) -> asyncpg.Record:
    """At once, or with the period that is paid for, if there is one.

    Raises NotFound without a subscription, Conflict for one that is cancelled.
    """
    repository = BillingSubscriptionRepository(actor.org_id)
    async with db.transaction():
        row = await repository.held_own()
        if row is None:
            raise NotFound(repository.noun, actor.org_id)
        if row["status"] == SubscriptionStatus.CANCELLED:
            raise Conflict("The billing subscription is cancelled already.")
        end = row["current_period_ends_at"]
        if at_period_end and end is not None and end > clock.now():
            values: dict[str, Any] = {"cancel_at_period_end": True}
        else:
            values = {"status": SubscriptionStatus.CANCELLED, "cancel_at_period_end": False}
        return await changes.alter(actor, repository, _TYPE, row, values, verb="cancel")


def _plan(rt: Runtime, name: str) -> Plan:
    for plan in rt.settings.plans:
        if plan.name == name:
            return plan
    names = ", ".join(plan.name for plan in rt.settings.plans)
    raise BadUserInput(f"There is no plan {name[:50]!r}. There are: {names}.", field="plan")


def _seats(plan: Plan, seats: int | None) -> int | None:
    if seats is None:
        return None
    most = plan.max_seats or MAX_SEATS
    if not 1 <= seats <= most:
        raise BadUserInput(
            f"seats is {seats}: with the plan {plan.name!r} it must be from 1 to {most}.",
            field="seats",
        )
    return seats
