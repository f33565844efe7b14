"""Parameters of nested models at the server: checked before a run is queued, and in its preview."""

from pathlib import Path
from typing import Any

import pytest

from dagy.schemas import ordered_properties
from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.errors import BadUserInput
from dagy_gql.runtime import Runtime
from dagy_gql.services import run_preview, runs
from tests.support.deployed import deployed, organization

SOURCE = """
from enum import Enum

import pydantic
from dagy import flow, task

class Color(Enum):
    RED = "red"
    BLUE = "blue"

class Address(pydantic.BaseModel):
    street: str
    city: str

class Customer(pydantic.BaseModel):
    name: str
    address: Address
    color: Color = Color.RED

@task
def name_of(customer: Customer) -> str:
    return customer.name

@flow
def main(zebra: int, customer: Customer, apple: str = "x"):
    return name_of(customer)
"""

GOOD = {"zebra": 1, "customer": {"name": "n", "address": {"street": "s", "city": "c"}}}
BAD: list[tuple[dict[str, Any], str, str]] = [
    (
        {"name": "n", "address": {"street": "s", "city": 5}},
        "customer.address.city",
        "customer.address.city: expected string, got integer 5",
    ),
    (
        {"name": "n", "address": {"street": "s"}},
        "customer.address.city",
        "customer.address.city: it is required (expected string)",
    ),
    (
        {"name": "n", "address": {"street": "s", "city": "c"}, "color": "green"},
        "customer.color",
        "customer.color: expected one of 'red', 'blue', got string 'green'",
    ),
]


@pytest.fixture
async def actor(rt: Runtime, tmp_path: Path) -> Actor:
    actor = await organization(rt)
    await deployed(rt, actor, SOURCE, folder=tmp_path)
    return actor


@pytest.mark.parametrize(("customer", "path", "message"), BAD)
async def test_what_is_wrong_inside_a_model_is_refused_and_nothing_is_queued(
    rt: Runtime, actor: Actor, customer: dict[str, Any], path: str, message: str
) -> None:
    given = GOOD | {"customer": customer}
    with pytest.raises(BadUserInput) as refused:
        await runs.trigger(rt, actor, deployment_name="main", parameters=given)

    assert refused.value.extensions["field"] == f"parameters.{path}"
    assert refused.value.message == message
    assert await db.fetch_value("SELECT count(*) FROM runs") == 0

    found = await run_preview.preview(
        rt,
        actor,
        deployment_id=None,
        deployment_name="main",
        parameters=given,
        executor=None,
    )
    assert [(each.path, each.message) for each in found.problems] == [
        (f"parameters.{path}", message)
    ]


async def test_what_is_right_is_queued_and_the_stored_schema_keeps_the_order(
    rt: Runtime, actor: Actor
) -> None:
    run, _ = await runs.trigger(rt, actor, deployment_name="main", parameters=GOOD)

    assert run["parameters"] == GOOD | {"apple": "x"}
    schema = await db.fetch_value("SELECT spec -> 'parameters' FROM flows")
    assert list(schema["properties"]) != ["zebra", "customer", "apple"]
    assert list(ordered_properties(schema)) == ["zebra", "customer", "apple"]
    assert list(ordered_properties(schema["$defs"]["Address"])) == ["street", "city"]
