"""What runs of one environment get of another: no secret, and of a protected one no result."""

from pathlib import Path
from uuid import UUID

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.ids import new_id
from dagy_gql.repositories import cache_keys
from dagy_gql.repositories.secrets import RunAttempt, SecretRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import environments, secrets
from tests.support.deployed import deployed
from tests.support.outcome import ran, trigger

ASKING = """
import dagy
from dagy import flow, task

@task
def length(name: str) -> int:
    return len(dagy.secret(name))

@flow
def main(name: str):
    return length(name)
"""

CACHING = """
from dagy import flow, task

@task(cache_key="fixed", cache_scope="shared")
def work(text: str) -> str:
    return text

@flow
def main(text: str):
    return work(text)
"""


async def environment(rt: Runtime, actor: Actor, name: str, *, is_protected: bool = False) -> UUID:
    wanted = {"name": name, "is_protected": is_protected}
    key: UUID = (await environments.create(rt, actor, wanted))["id"]
    return key


async def placed(
    rt: Runtime, actor: Actor, source: str, name: str, environment_id: UUID | None, folder: Path
) -> None:
    await deployed(rt, actor, source, folder=folder, name=name)
    await db.execute(
        "UPDATE deployments SET environment_id = $1 WHERE name = $2", environment_id, name
    )


@pytest.fixture
async def places(rt: Runtime, actor: Actor) -> dict[str, UUID | None]:
    """By the name of a deployment there."""
    return {
        "vault": await environment(rt, actor, "vault", is_protected=True),
        "staging": await environment(rt, actor, "staging"),
        "nowhere": None,
    }


@pytest.mark.usefixtures("worker")
class TestRuns:
    async def test_a_run_gets_the_secrets_of_its_own_environment_and_no_others(
        self, rt: Runtime, actor: Actor, places: dict[str, UUID | None], tmp_path: Path
    ) -> None:
        for name, key in places.items():
            await placed(rt, actor, ASKING, name, key, tmp_path)
        for name, own in (("OF_VAULT", "vault"), ("OF_STAGING", "staging"), ("OF_ALL", None)):
            await secrets.create(rt, actor, name=name, value="1234567", environment=own)

        got = {
            (name, secret): (done.error or {"code": done.run["result"]["value"]})["code"]
            for name in places
            for secret in ("OF_VAULT", "OF_STAGING", "OF_ALL")
            for done in [await ran(rt, actor, name, name=secret)]
        }

        assert got == {
            ("vault", "OF_VAULT"): 7,
            ("vault", "OF_STAGING"): "SECRET_NOT_FOUND",
            ("vault", "OF_ALL"): 7,
            ("staging", "OF_VAULT"): "SECRET_NOT_FOUND",
            ("staging", "OF_STAGING"): 7,
            ("staging", "OF_ALL"): 7,
            ("nowhere", "OF_VAULT"): "SECRET_NOT_FOUND",
            ("nowhere", "OF_STAGING"): "SECRET_NOT_FOUND",
            ("nowhere", "OF_ALL"): 7,
        }

    async def test_a_protected_environment_neither_gives_nor_takes_cached_results(
        self, rt: Runtime, actor: Actor, places: dict[str, UUID | None], tmp_path: Path
    ) -> None:
        for name, key in places.items():
            await placed(rt, actor, CACHING, name, key, tmp_path)

        results = [
            (await ran(rt, actor, name, text=text)).run["result"]["value"]
            for name, text in (
                ("staging", "theirs"),
                ("vault", "ours"),
                ("vault", "again"),
                ("nowhere", "shared with staging"),
            )
        ]

        assert results == ["theirs", "ours", "ours", "theirs"]


async def test_environments_that_swap_their_names_do_not_swap_secrets(
    rt: Runtime, actor: Actor, places: dict[str, UUID | None], tmp_path: Path
) -> None:
    """The run that asks was started when the name was another environment's."""
    await placed(rt, actor, ASKING, "staging", places["staging"], tmp_path)
    await secrets.create(rt, actor, name="TOKEN", value="x", environment="vault")
    run_id = await trigger(rt, actor, "staging", name="TOKEN")
    for key, name in (("vault", "old"), ("staging", "new"), ("vault", "staging")):
        environment_id = places[key]
        assert environment_id is not None
        await environments.update(rt, actor, {"name": name}, environment_id=environment_id)

    attempt = RunAttempt(run_id, fence=0, attempt=1)

    assert await SecretRepository(actor.org_id).give("TOKEN", attempt) is None
    assert await db.fetch_value("SELECT count(*) FROM secret_uses") == 0


def test_no_run_can_choose_the_key_of_a_protected_environments_result() -> None:
    protected, other = new_id(), new_id()
    theirs = cache_keys.stored("flow:task", protected)
    assert cache_keys.stored("flow:task", None) == "flow:task"
    chosen = [cache_keys.stored(theirs, place) for place in (None, other, protected)]
    chosen.append(cache_keys.stored("flow:task", other))
    assert theirs not in chosen
    assert len(set(chosen)) == len(chosen)
