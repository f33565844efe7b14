"""The clients that people use, each as its own documentation has it, against a real server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from dagy_gql import db, tenancy
from dagy_gql.app import create_app
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import ROLE_PERMISSIONS
from dagy_gql.enums import Role
from dagy_gql.keys import new_key
from dagy_gql.runtime import opened
from dagy_gql.settings import Settings
from tests.api.client import make_org
from tests.api.server import served
from tests.conformance.program import Server, Told, told_by
from tests.support import servers as test_servers
from tests.support.deployed import deployed
from workers.main import working

pytestmark = [pytest.mark.xdist_group("clients"), pytest.mark.timeout(300)]

FLOW = """
from http.client import HTTPConnection
from dagy import flow, task

def hold(door: str, path: str) -> None:
    if door:
        connection = HTTPConnection("127.0.0.1", int(door))
        connection.request("GET", path)
        connection.getresponse().read()

@task
def one(number: int) -> int:
    return number

@task
def two(number: int, door: str) -> int:
    hold(door, "/1")
    return number

@task
def three(number: int, door: str) -> int:
    hold(door, "/2")
    return number

@flow
def main(number: int = 1, door: str = "") -> int:
    return three(two(one(number), door), door)
"""
EVENTS = [
    [1, "RUN_QUEUED"],
    [2, "RUN_STARTED"],
    [3, "TASK_STARTED"],
    [4, "TASK_SUCCEEDED"],
    [5, "TASK_STARTED"],
    [6, "TASK_SUCCEEDED"],
    [7, "TASK_STARTED"],
    [8, "TASK_SUCCEEDED"],
    [9, "RUN_FINISHED"],
]
EXPECTED: dict[str, Any] = {
    "query": "DEVELOPER",
    "mutation": {"created": True, "parameters": {"number": 5, "door": ""}},
    "error": ["NOT_FOUND"],
    "errorOfSubscription": ["NOT_FOUND"],
    "subscription": EVENTS,
    # The connection was cut behind event 5, and 6 and 7 happened while nobody could listen.
    "reconnect": EVENTS,
}
# graphql-request knows HTTP alone, and no subscriptions.
HTTP_ALONE = ("query", "mutation", "error")
CLIENTS = {
    "apollo.mjs": tuple(EXPECTED),
    "gql_client.py": tuple(EXPECTED),
    "graphql-request.mjs": HTTP_ALONE,
    "graphql-sse.mjs": tuple(EXPECTED),
    "graphql-ws.mjs": tuple(EXPECTED),
    "relay.mjs": tuple(EXPECTED),
    "urql-sse.mjs": tuple(EXPECTED),
    "urql-ws.mjs": tuple(EXPECTED),
}


async def all_runs_ended() -> None:
    """A worker that stops while it starts a process would leave that to the next test."""
    while await db.fetch_value("SELECT count(*) FROM runs WHERE finished_at IS NULL"):
        await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def server(
    postgres_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """One for all clients, with a worker."""
    folder = tmp_path_factory.mktemp("clients")
    await test_servers.empty_database(postgres_url)
    await test_servers.empty_redis(redis_url)
    settings = Settings(
        database_url=postgres_url,
        redis_url=redis_url,
        local_dir=folder,
        secrets_key=SecretStr(new_key()),
    )
    async with opened(settings) as rt:
        with tenancy.all_organizations():
            org = await make_org("mine")
            actor = Actor(org.id, "developer", ROLE_PERMISSIONS[Role.OWNER], Role.OWNER)
            await deployed(rt, actor, FLOW, folder=folder)
        async with working(rt), served(create_app(settings, rt)) as port:
            with tenancy.all_organizations():
                yield Server(rt, actor, org.keys[Role.DEVELOPER], port)
                await all_runs_ended()


@pytest.fixture(scope="module")
async def programs(
    server: Server, request: pytest.FixtureRequest
) -> AsyncIterator[dict[str, asyncio.Task[Told]]]:
    """All that the selected tests need, at the same time: mostly they wait, as clients do."""
    selected = {
        item.callspec.params["client"]
        for item in request.session.items
        if item.path == Path(__file__) and "client" in item.callspec.params
    }
    tasks = {name: asyncio.create_task(told_by(server, name)) for name in sorted(selected)}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.wait(tasks.values())


@pytest.mark.parametrize(
    ("client", "scenario"),
    [(client, scenario) for client, scenarios in CLIENTS.items() for scenario in scenarios],
)
async def test_a_client_gets_along_with_the_server(
    programs: dict[str, asyncio.Task[Told]], client: str, scenario: str
) -> None:
    told = await programs[client]
    assert scenario not in told.failed, told.failed[scenario]
    assert scenario in told.found, f"{told.stderr}\n`make test` installs what the clients need."
    assert told.found[scenario] == EXPECTED[scenario]
    assert scenario != "reconnect" or told.outages == 1
