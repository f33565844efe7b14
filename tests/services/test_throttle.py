"""Tries to sign in, counted for all processes together."""

from collections.abc import AsyncIterator

import pytest

from dagy_gql.auth.origin import Origin, origin
from dagy_gql.errors import RateLimited
from dagy_gql.runtime import Runtime
from dagy_gql.services import throttle as module
from dagy_gql.services.throttle import Throttle
from tests.support.servers import silent_redis

ACCOUNT = "owner@example.com"


@pytest.fixture(params=["redis", "alone", "silent"])
async def rt_(request: pytest.FixtureRequest, rt: Runtime) -> AsyncIterator[Runtime]:
    """With Redis, with none, and with one that does not answer."""
    if request.param == "alone":
        lose_redis(rt)
    if request.param == "silent":
        async with silent_redis() as url:
            lose_redis(rt, path=url.partition("//")[2])
            yield rt
    else:
        yield rt


def lose_redis(rt: Runtime, *, path: str = "/nowhere/redis.sock") -> None:
    rt.bus.redis.connection_pool.connection_kwargs["path"] = path


async def tries(rt: Runtime, throttle: Throttle, account: str, *, address: str) -> int:
    """How many are let through before one is refused."""
    token = origin.set(Origin(address=address))
    try:
        for count in range(200):
            try:
                await throttle.attempt(rt, account)
            except RateLimited:
                return count
    finally:
        origin.reset(token)
    raise AssertionError("nothing was refused")


async def test_ten_tries_a_minute_at_an_account(rt_: Runtime) -> None:
    throttle = Throttle()
    assert await tries(rt_, throttle, ACCOUNT, address="192.0.2.1") == 10
    assert await tries(rt_, throttle, ACCOUNT, address="192.0.2.1") == 0


async def test_failing_in_somebodys_name_does_not_lock_them_out_elsewhere(rt_: Runtime) -> None:
    throttle = Throttle()
    assert await tries(rt_, throttle, ACCOUNT, address="192.0.2.1") == 10
    assert await tries(rt_, throttle, ACCOUNT, address="192.0.2.2") == 10


async def test_an_account_takes_a_hundred_tries_from_anywhere(rt_: Runtime) -> None:
    throttle = Throttle()
    counts = [
        await tries(rt_, throttle, ACCOUNT, address=f"192.0.2.{number}") for number in range(12)
    ]
    assert counts == [10] * 10 + [0, 0]


async def test_an_address_takes_sixty_tries_at_any_accounts(rt_: Runtime) -> None:
    throttle = Throttle()
    counts = [
        await tries(rt_, throttle, f"{number}@x.example", address=f"2001:db8::{number:x}")
        for number in range(8)
    ]
    assert counts == [10] * 6 + [0, 0]


async def test_what_succeeds_is_taken_back(rt_: Runtime) -> None:
    throttle = Throttle()
    for _ in range(30):
        await throttle.attempt(rt_, ACCOUNT)
        await throttle.succeeded(rt_, ACCOUNT)
    assert await tries(rt_, throttle, ACCOUNT, address="192.0.2.1") == 10


async def test_processes_count_together(rt: Runtime) -> None:
    assert await tries(rt, Throttle(), ACCOUNT, address="192.0.2.1") == 10
    assert await tries(rt, Throttle(), ACCOUNT, address="192.0.2.1") == 0


async def test_counts_live_for_a_minute(rt: Runtime) -> None:
    assert await tries(rt, Throttle(), ACCOUNT, address="192.0.2.1") == 10
    keys = await rt.bus.redis.keys("dagy:tries:*")
    assert [0 < await rt.bus.redis.pttl(key) <= 60_000 for key in keys] == [True] * 3


async def test_without_redis_too(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_redis(rt)
    throttle = Throttle()
    assert await tries(rt, throttle, ACCOUNT, address="192.0.2.1") == 10
    later = module.time.monotonic() + 60
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    assert await tries(rt, throttle, ACCOUNT, address="192.0.2.1") == 10
