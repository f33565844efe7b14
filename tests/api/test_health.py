"""Health and metrics: what each address says to whom, and that no check hangs."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from dagy_gql import db
from dagy_gql.app import create_app
from dagy_gql.bus import Bus
from dagy_gql.enums import Role
from dagy_gql.repositories import workers
from dagy_gql.repositories.workers import WorkerRow
from dagy_gql.runtime import Runtime, opened
from dagy_gql.services import health
from dagy_gql.services.health import HealthStatus
from dagy_gql.settings import Settings
from tests.api.client import Client, Org
from tests.api.conftest import deploy, trigger
from tests.api.server import served, socket_to

WORKER = WorkerRow(id="w", hostname="h", pid=1, capacity=4, running=1)


class Gate:
    """A proxy that can be frozen: it takes connections and bytes, and passes nothing on."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._passes = asyncio.Event()
        self._passes.set()
        self._pipes: set[asyncio.Task[None]] = set()

    def freeze(self) -> None:
        self._passes.clear()

    def thaw(self) -> None:
        self._passes.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._target)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pipe(source, sink))
            self._pipes.add(task)
            task.add_done_callback(self._pipes.discard)

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self._passes.wait()
                sink.write(data)
                await sink.drain()
        sink.close()


@asynccontextmanager
async def gate(target: str, place: Path) -> AsyncIterator[Gate]:
    """Between the socket `place` and the server at the socket `target`."""
    found = Gate(target)
    server = await asyncio.start_unix_server(found.serve, place)
    try:
        yield found
    finally:
        found.thaw()
        server.close()


def statuses(body: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {part["name"]: part["status"] for part in body["components"]}


async def test_health_is_public_and_degraded_without_a_worker(anonymous: Client) -> None:
    response = await anonymous.http.get("/health")
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "degraded")
    assert statuses(body) == {
        "database": "healthy",
        "redis": "healthy",
        "artifacts": "healthy",
        "workers": "degraded",
    }
    assert {key for part in body["components"] for key in part} == {"name", "status", "latency_ms"}
    assert all(part["latency_ms"] >= 0 for part in body["components"])
    assert response.headers["cache-control"] == "no-store"


async def test_health_is_healthy_with_a_worker(anonymous: Client, viewer: Client) -> None:
    await workers.beat_all_orgs(WORKER)
    assert (await anonymous.http.get("/health")).json()["status"] == "healthy"
    found = (await viewer("{ health { status components { name status latencyMs } } }")).data
    assert found["health"]["status"] == "HEALTHY"
    assert len(found["health"]["components"]) == 4


@pytest.fixture
def no_database(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(sql: str, *values: object) -> None:
        raise ConnectionRefusedError("postgres at 10.0.0.1")

    for name in ("fetch", "fetch_row", "fetch_value"):
        monkeypatch.setattr(db, name, gone)


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/health", 503, "unhealthy"),
        ("/health/ready", 503, "unhealthy"),
        ("/health/live", 200, "healthy"),
    ],
)
async def test_without_a_database_dagy_is_alive_but_not_ready(
    anonymous: Client, path: str, status: int, word: str
) -> None:
    response = await anonymous.http.get(path)
    assert (response.status_code, response.json()["status"]) == (status, word)
    assert "10.0.0.1" not in response.text


async def test_ready_asks_the_database_only(
    anonymous: Client, rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(self: Bus) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(Bus, "ping", gone)
    response = await anonymous.http.get("/health/ready")
    assert (response.status_code, statuses(response.json())) == (200, {"database": "healthy"})
    body = (await anonymous.http.get("/health")).json()
    assert (body["status"], statuses(body)["redis"]) == ("degraded", "degraded")


async def test_many_who_ask_at_once_are_one_question(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    check = health.check

    async def counted(rt: Runtime) -> health.Health:
        nonlocal asked
        asked += 1
        return await check(rt)

    monkeypatch.setattr(health, "check", counted)
    answers = await asyncio.gather(*(anonymous.http.get("/health") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert asked == 1


@pytest.fixture
async def operator(org: Org, owner: Client) -> Client:
    """A key of somebody who runs the installation."""
    await db.execute(
        "UPDATE users SET is_super_admin = true FROM memberships m"
        " WHERE m.user_id = users.id AND m.org_id = $1 AND m.role = $2",
        org.id,
        Role.OWNER,
    )
    return owner


@pytest.mark.parametrize("path", ["/health/detailed", "/metrics"])
async def test_numbers_of_all_organizations_are_for_who_runs_the_installation(
    path: str, anonymous: Client, viewer: Client, owner: Client, stranger: Client
) -> None:
    assert (await anonymous.http.get(path)).status_code == 401
    for client in (viewer, owner, stranger):
        response = await client.http.get(path, headers=client.auth)
        assert response.status_code == 403
        assert response.json()["error"] == {
            "code": "FORBIDDEN",
            "field": path,
            "message": "These numbers are of all organizations: only super admins may see them.",
        }


async def test_details_say_how_every_part_is(operator: Client, developer: Client) -> None:
    await workers.beat_all_orgs(WORKER)
    await deploy(developer)
    await trigger(developer)
    response = await operator.http.get("/health/detailed", headers=operator.auth)
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "healthy")
    assert {part["message"] for part in body["components"]} == {None}
    assert body["queue"]["queued"] == 1
    assert body["queue"]["oldest_seconds"] >= 0
    assert [(worker["id"], worker["running"]) for worker in body["workers"]] == [("w", 1)]
    assert sorted(body["versions"]) == ["dagy", "postgresql", "python", "redis"]
    assert all(re.match(r"\d+\.\d+", version) for version in body["versions"].values())


@pytest.mark.usefixtures("no_database")
async def test_details_say_what_they_can(rt: Runtime) -> None:
    found = await health.details(rt)
    assert found.health.status is HealthStatus.UNHEALTHY
    assert found.health.components[0].message == "ConnectionRefusedError"
    assert (found.workers, found.queue, found.versions["postgresql"]) == (None, None, None)
    assert found.versions["redis"] is not None


async def test_frozen_servers_are_waited_for_so_long_and_no_longer(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_TIMEOUT_SECONDS", 0.2)
    database = parse_qs(urlsplit(settings.database_url).query)["host"][0]
    behind = {
        "database_url": settings.database_url.replace(database, str(tmp_path)),
        "redis_url": settings.redis_url.replace(
            urlsplit(settings.redis_url).path, f"{tmp_path}/redis"
        ),
    }
    async with (
        gate(f"{database}/.s.PGSQL.5432", tmp_path / ".s.PGSQL.5432") as postgres,
        gate(urlsplit(settings.redis_url).path, tmp_path / "redis") as redis,
        opened(settings.model_copy(update=behind)) as rt,
    ):
        assert (await health.check(rt)).components[0].status is HealthStatus.HEALTHY
        postgres.freeze()
        redis.freeze()
        async with asyncio.timeout(3):
            for _ in range(3):
                found = {part.name: part for part in (await health.check(rt)).components}
                assert found["database"].status is HealthStatus.UNHEALTHY
                assert found["database"].message == "no answer within 0.2 s"
                assert found["redis"].status is HealthStatus.DEGRADED
                assert found["artifacts"].status is HealthStatus.HEALTHY
        postgres.thaw()
        redis.thaw()
        monkeypatch.setattr(health, "_TIMEOUT_SECONDS", 5.0)
        found = {part.name: part for part in (await health.check(rt)).components}
        assert found["database"].status is HealthStatus.HEALTHY
        assert found["redis"].status is HealthStatus.HEALTHY


def number(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found is not None, f"{name} is not in\n{text}"
    return float(found.group(1))


async def test_metrics_count_queue_and_workers(operator: Client, developer: Client) -> None:
    await workers.beat_all_orgs(WORKER)
    await deploy(developer)
    await trigger(developer)
    response = await operator.http.get("/metrics", headers=operator.auth)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    text = response.text
    assert number(text, "dagy_queued_runs") == 1
    assert number(text, "dagy_workers") == 1
    assert number(text, "dagy_worker_slots") == 4
    assert number(text, "dagy_running_runs") == 1
    assert number(text, "dagy_subscriptions") == 0
    assert number(text, 'dagy_database_connections{state="idle"}') >= 0


async def test_metrics_take_their_own_token(rt: Runtime) -> None:
    settings = rt.settings.model_copy(update={"metrics_token": SecretStr("let-me-count")})
    app = create_app(settings, replace(rt, settings=settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://dagy.test"
    ) as http:
        for header, status in (("Bearer let-me-count", 200), ("Bearer let-me-coun", 401)):
            response = await http.get("/metrics", headers={"Authorization": header})
            assert response.status_code == status
        assert "x-ratelimit-limit" in response.headers


async def test_metrics_count_operations_by_type_and_code(operator: Client, viewer: Client) -> None:
    async def counted(name: str) -> float:
        text = (await operator.http.get("/metrics", headers=operator.auth)).text
        return number(text, name) if name in text else 0.0

    good = 'dagy_operations_total{code="OK",type="query"}'
    bad = 'dagy_operations_total{code="FORBIDDEN",type="mutation"}'
    before = await counted(good), await counted(bad)
    await viewer("{ viewer { role } }")
    await viewer('mutation { retryRun(input: {id: "x", mode: FROM_START}) { run { id } } }')
    assert (await counted(good), await counted(bad)) == (before[0] + 1, before[1] + 1)


@pytest.mark.usefixtures("no_database")
async def test_metrics_without_a_database_say_what_they_can(rt: Runtime) -> None:
    settings = rt.settings.model_copy(update={"metrics_token": SecretStr("let-me-count")})
    app = create_app(settings, replace(rt, settings=settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://dagy.test"
    ) as http:
        response = await http.get("/metrics", headers={"Authorization": "Bearer let-me-count"})
    assert response.status_code == 200
    assert "dagy_subscriptions" in response.text
    assert "dagy_queued_runs" not in response.text


async def test_metrics_count_open_subscriptions(
    app: Starlette, operator: Client, viewer: Client
) -> None:
    async def opened_now() -> float:
        text = (await operator.http.get("/metrics", headers=operator.auth)).text
        return number(text, "dagy_subscriptions")

    async with served(app) as port, socket_to(port, token=viewer.token) as socket:
        await socket.subscribe("subscription { runs { state } }")
        await until(opened_now, 1)
        await socket.send({"type": "complete", "id": "1"})
        await until(opened_now, 0)


async def until(measured: Callable[[], Awaitable[float]], value: float) -> None:
    async with asyncio.timeout(5):
        while await measured() != value:
            await asyncio.sleep(0.01)
