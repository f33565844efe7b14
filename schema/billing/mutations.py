"""setBillingPlan, cancelBillingSubscription."""

from typing import Any

import strawberry
from strawberry.types.unset import UNSET

from dagy_gql.auth.permissions import Permission
from dagy_gql.services import billing
from schema.billing.types import BillingSubscription
from schema.context import Info
from schema.entities import sent
from schema.fields import field, object_type

_NULLABLE = frozenset({"seats"})


@strawberry.input
class SetBillingPlanInput:
    plan: str = strawberry.field(description="The name of one of `plans`.")
    seats: int | None = strawberry.field(
        default=UNSET, description="Left out: as it is; null: not agreed on."
    )


@strawberry.input
class CancelBillingSubscriptionInput:
    at_period_end: bool = strawberry.field(
        default=True, description="False, or no period that is paid for: at once."
    )


@object_type(requires=Permission.BILLING_WRITE)
class SetBillingPlanPayload:
    billing_subscription: BillingSubscription


@object_type(requires=Permission.BILLING_WRITE)
class CancelBillingSubscriptionPayload:
    billing_subscription: BillingSubscription


async def _set_plan(info: Info, input: SetBillingPlanInput) -> Any:
    context = info.context
    row = await billing.set_plan(context.rt, context.actor, sent(input, nullable=_NULLABLE))
    return {"billing_subscription": row}


async def _cancel(info: Info, input: CancelBillingSubscriptionInput) -> Any:
    context = info.context
    row = await billing.cancel(context.rt, context.actor, at_period_end=input.at_period_end)
    return {"billing_subscription": row}


@strawberry.type
class BillingMutations:
    set_billing_plan: SetBillingPlanPayload = field(
        _set_plan,
        requires=Permission.BILLING_WRITE,
        description="Agrees to a plan at its present price; takes a cancellation back.",
    )
    cancel_billing_subscription: CancelBillingSubscriptionPayload = field(
        _cancel, requires=Permission.BILLING_WRITE
    )
