"""The token bucket in a real Redis: how much, for whom, and what happens without Redis."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from redis.asyncio import Redis

from dagy_gql.auth.actor import Actor
from dagy_gql.auth.origin import Origin, origin
from dagy_gql.auth.rate_limit import SCOPE_KEY, RateLimiter, Verdict, bucket_of
from dagy_gql.enums import ActorKind
from dagy_gql.errors import RateLimited
from dagy_gql.runtime import Runtime
from dagy_gql.settings import Settings

ACTOR = Actor(UUID(int=1), "key:a", frozenset(), user_id=UUID(int=2), credential_id=UUID(int=3))
OTHER = replace(ACTOR, user_id=UUID(int=4))


def limiter(rt: Runtime, *, per_minute: int = 6, burst: int = 3) -> RateLimiter:
    settings = Settings(rate_limit_per_minute=per_minute, rate_limit_burst=burst)
    return RateLimiter(rt.bus.redis, settings)


async def taken(found: RateLimiter, actor: Actor | None = ACTOR, tokens: int = 1) -> Verdict:
    verdict = await found.take(actor, tokens)
    assert verdict is not None
    return verdict


async def test_a_full_bucket_empties_and_then_says_when_to_come_back(rt: Runtime) -> None:
    found = limiter(rt)
    assert [(await taken(found)).remaining for _ in range(3)] == [2, 1, 0]
    refused = await taken(found)
    assert (refused.limit, refused.remaining, refused.retry_after_seconds) == (6, 0, 10)
    assert 9.0 < refused.wait_seconds <= 10.0


async def test_a_refusal_takes_nothing(rt: Runtime) -> None:
    found = limiter(rt)
    assert (await taken(found, tokens=2)).remaining == 1
    refused = await taken(found, tokens=2)
    assert (refused.remaining, refused.retry_after_seconds) == (1, 10)
    assert (await taken(found)).remaining == 0


async def test_tokens_come_back_with_time(rt: Runtime) -> None:
    found = limiter(rt, per_minute=60_000, burst=2)
    await taken(found, tokens=2)
    await asyncio.sleep(0.02)
    assert (await taken(found)).remaining == 1


async def test_more_than_a_full_bucket_takes_it_all(rt: Runtime) -> None:
    found = limiter(rt)
    assert (await taken(found, tokens=50)).remaining == 0
    assert (await taken(found)).wait_seconds > 0


async def test_requests_at_once_go_in_one_round_and_are_counted_each(rt: Runtime) -> None:
    found = limiter(rt)
    await taken(found, OTHER)
    before = (await rt.bus.redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    verdicts = await asyncio.gather(*(taken(found) for _ in range(5)), taken(found, OTHER))
    after = (await rt.bus.redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    assert [verdict.wait_seconds > 0 for verdict in verdicts] == [False] * 3 + [True] * 2 + [False]
    assert after - before == 1


async def test_processes_share_the_buckets_and_buckets_go_when_they_are_full(rt: Runtime) -> None:
    await taken(limiter(rt))
    assert (await taken(limiter(rt))).remaining == 1
    keys = await rt.bus.redis.keys("limit:*")
    assert keys == [f"limit:user:{ACTOR.user_id}".encode()]
    assert 0 < await rt.bus.redis.pttl(keys[0]) <= 20_000


async def test_a_limit_of_nothing_is_no_limit(rt: Runtime) -> None:
    found = limiter(rt, per_minute=0)
    assert await found.take(ACTOR) is None
    scope: dict[str, object] = {}
    await found.charge(scope, ACTOR)
    assert scope == {}
    assert await rt.bus.redis.keys("limit:*") == []


async def test_a_charge_leaves_its_verdict_and_refuses(rt: Runtime) -> None:
    found, scope = limiter(rt, burst=1), dict[str, object]()
    await found.charge(scope, ACTOR)
    assert scope[SCOPE_KEY] == Verdict(6, 0)
    with pytest.raises(RateLimited) as caught:
        await found.charge(scope, ACTOR)
    assert caught.value.extensions == {"code": "RATE_LIMITED", "retryAfter": 10}
    verdict = scope[SCOPE_KEY]
    assert isinstance(verdict, Verdict)
    assert dict(verdict.headers()) == {
        b"x-ratelimit-limit": b"6",
        b"x-ratelimit-remaining": b"0",
        b"retry-after": b"10",
    }


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("192.0.2.7", "limit:address:192.0.2.7"),
        ("::ffff:192.0.2.7", "limit:address:192.0.2.7"),
        ("2001:db8:1:2::1", "limit:address:20010db800010002"),
        ("2001:db8:1:2:ffff::1", "limit:address:20010db800010002"),
        ("2001:db8:1:3::1", "limit:address:20010db800010003"),
        (None, "limit:address:unknown"),
        ("any text a proxy sent", "limit:address:unknown"),
    ],
)
def test_who_is_unknown_counts_by_network(address: str | None, bucket: str) -> None:
    assert bucket_of(None, address) == bucket


def test_more_credentials_are_no_more_buckets() -> None:
    sessions = [replace(ACTOR, credential_id=UUID(int=n)) for n in range(5)]
    keys = [replace(each, kind=ActorKind.API_KEY) for each in sessions]
    assert {bucket_of(each, "192.0.2.7") for each in sessions} == {f"limit:user:{UUID(int=2)}"}
    assert {bucket_of(each, "192.0.2.7") for each in keys} == {f"limit:api_key:{UUID(int=2)}"}
    account = replace(ACTOR, kind=ActorKind.SERVICE_ACCOUNT, user_id=None)
    account = replace(account, service_account_id=UUID(int=5))
    assert bucket_of(account, None) == f"limit:service_account:{UUID(int=5)}"


def test_a_credential_of_nobody_counts_by_its_name() -> None:
    actor = replace(ACTOR, user_id=None, credential_id=None)
    assert bucket_of(actor, "192.0.2.7") == f"limit:user:{UUID(int=1)}:key:a"


async def test_who_is_not_signed_in_may_ask_less(rt: Runtime) -> None:
    settings = Settings(
        rate_limit_per_minute=6000,
        rate_limit_burst=6000,
        rate_limit_anonymous_per_minute=6,
        rate_limit_anonymous_burst=2,
    )
    found = RateLimiter(rt.bus.redis, settings)
    verdicts = [await taken(found, actor) for actor in (None, ACTOR, None, None)]
    assert [(each.limit, each.remaining) for each in verdicts] == [
        (6, 1),
        (6000, 5999),
        (6, 0),
        (6, 0),
    ]
    assert [each.retry_after_seconds for each in verdicts] == [0, 0, 0, 10]


async def test_only_who_is_not_signed_in_waits_for_a_refusal(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    found = limiter(rt, burst=1)
    for actor, count in ((ACTOR, 0), (None, 1)):
        await found.charge({}, actor)
        monkeypatch.setattr("dagy_gql.auth.rate_limit.asyncio.sleep", sleep)
        with pytest.raises(RateLimited):
            await found.charge({}, actor)
        assert len(waited) == count
    assert 1.0 <= waited[0] <= 3.0


async def test_anonymous_requests_count_against_the_address_of_the_request(rt: Runtime) -> None:
    found = limiter(rt)
    token = origin.set(Origin("x", "192.0.2.7"))
    await taken(found, None)
    origin.reset(token)
    assert await rt.bus.redis.keys("limit:*") == [b"limit:address:192.0.2.7"]


async def test_without_redis_requests_pass_uncounted_and_say_so(settings: Settings) -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1/0")
    found = RateLimiter(nowhere, settings)
    verdict = await taken(found)
    assert verdict == Verdict(120)
    assert dict(verdict.headers()) == {
        b"x-ratelimit-limit": b"120",
        b"x-ratelimit-degraded": b"true",
    }
    await nowhere.aclose()


async def test_a_frozen_redis_is_waited_for_once(settings: Settings) -> None:
    """It takes connections and never answers; all who wait are served together."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    redis = Redis.from_url(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    found = RateLimiter(redis, settings)
    verdicts = await asyncio.gather(*(taken(found) for _ in range(10)))
    assert verdicts == [Verdict(120)] * 10
    started = asyncio.get_running_loop().time()
    assert await taken(found) == Verdict(120)
    assert asyncio.get_running_loop().time() - started < 0.1
    await redis.aclose()
    server.close()
    await server.wait_closed()


async def test_what_is_owed_is_taken_from_an_empty_bucket_and_delays_what_comes_later(
    rt: Runtime,
) -> None:
    found, scope = limiter(rt), dict[str, object]()
    await taken(found, tokens=2)
    await found.owe(scope, ACTOR, 2)
    assert scope[SCOPE_KEY] == Verdict(6, 0)
    assert (await taken(found)).retry_after_seconds == 20


async def test_no_more_than_a_full_bucket_is_owed(rt: Runtime) -> None:
    found, scope = limiter(rt), dict[str, object]()
    for _ in range(10):
        await found.owe(scope, ACTOR, 3)
    assert (await taken(found)).retry_after_seconds == 40
