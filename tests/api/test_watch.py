"""Subscriptions end within five seconds of the loss of what they were allowed by."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette

from dagy_gql import db
from dagy_gql.auth.authenticate import CACHE_SECONDS, Authenticator
from dagy_gql.enums import Role
from schema import watch
from tests.api.client import Client
from tests.api.conftest import As, deploy, trigger
from tests.api.server import events_of, served, socket_to

LOGS = "subscription L($runId: ID!) { runLogs(runId: $runId) { message } }"
RUNS = "subscription { runs { state } }"


@pytest.fixture
async def port(app: Starlette) -> AsyncIterator[int]:
    async with served(app) as found:
        yield found


async def _over_socket(port: int, client: Client, query: str, **variables: Any) -> list[str]:
    """What a subscription that brings nothing ends with."""
    async with socket_to(port, token=client.token) as socket:
        await socket.subscribe(query, **variables)
        last = await socket.receive()
        assert (await socket.receive())["type"] == "complete"
        return _of(last["payload"])


async def _over_events(port: int, client: Client, query: str, **variables: Any) -> list[str]:
    assert client.token is not None
    found = [item async for item in events_of(port, client.token, query, **variables)]
    assert [event for event, _ in found] == ["next", "complete"]
    return _of(found[0][1])


def _of(payload: dict[str, Any]) -> list[str]:
    assert payload.get("data") is None
    (error,) = payload["errors"]
    extensions = error["extensions"]
    return [extensions["code"], extensions.get("permission", "")]


async def test_a_lost_credential_or_right_ends_the_stream_within_five_seconds(
    port: int, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, developer, viewer = as_(Role.ADMIN), as_(Role.DEVELOPER), as_(Role.VIEWER)
    await deploy(admin)
    run_id = (await trigger(admin))["run"]["id"]  # type: ignore[index]
    begun = _counted(monkeypatch)
    streams = asyncio.gather(
        _over_socket(port, viewer, RUNS),
        _over_events(port, viewer, RUNS),
        _over_socket(port, developer, LOGS, runId=run_id),
        _over_events(port, developer, LOGS, runId=run_id),
    )
    await asyncio.wait_for(_until(begun, 4), 5)

    await db.execute("UPDATE api_keys SET revoked_at = now() WHERE name = 'viewer'")
    await db.execute("UPDATE memberships SET role = 'viewer' WHERE role = 'developer'")

    ended = await asyncio.wait_for(streams, 5)
    revoked, demoted = ["UNAUTHENTICATED", ""], ["FORBIDDEN", "PAYLOADS_READ"]
    assert ended == [revoked, revoked, demoted, demoted]


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows by one with every subscription that has begun."""
    begun: list[object] = []
    original = watch.Permit.__init__

    def noted(self: Any, *args: Any) -> None:
        original(self, *args)
        begun.append(self)

    monkeypatch.setattr(watch.Permit, "__init__", noted)
    return begun


async def _until(begun: list[object], count: int) -> None:
    while len(begun) < count:
        await asyncio.sleep(0.01)


def test_the_waits_add_up_to_less_than_five_seconds() -> None:
    assert watch.RECHECK_SECONDS + CACHE_SECONDS <= 4


async def test_a_database_that_is_away_ends_nothing(
    port: int, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RECHECK_SECONDS", 0.02)
    asked, original = asyncio.Event(), Authenticator.still

    async def away(self: Authenticator, token: str, *args: Any) -> Any:
        if asked.is_set():
            return None
        asked.set()
        raise OSError("the database is away")

    async with socket_to(port, token=viewer.token) as socket:
        monkeypatch.setattr(Authenticator, "still", away)
        await socket.subscribe(RUNS)
        await asyncio.wait_for(asked.wait(), 5)
        message = await socket.receive()
    monkeypatch.setattr(Authenticator, "still", original)
    assert _of(message["payload"]) == ["UNAUTHENTICATED", ""]


async def test_an_operation_that_cannot_be_signed_in_says_that_the_database_is_away(
    port: int, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the database may be back when the operation would have asked it."""
    calls, original = 0, Authenticator.actor

    async def away(self: Authenticator, token: str, *args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError("the database is away")
        return await original(self, token, *args)

    monkeypatch.setattr(Authenticator, "actor", away)
    async with socket_to(port, token=viewer.token) as socket:
        await socket.subscribe(RUNS)
        message = await socket.receive()
    calls = 0
    assert viewer.token is not None
    events = [item async for item in events_of(port, viewer.token, RUNS)]

    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert [event for event, _ in events] == ["next", "complete"]
    assert _of(events[0][1]) == ["UNAVAILABLE", ""]
