"""The first wall is broken on purpose: no query of a repository asks for the organization any
more. Row-level security alone keeps the organizations apart, on every way into the API."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from starlette.applications import Starlette

from dagy_gql.repositories.base import Where
from dagy_gql.repositories.runs import RunRepository
from tests.api.client import Client, Org
from tests.api.conftest import deploy, trigger
from tests.api.server import events_of, served, socket_to

LISTS = """{ runs(first: 10) { edges { node { id } } } flows(first: 10) { edges { node { id } } }
  deployments(first: 10) { edges { node { id } } } }"""
EVENTS = "subscription E($runId: ID!) { runEvents(runId: $runId) { sequence } }"


@pytest.fixture
async def port(app: Starlette) -> AsyncIterator[int]:
    async with served(app) as found:
        yield found


@pytest.fixture
async def run_id(developer: Client) -> str:
    await deploy(developer)
    return str((await trigger(developer))["run"]["id"])  # type: ignore[index]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, run_id: str) -> None:
    real = Where.__init__

    def unbound(self: Where, org_id: UUID) -> None:
        real(self, org_id)
        self._conditions = ["$1::uuid IS NOT NULL"]

    monkeypatch.setattr(Where, "__init__", unbound)


async def test_the_first_wall_is_down(broken: None, other_org: Org) -> None:
    theirs = RunRepository(other_org.id)
    assert await theirs.count(theirs.where()) == 1


async def test_lists_hold_nothing_of_others(
    broken: None, developer: Client, stranger: Client
) -> None:
    own = (await developer(LISTS)).data
    assert {name: len(found["edges"]) for name, found in own.items()} == {
        "runs": 1,
        "flows": 1,
        "deployments": 1,
    }
    found = (await stranger(LISTS)).data
    assert found == {name: {"edges": []} for name in own}


async def test_nothing_of_others_is_found_by_its_id(
    broken: None, stranger: Client, run_id: str
) -> None:
    for query in ("node(id: $id) { id }", "run(id: $id) { id }"):
        assert (await stranger(f"query N($id: ID!) {{ {query} }}", id=run_id)).code == "NOT_FOUND"


async def test_nothing_of_others_is_changed(
    broken: None, developer: Client, stranger: Client, run_id: str
) -> None:
    answer = await stranger.input("cancelRun", "CancelRunInput", "run { id }", id=run_id)
    assert answer.code == "NOT_FOUND"
    run = (await developer("query R($id: ID!) { run(id: $id) { state } }", id=run_id)).data["run"]
    assert run == {"state": "QUEUED"}


async def test_nothing_of_others_is_followed(
    broken: None, port: int, stranger: Client, run_id: str
) -> None:
    async with socket_to(port, token=stranger.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        message = await socket.receive()
        (error,) = (
            message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        )
        assert error["extensions"]["code"] == "NOT_FOUND"
    assert stranger.token is not None
    streamed = [data async for _, data in events_of(port, stranger.token, EVENTS, runId=run_id)]
    (error,) = streamed[0]["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_a_socket_shows_its_caller_what_is_theirs(
    broken: None, port: int, developer: Client, run_id: str
) -> None:
    async with socket_to(port, token=developer.token) as socket:
        await socket.subscribe(EVENTS, runId=run_id)
        message = await socket.receive()
        assert message["payload"]["data"] == {"runEvents": {"sequence": 1}}
