"""Secrets given to runs by a real worker: which one, when, and what is left of them."""

from pathlib import Path

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from dagy_gql.services import secrets
from tests.support.deployed import deployed
from tests.support.outcome import log_of, ran
from workers.main import WorkerParts

pytestmark = pytest.mark.usefixtures("worker")

VALUE = "s3cr3t-Value/with+signs"

USING = """
import dagy
from dagy import flow, task

@task
def use(name: str) -> str:
    value = dagy.secret(name)
    print("got", value)
    return f"<{value}>"

@task
def check(text: str) -> int:
    return len(text)

@flow
def main(name: str = "TOKEN"):
    text = use(name)
    return {"shown": text, "length": check(text)}
"""


async def test_a_task_gets_the_value_and_the_run_shows_stars(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    row = await secrets.create(rt, actor, name="TOKEN", value=VALUE)
    await deployed(rt, actor, USING, folder=tmp_path)

    outcome = await ran(rt, actor, "main")

    assert outcome.state == "SUCCEEDED"
    assert outcome.run["result"] == {"value": {"shown": "<***>", "length": len(VALUE) + 2},
                                     "masked": True}
    lines = await log_of(rt, actor, outcome.run["id"])
    assert [line.message for line in lines] == ["got ***"]
    uses = await db.fetch("SELECT secret_id, version, run_id, attempt FROM secret_uses")
    assert [tuple(use) for use in uses] == [(row["id"], 1, outcome.run["id"], 1)]
