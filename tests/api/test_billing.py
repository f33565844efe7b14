"""Use and billing through the API."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import system
from dagy_gql.enums import Executor
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.runtime import Runtime
from dagy_gql.services import billing
from tests.api.client import Answer, Client, Org
from tests.api.conftest import deploy, trigger
from tests.services.test_billing import NEW_YEAR, usage

EVENTS = """query E($filter: UsageEventFilter) { usageEvents(filter: $filter) {
  nodes { id flowName executor seconds taskCount costMicrodollars at run { slug } } } }"""
SUMS = """query A($filter: UsageAggregateFilter, $first: Int, $after: String) {
  usageAggregates(filter: $filter, first: $first, after: $after) {
    nodes { id period startsOn executor runs tasks seconds costMicrodollars }
    totalCount pageInfo { endCursor hasNextPage } } }"""
OWN = """{ billingSubscription { id plan status seats monthlyPriceMicrodollars
  cancelAtPeriodEnd currentPeriodEndsAt providerReference auditTrail { nodes { action } } } }"""


async def set_plan(client: Client, **values: Any) -> Answer:
    selection = "billingSubscription { id plan status seats }"
    return await client.input("setBillingPlan", "SetBillingPlanInput", selection, **values)


async def cancel(client: Client, **values: Any) -> Answer:
    return await client.input(
        "cancelBillingSubscription",
        "CancelBillingSubscriptionInput",
        "billingSubscription { status }",
        **values,
    )


async def used(rt: Runtime, org: Org, run_id: UUID | None = None) -> None:
    who = system(org.id)
    await billing.record(rt, who, usage("a", run_id=run_id))
    await billing.record(rt, who, usage("b", executor=Executor.ECS, flow_name="other"))
    await billing.record(rt, who, usage("c", at=NEW_YEAR + timedelta(days=40)))


async def test_use_is_listed_and_filtered(rt: Runtime, developer: Client, org: Org) -> None:
    await deploy(developer)
    run: Any = (await trigger(developer))["run"]
    await used(rt, org, decode_id_of("Run", run["id"]))
    found = (await developer(EVENTS, filter={"runId": run["id"]})).data["usageEvents"]["nodes"]
    key = found[0].pop("id")
    assert found == [
        {
            "flowName": "report",
            "executor": "LOCAL",
            "seconds": 1.5,
            "taskCount": 3,
            "costMicrodollars": 20,
            "at": "2026-12-31T23:59:00Z",
            "run": {"slug": run["slug"]},
        }
    ]
    query = "query E($id: ID!) { usageEvent(id: $id) { flowName } }"
    assert (await developer(query, id=key)).data["usageEvent"] == {"flowName": "report"}

    async def count(**filter_: Any) -> int:
        return len((await developer(EVENTS, filter=filter_)).data["usageEvents"]["nodes"])

    assert await count() == 3
    assert await count(flowName="other") == 1
    assert await count(executor="LOCAL") == 2


async def test_sums_are_listed_by_date_and_paged(rt: Runtime, developer: Client, org: Org) -> None:
    await used(rt, org)
    found = (await developer(SUMS, filter={"period": "MONTH"})).data["usageAggregates"]
    assert sorted((each["startsOn"], each["executor"]) for each in found["nodes"]) == [
        ("2026-12-01", "ECS"),
        ("2026-12-01", "LOCAL"),
        ("2027-02-01", "LOCAL"),
    ]
    assert found["nodes"][0]["startsOn"] == "2027-02-01"
    assert found["totalCount"] == 3
    key = found["nodes"][0]["id"]
    query = "query A($id: ID!) { usageAggregate(id: $id) { startsOn runs } }"
    one = (await developer(query, id=key)).data["usageAggregate"]
    assert one == {"startsOn": "2027-02-01", "runs": 1}
    dates, after = [], None
    while True:
        page = (await developer(SUMS, first=2, after=after)).data["usageAggregates"]
        dates += [each["startsOn"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert dates == ["2027-02-09", "2027-02-01", *["2026-12-31"] * 2, *["2026-12-01"] * 2]
    wanted = {"period": "DAY", "startsFrom": "2026-12-31", "startsTo": "2027-02-08"}
    days = (await developer(SUMS, filter=wanted)).data["usageAggregates"]["nodes"]
    assert [each["startsOn"] for each in days] == ["2026-12-31", "2026-12-31"]


@pytest.mark.parametrize("day", ["x", "2026-13-01", 7])
async def test_what_is_no_date_is_refused(developer: Client, day: Any) -> None:
    answer = await developer(SUMS, filter={"startsFrom": day})
    assert answer.code == "BAD_USER_INPUT"


async def test_plans_are_public_and_cost_what_the_operator_says(
    anonymous: Client,
) -> None:
    query = "{ plans { name title monthlyPriceMicrodollars maxSeats } }"
    assert (await anonymous(query)).data["plans"] == [
        {"name": name, "title": title, "monthlyPriceMicrodollars": 0, "maxSeats": None}
        for name, title in (("free", "Free"), ("team", "Team"), ("enterprise", "Enterprise"))
    ]


async def test_a_plan_is_set_and_cancelled(owner: Client) -> None:
    assert (await owner(OWN)).data == {"billingSubscription": None}
    made = (await set_plan(owner, plan="team", seats=3)).data["setBillingPlan"]
    key = made["billingSubscription"]["id"]
    assert (await owner(OWN)).data["billingSubscription"] == {
        "id": key,
        "plan": "team",
        "status": "ACTIVE",
        "seats": 3,
        "monthlyPriceMicrodollars": 0,
        "cancelAtPeriodEnd": False,
        "currentPeriodEndsAt": None,
        "providerReference": None,
        "auditTrail": {"nodes": [{"action": "billing_subscription.create"}]},
    }
    query = "query B($id: ID!) { billingSubscription(id: $id) { plan } }"
    assert (await owner(query, id=key)).data["billingSubscription"] == {"plan": "team"}
    listed = (await owner("{ billingSubscriptions { nodes { id } totalCount } }")).data
    assert listed["billingSubscriptions"] == {"nodes": [{"id": key}], "totalCount": 1}
    changed = (await set_plan(owner, plan="enterprise")).data["setBillingPlan"]
    assert changed["billingSubscription"]["seats"] == 3
    ended = (await cancel(owner)).data["cancelBillingSubscription"]["billingSubscription"]
    assert ended == {"status": "CANCELLED"}
    assert (await cancel(owner)).code == "CONFLICT"
    trail = (await owner(OWN)).data["billingSubscription"]["auditTrail"]["nodes"]
    assert sorted(each["action"] for each in trail) == [
        "billing_subscription.cancel",
        "billing_subscription.create",
        "billing_subscription.set_plan",
    ]


async def test_what_is_refused_says_why_and_changes_nothing(owner: Client) -> None:
    for values, field in (
        ({"plan": "gold"}, "plan"),
        ({"plan": "team", "seats": 0}, "seats"),
        ({"plan": "team", "seats": 1_000_001}, "seats"),
    ):
        answer = await set_plan(owner, **values)
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)
    assert (await cancel(owner)).code == "NOT_FOUND"
    assert await db.fetch_value("SELECT count(*) FROM billing_subscriptions") == 0


async def test_other_organizations_and_lesser_roles_see_and_change_nothing(
    rt: Runtime, owner: Client, stranger: Client, developer: Client, viewer: Client, org: Org
) -> None:
    await used(rt, org)
    made = (await set_plan(owner, plan="team")).data["setBillingPlan"]["billingSubscription"]
    for query in (EVENTS, SUMS):
        assert (await viewer(query)).code == "FORBIDDEN"
        assert next(iter((await stranger(query)).data.values()))["nodes"] == []
    event = (await developer(EVENTS)).data["usageEvents"]["nodes"][0]["id"]
    sum_ = (await developer(SUMS)).data["usageAggregates"]["nodes"][0]["id"]
    for name, key in (
        ("usageEvent", event),
        ("usageAggregate", sum_),
        ("billingSubscription", made["id"]),
    ):
        query = f"query Q($id: ID!) {{ {name}(id: $id) {{ id }} }}"
        assert (await stranger(query, id=key)).code == "NOT_FOUND"
    assert (await stranger(OWN)).data == {"billingSubscription": None}
    assert (await developer(OWN)).code == "FORBIDDEN"
    for answer in (await set_plan(developer, plan="free"), await cancel(developer)):
        assert answer.code == "FORBIDDEN"
    await set_plan(stranger, plan="free")
    found = await db.fetch_value("SELECT plan FROM billing_subscriptions WHERE org_id = $1", org.id)
    assert found == "team"
