"""The clocks of API and workers are an hour ahead of the database's, or behind: all is as ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, Unauthenticated
from dagy_gql.ids import new_id
from dagy_gql.repositories.events import EventRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts, api_keys, housekeeping, invitations, password_resets, runs
from dagy_gql.services.throttle import Throttle
from dagy_gql.services.transitions import moves
from dagy_gql.settings import Settings
from tests.api.client import Client, Org
from tests.api.server import served, socket_to
from tests.support import other_clock, people
from tests.support import servers as test_servers
from tests.support.deployed import deployed
from workers.main import WorkerParts, working

HOUR = timedelta(hours=1)
CLOSE = timedelta(seconds=60)

FLOW = """
import os
from dagy import flow, get_run_context, task

@task(cache_key="{x}", cache_ttl_seconds=600)
def kept(x: int) -> int:
    return x

@task(retries=1, retry_delay_seconds=0.2)
def again(x: int, folder: str) -> int:
    print("a line")
    mark = os.path.join(folder, get_run_context().run_id)
    if not os.path.exists(mark):
        open(mark, "w").close()
        raise ValueError("once")
    return x + 1

@flow
def main(folder: str):
    return again(kept(1), folder)
"""

RUN = """query R($id: ID!) { run(id: $id) {
  state createdAt startedAt finishedAt
  taskRuns(first: 100) { nodes { key state startedAt finishedAt } }
  events(first: 100) { nodes { sequence type at } }
  logs(first: 100) { nodes { message at } } } }"""
FOLLOW = "subscription S($id: ID!) { runEvents(runId: $id) { sequence } }"
DASHBOARD = "{ dashboard(range: HOUR) { current { runs succeeded } buckets { counts { count } } } }"


@pytest.fixture(scope="module", params=[1, -1], ids=["database ahead", "database behind"])
def ahead(request: pytest.FixtureRequest) -> timedelta:
    hours: int = request.param
    return hours * HOUR


@pytest.fixture(scope="module")
async def other_url(postgres_url: str, sweeper: test_servers.Sweeper, ahead: timedelta) -> str:
    name = "ahead" if ahead > timedelta() else "behind"
    await sweeper.rest()  # a database that somebody works in cannot be copied
    return await other_clock.make(postgres_url, name, seconds=ahead.total_seconds())


@pytest.fixture
async def settings(settings: Settings, other_url: str) -> Settings:
    await test_servers.empty_database(other_url)
    return settings.model_copy(update={"database_url": other_url})


@pytest.fixture(autouse=True)
async def back(settings: Settings, postgres_url: str) -> AsyncIterator[None]:
    """What comes after goes by the clock of the other tests' database."""
    yield
    async with db.opened(Settings(database_url=postgres_url)):
        assert abs(clock.now() - datetime.now(UTC)) < CLOSE


@pytest.fixture
async def worker(rt: Runtime) -> AsyncIterator[WorkerParts]:
    async with working(rt) as parts:
        yield parts


@pytest.fixture
async def actor(rt: Runtime, owner: Client) -> Actor:
    assert owner.token is not None
    return await Authenticator().actor(owner.token)


async def ended(client: Client, run_id: str) -> Any:
    async with asyncio.timeout(30):
        while True:
            run = (await client(RUN, id=run_id)).data["run"]
            if run["finishedAt"]:
                return run
            await asyncio.sleep(0.05)


async def trigger(client: Client, folder: Path, key: str | None = None) -> Any:
    values = {"deploymentName": "main", "parameters": {"folder": str(folder)}}
    answer = await client.input(
        "triggerRun",
        "TriggerRunInput",
        "created run { id slug }",
        **(values | ({} if key is None else {"idempotencyKey": key})),
    )
    return answer.data["triggerRun"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_code_goes_by_the_databases_clock(rt: Runtime, ahead: timedelta) -> None:
    at = await db.fetch_value("SELECT clock_timestamp()")

    assert abs(at - datetime.now(UTC) - ahead) < CLOSE
    assert abs(clock.now() - at) < CLOSE
    milliseconds = new_id().int >> 80
    assert abs(milliseconds - round(at.timestamp() * 1000)) < CLOSE.total_seconds() * 1000
    made = [new_id() for _ in range(100)]
    assert made == sorted(made)


async def test_a_run_shows_all_that_it_did(
    rt: Runtime,
    app: Starlette,
    owner: Client,
    actor: Actor,
    worker: WorkerParts,
    tmp_path: Path,
) -> None:
    await deployed(rt, actor, FLOW, folder=tmp_path)
    made = await trigger(owner, tmp_path, "once")
    first = made["run"]
    run = await ended(owner, first["id"])
    again = await trigger(owner, tmp_path, "once")
    second = (await trigger(owner, tmp_path))["run"]
    cached = await ended(owner, second["id"])

    assert run["state"] == "SUCCEEDED"
    numbers = [event["sequence"] for event in run["events"]["nodes"]]
    assert numbers == list(range(1, 10))
    lines = [line["message"].partition("\n")[0] for line in run["logs"]["nodes"]]
    failed = "attempt 1 failed: ValueError: once (flows.py:15)"
    assert lines == ["a line", failed, "a line"]
    now = await db.fetch_value("SELECT clock_timestamp()")
    for each in (*run["events"]["nodes"], *run["logs"]["nodes"]):
        assert abs(moment(each["at"]) - now) < CLOSE, each
    assert moment(run["createdAt"]) <= moment(run["startedAt"]) <= moment(run["finishedAt"])
    for task in run["taskRuns"]["nodes"]:
        assert abs(moment(task["startedAt"]) - moment(run["startedAt"])) < CLOSE
    async with served(app) as port, socket_to(port, token=owner.token) as socket:
        await socket.subscribe(FOLLOW, id=first["id"])
        told = [(await socket.receive())["payload"]["data"]["runEvents"] for _ in numbers]
    assert [event["sequence"] for event in told] == numbers

    assert (again["created"], again["run"]["id"]) == (False, first["id"])
    states = {task["key"]: task["state"] for task in cached["taskRuns"]["nodes"]}
    assert states == {"kept": "CACHED", "again": "SUCCEEDED"}

    log = await owner.http.get("/export/logs", params={"run": first["slug"]}, headers=owner.auth)
    assert log.text.count("a line") == 2
    shown = (await owner(DASHBOARD)).data["dashboard"]
    assert shown["current"] == {"runs": 2, "succeeded": 2}
    assert sum(count["count"] for bar in shown["buckets"] for count in bar["counts"]) == 2

    await housekeeping.prune(rt)
    await housekeeping.tick(rt)
    assert len((await owner(RUN, id=first["id"])).data["run"]["events"]["nodes"]) == 9
    cancelled = "SELECT count(*) FROM run_events WHERE type = 'RUN_ATTEMPT_CRASHED'"
    assert await db.fetch_value(cancelled) == 0


async def test_a_bulk_operation_begins_when_it_can_no_longer_be_undone(
    rt: Runtime, owner: Client, actor: Actor, worker: WorkerParts, tmp_path: Path
) -> None:
    await deployed(rt, actor, FLOW, folder=tmp_path)
    worker.dispatcher.is_paused = True
    run_id = (await trigger(owner, tmp_path))["run"]["id"]
    selection = "bulkOperation { id state }"

    async def create(undo_seconds: int) -> str:
        answer = await owner.input(
            "createBulkOperation",
            "CreateBulkOperationInput",
            selection,
            action="CANCEL",
            runIds=[run_id],
            undoSeconds=undo_seconds,
        )
        operation: str = answer.data["createBulkOperation"]["bulkOperation"]["id"]
        return operation

    undone = await create(60)
    answer = await owner.input(
        "cancelBulkOperation", "CancelBulkOperationInput", selection, id=undone
    )
    assert answer.data["cancelBulkOperation"]["bulkOperation"]["state"] == "CANCELLED"

    began = asyncio.get_running_loop().time()
    await create(1)
    await ended(owner, run_id)

    assert 0.9 < asyncio.get_running_loop().time() - began < 20


async def test_sign_ins_keys_and_links_last_as_long_as_they_say(
    rt: Runtime, actor: Actor, org: Org
) -> None:
    ann, bob, password = "ann@example.com", "bob@example.com", people.PASSWORD
    user_id = await people.member(org.id, ann, Role.VIEWER)
    session = await people.login(rt, ann)
    assert (await people.actor(session)).user_id == user_id

    soon = clock.now() + timedelta(minutes=30)
    made = await api_keys.create(
        rt, actor, name="soon", scopes=[], expires_at=soon, service_account_id=None
    )
    await Authenticator().actor(made.secret)
    with pytest.raises(BadUserInput):
        await api_keys.create(
            rt,
            actor,
            name="past",
            scopes=[],
            expires_at=clock.now() - timedelta(minutes=30),
            service_account_id=None,
        )
    await db.execute("UPDATE api_keys SET expires_at = now() - interval '1 minute'")
    with pytest.raises(Unauthenticated):
        await Authenticator().actor(made.secret)

    link = await password_resets.create(rt, actor, user_id=user_id)
    token = link.partition("=")[2]
    await password_resets.reset(rt, Throttle(), token=token, password="another horse battery")
    await people.login(rt, ann, "another horse battery")

    invited = await invitations.create(rt, actor, email=bob, role=Role.VIEWER, custom_role_id=None)
    joined = await invitations.accept(
        rt,
        Throttle(),
        None,
        token=invited.link.partition("=")[2],
        name="Bob",
        password=password,
    )
    assert (await people.actor(joined)).name == bob
    await accounts.login(rt, Throttle(), email=bob, password=password)


async def test_a_claim_that_began_before_the_run_was_made_is_seen(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    """What it records has the time at which its transaction began."""
    await deployed(rt, actor, FLOW, folder=tmp_path)

    async def make() -> Any:
        run, _ = await runs.trigger(
            rt, actor, deployment_name="main", parameters={"folder": str(tmp_path)}
        )
        return run

    async def pending(_: Any) -> list[Any]:
        return []

    trigger_apart = asyncio.Event()

    async def triggered() -> Any:
        await trigger_apart.wait()
        return await make()

    task = asyncio.create_task(triggered())
    async with db.transaction():
        await db.fetch("SELECT now()")
        await asyncio.sleep(0.05)
        trigger_apart.set()
        run = await task
        (claimed,) = await moves.claim(rt, worker_id="w1", limit=1, pending=pending)

    assert claimed["id"] == run["id"]
    early = "SELECT recorded_at < $2 FROM run_events WHERE run_id = $1 AND seq = 2"
    assert await db.fetch_value(early, run["id"], run["created_at"]) is True
    found = await EventRepository(actor.org_id).after(
        run["id"], 0, since=run["created_at"], limit=10
    )
    assert [event["type"] for event in found] == ["RUN_QUEUED", "RUN_STARTED"]
