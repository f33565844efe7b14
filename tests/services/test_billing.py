"""Use is counted once, in the right day and month; plans are agreed to and cancelled."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import Executor
from dagy_gql.errors import BadUserInput, Conflict, NotFound
from dagy_gql.repositories.billing import Usage
from dagy_gql.runtime import Runtime
from dagy_gql.services import billing
from dagy_gql.settings import Plan, Settings
from tests.services.test_flows import actor

NEW_YEAR = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)


def usage(key: str = "run:1", **changes: Any) -> Usage:
    values: dict[str, Any] = {
        "dedupe_key": key,
        "run_id": None,
        "flow_name": "report",
        "executor": Executor.LOCAL,
        "seconds": 1.5,
        "task_count": 3,
        "cost_microdollars": 20,
        "at": NEW_YEAR,
    }
    return Usage(**(values | changes))


async def sums(who: Actor) -> list[tuple[Any, ...]]:
    rows = await db.fetch(
        "SELECT period, starts_on::text, executor, runs, tasks, seconds, cost_microdollars"
        " FROM usage_aggregates WHERE org_id = $1 ORDER BY starts_on, period, executor",
        who.org_id,
    )
    return [tuple(row) for row in rows]


async def test_use_is_added_to_its_day_and_month(rt: Runtime) -> None:
    who = await actor()
    assert await billing.record(rt, who, usage("a"))
    assert await billing.record(rt, who, usage("b", seconds=0.5, task_count=0, is_first=False))
    assert await billing.record(rt, who, usage("c", executor=Executor.ECS))
    assert await billing.record(rt, who, usage("d", at=NEW_YEAR + timedelta(minutes=1)))
    assert await sums(who) == [
        ("MONTH", "2026-12-01", "ecs", 1, 3, 1.5, 20),
        ("MONTH", "2026-12-01", "local", 1, 3, 2.0, 40),
        ("DAY", "2026-12-31", "ecs", 1, 3, 1.5, 20),
        ("DAY", "2026-12-31", "local", 1, 3, 2.0, 40),
        ("DAY", "2027-01-01", "local", 1, 3, 1.5, 20),
        ("MONTH", "2027-01-01", "local", 1, 3, 1.5, 20),
    ]


async def test_the_same_attempt_counts_once_even_at_once(rt: Runtime) -> None:
    who, other = await actor(), await actor("theirs")
    answers = await asyncio.gather(*(billing.record(rt, who, usage()) for _ in range(4)))
    assert sorted(answers) == [False, False, False, True]
    assert await billing.record(rt, other, usage())
    for each in (who, other):
        assert await sums(each) == [
            ("MONTH", "2026-12-01", "local", 1, 3, 1.5, 20),
            ("DAY", "2026-12-31", "local", 1, 3, 1.5, 20),
        ]


async def test_what_is_undone_is_not_counted(rt: Runtime) -> None:
    who = await actor()

    async def fail_after_recording() -> None:
        async with db.transaction():
            await billing.record(rt, who, usage())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_recording()
    assert await sums(who) == []
    assert await db.fetch_value("SELECT count(*) FROM usage_events") == 0


def priced(rt: Runtime) -> Runtime:
    plans = (Plan(name="team", title="Team", monthly_price_microdollars=7, max_seats=5),)
    return replace(rt, settings=rt.settings.model_copy(update={"plans": plans}))


async def test_a_plan_is_agreed_to_at_its_present_price(rt: Runtime) -> None:
    who = await actor()
    assert await billing.subscription(rt, who) is None
    row = await billing.set_plan(rt, who, {"plan": "team", "seats": 9})
    assert (row["plan"], row["status"], row["seats"]) == ("team", "ACTIVE", 9)
    assert row["monthly_price_microdollars"] == 0
    with pytest.raises(BadUserInput) as caught:
        await billing.set_plan(priced(rt), who, {"plan": "team"})
    assert caught.value.extensions["field"] == "seats"
    changed = await billing.set_plan(priced(rt), who, {"plan": "team", "seats": 5})
    assert (changed["id"], changed["monthly_price_microdollars"]) == (row["id"], 7)


async def test_a_cancellation_waits_for_the_period_that_is_paid_for(rt: Runtime) -> None:
    who = await actor()
    await billing.set_plan(rt, who, {"plan": "team"})
    end = clock.now() + timedelta(days=3)
    await db.execute("UPDATE billing_subscriptions SET current_period_ends_at = $1", end)
    row = await billing.cancel(rt, who, at_period_end=True)
    assert (row["status"], row["cancel_at_period_end"]) == ("ACTIVE", True)
    row = await billing.set_plan(rt, who, {"plan": "team"})
    assert (row["status"], row["cancel_at_period_end"]) == ("ACTIVE", False)
    row = await billing.cancel(rt, who, at_period_end=False)
    assert (row["status"], row["cancel_at_period_end"]) == ("CANCELLED", False)
    with pytest.raises(Conflict):
        await billing.cancel(rt, who, at_period_end=False)
    assert (await billing.set_plan(rt, who, {"plan": "free"}))["status"] == "ACTIVE"


async def test_a_debt_stays_with_another_plan(rt: Runtime) -> None:
    who = await actor()
    await billing.set_plan(rt, who, {"plan": "team"})
    await db.execute("UPDATE billing_subscriptions SET status = 'PAST_DUE'")
    assert (await billing.set_plan(rt, who, {"plan": "free"}))["status"] == "PAST_DUE"


async def test_without_a_subscription_there_is_nothing_to_cancel(rt: Runtime) -> None:
    who = await actor()
    with pytest.raises(NotFound):
        await billing.cancel(rt, who, at_period_end=True)


async def test_two_first_plans_at_once_make_one_subscription(rt: Runtime) -> None:
    who = await actor()
    answers = await asyncio.gather(
        *(billing.set_plan(rt, who, {"plan": plan}) for plan in ("free", "team")),
        return_exceptions=True,
    )
    failures = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(failure, Conflict) for failure in failures)
    assert len(failures) < 2
    assert await db.fetch_value("SELECT count(*) FROM billing_subscriptions") == 1


def test_plans_are_named_once_and_plainly() -> None:
    for plans in (
        [{"name": "a", "title": "A"}, {"name": "a", "title": "B"}],
        [{"name": "No Good", "title": "A"}],
        [{"name": "a", "title": "A", "monthly_price_microdollars": -1}],
        [{"name": "a", "title": "A", "price": 1}],
    ):
        with pytest.raises(ValidationError):
            Settings(plans=plans)  # type: ignore[arg-type]
