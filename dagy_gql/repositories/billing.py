"""Use and billing of one organization. Events add to the sums of their day and month."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from dagy_gql import db
from dagy_gql.enums import Executor, UsagePeriod
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.entities import EntityRepository, narrowed
from dagy_gql.repositories.pagination import NEWEST_FIRST, Order


@dataclass(frozen=True, slots=True)
class Usage:
    """What one attempt of a run used. `dedupe_key` names the attempt; `is_first` is False for a
    further attempt of a run that was counted. Money is in micro-dollars."""

    dedupe_key: str
    run_id: UUID | None
    flow_name: str
    executor: Executor
    seconds: float
    task_count: int
    cost_microdollars: int
    at: datetime
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """None does not filter."""

    flow_name: str | None = None
    executor: Executor | None = None
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AggregateFilter:
    """None does not filter; both dates are included."""

    period: UsagePeriod | None = None
    starts_from: date | None = None
    starts_to: date | None = None


class UsageEventRepository(OrgRepository):
    table = "usage_events"
    noun = "usage event"
    order = NEWEST_FIRST
    columns = "id, run_id, flow_name, executor, seconds, task_count, cost_microdollars, at"

    def matching(self, filter_: UsageFilter) -> Where:
        return narrowed(
            self.where(),
            (
                ("flow_name = {}", filter_.flow_name),
                ("executor = {}", filter_.executor),
                ("run_id = {}", filter_.run_id),
            ),
        )

    async def add(self, usage: Usage, *, now: datetime) -> bool:
        """False where the attempt was recorded before."""
        touched = await db.execute(
            """
            INSERT INTO usage_events (id, org_id, run_id, flow_name, executor, seconds, task_count,
                cost_microdollars, dedupe_key, at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (org_id, dedupe_key) DO NOTHING
            """,
            new_id(),
            self.org_id,
            usage.run_id,
            usage.flow_name,
            usage.executor,
            usage.seconds,
            usage.task_count,
            usage.cost_microdollars,
            usage.dedupe_key,
            usage.at,
            now,
        )
        return touched == 1


class UsageAggregateRepository(OrgRepository):
    table = "usage_aggregates"
    noun = "usage aggregate"
    order = Order(("starts_on", "id"), descending=True, readers=(date.fromisoformat, UUID))
    columns = "id, period, starts_on, executor, runs, tasks, seconds, cost_microdollars, updated_at"

    def matching(self, filter_: AggregateFilter) -> Where:
        return narrowed(
            self.where(),
            (
                ("period = {}", filter_.period),
                ("starts_on >= {}", filter_.starts_from),
                ("starts_on <= {}", filter_.starts_to),
            ),
        )

    async def add(
        self, period: UsagePeriod, starts_on: date, usage: Usage, *, now: datetime
    ) -> None:
        await db.execute(
            """
            INSERT INTO usage_aggregates AS sums (id, org_id, period, starts_on, executor, runs,
                tasks, seconds, cost_microdollars, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (org_id, period, starts_on, executor) DO UPDATE SET
                runs = sums.runs + excluded.runs,
                tasks = sums.tasks + excluded.tasks,
                seconds = sums.seconds + excluded.seconds,
                cost_microdollars = sums.cost_microdollars + excluded.cost_microdollars,
                updated_at = excluded.updated_at
            """,
            new_id(),
            self.org_id,
            period,
            starts_on,
            usage.executor,
            int(usage.is_first),
            usage.task_count,
            usage.seconds,
            usage.cost_microdollars,
            now,
        )


class BillingSubscriptionRepository(EntityRepository):
    table = "billing_subscriptions"
    noun = "billing subscription"
    columns = (
        "id, plan, status, seats, monthly_price_microdollars, provider_reference,"
        " current_period_ends_at, cancel_at_period_end, created_at, updated_at"
    )

    async def own(self) -> asyncpg.Record | None:
        """The organization's only one."""
        return await self.first(self.where())

    async def held_own(self) -> asyncpg.Record | None:
        """The same, locked until the transaction ends."""
        return await db.fetch_row(
            "SELECT * FROM billing_subscriptions WHERE org_id = $1 FOR UPDATE", self.org_id
        )
