"""How often a caller may ask: a token bucket for the sessions of a person, one for their keys, one
per service account, and one per address for who is not signed in.

The buckets are in Redis, so all processes share them; one round trip serves every request that
waits for it. Without Redis requests are served uncounted, and say so.
"""

import asyncio
import logging
import math
import random
import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from dagy_gql import metrics
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.origin import network, origin
from dagy_gql.errors import RateLimited
from dagy_gql.settings import Settings

logger = logging.getLogger(__name__)

SCOPE_KEY = "dagy.rate_limit"
_ANSWER_SECONDS = 0.25
# How long requests pass uncounted once Redis did not answer, rather than each wait for it.
_PAUSE_SECONDS = 1.0
# How long a refusal takes where nobody is signed in: 64 connections are then 32 requests a second,
# a tenth of a core, and not all at the same moment.
_REFUSAL_SECONDS = (1.0, 3.0)

# A bucket is the moment (µs) at which it will be full again: GCRA, which is the token bucket with
# one number. KEYS: buckets. ARGV for each key: µs a token takes, size of the bucket, tokens wanted;
# a negative number is owed, and taken though the bucket be empty: up to a full one is owed at once.
# Answers for each key: µs to wait (0: granted), tokens left.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local answers = {}
for i, key in ipairs(KEYS) do
  local full = math.max(tonumber(redis.call('GET', key) or 0), now)
  local every, size = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
  local tokens = tonumber(ARGV[3 * i])
  local after = full + math.min(math.abs(tokens), size) * every
  local wait = after - now - size * every
  if tokens < 0 then
    after = math.min(after, now + 2 * size * every)
    wait = 0
  end
  if wait <= 0 then
    full = after
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
  end
  answers[2 * i - 1] = math.max(math.ceil(wait), 0)
  answers[2 * i] = math.max(math.floor(size - (full - now) / every), 0)
end
return answers
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`limit` is what a minute refills; `remaining` None: nobody counted, Redis is away."""

    limit: int
    remaining: int | None = None
    wait_seconds: float = 0.0

    def headers(self) -> list[tuple[bytes, bytes]]:
        found = [(b"x-ratelimit-limit", b"%d" % self.limit)]
        if self.remaining is None:
            found.append((b"x-ratelimit-degraded", b"true"))
        else:
            found.append((b"x-ratelimit-remaining", b"%d" % self.remaining))
        if self.wait_seconds:
            found.append((b"retry-after", b"%d" % self.retry_after_seconds))
        return found

    @property
    def retry_after_seconds(self) -> int:
        return math.ceil(self.wait_seconds)


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens that a bucket gets a minute, and that it holds."""

    per_minute: int
    size: int


@dataclass(slots=True)
class _Asked:
    key: str
    rate: Rate
    tokens: int
    answer: asyncio.Future[Verdict]


def bucket_of(actor: Actor | None, address: str | None) -> str:
    """All sessions of a person share one, and all their keys another, so that their script does not
    shut them out of the UI. What is not accepted counts against the address."""
    if actor is None:
        return f"limit:address:{network(address)}"
    holder = actor.user_id or actor.service_account_id or f"{actor.org_id}:{actor.name}"
    return f"limit:{actor.kind.value.lower()}:{holder}"


async def pause() -> None:
    """Before a stranger is refused: who waits for that and asks again at once costs us little."""
    # Spread, so that they don't all come back together; it guards no secret.
    await asyncio.sleep(random.uniform(*_REFUSAL_SECONDS))  # noqa: S311


class RateLimiter:
    """One per process, over the connection pool it is given."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._members = Rate(settings.rate_limit_per_minute, settings.rate_limit_burst)
        self._strangers = Rate(
            min(settings.rate_limit_per_minute, settings.rate_limit_anonymous_per_minute),
            min(settings.rate_limit_burst, settings.rate_limit_anonymous_burst),
        )
        self._waiting: list[_Asked] = []
        self._sender: asyncio.Task[None] | None = None
        self._paused_until = 0.0

    async def charge(
        self, scope: MutableMapping[str, Any], actor: Actor | None, tokens: int = 1
    ) -> None:
        """Leave the verdict in the scope, for the headers of the answer. Raises RateLimited, to who
        is not signed in after a pause."""
        verdict = await self.take(actor, tokens)
        if verdict is not None:
            scope[SCOPE_KEY] = verdict
            if verdict.remaining is None:
                metrics.uncounted.inc()
            if verdict.wait_seconds:
                metrics.rate_limited.inc()
                if actor is None:
                    await pause()
                raise RateLimited(retry_after_seconds=verdict.retry_after_seconds)

    async def owe(self, scope: MutableMapping[str, Any], actor: Actor | None, tokens: int) -> None:
        """Take tokens for work that is done: those that are missing delay later requests."""
        verdict = await self.take(actor, -tokens)
        if verdict is not None:
            scope[SCOPE_KEY] = verdict

    async def take(self, actor: Actor | None, tokens: int = 1) -> Verdict | None:
        """None: there is no limit. An operation that needs more than a full bucket takes it all;
        tokens below nought are owed."""
        rate = self._strangers if actor is None else self._members
        if not self._members.per_minute:
            return None
        if time.monotonic() < self._paused_until:
            return Verdict(rate.per_minute)
        answer = asyncio.get_running_loop().create_future()
        asked = _Asked(bucket_of(actor, origin.get().address), rate, tokens, answer)
        self._waiting.append(asked)
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())
        return await asked.answer

    async def _send(self) -> None:
        """What comes while an answer is under way goes together in the next round."""
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, []
                await self._answer(asked)
        finally:
            self._sender = None

    async def _answer(self, asked: list[_Asked]) -> None:
        """Everybody hears something, else their requests would wait for ever."""
        try:
            verdicts = await self._verdicts(asked)
        except Exception:
            logger.exception("requests are not counted")
            verdicts = [Verdict(each.rate.per_minute) for each in asked]
        for each, verdict in zip(asked, verdicts, strict=True):
            if not each.answer.done():
                each.answer.set_result(verdict)

    async def _verdicts(self, asked: list[_Asked]) -> list[Verdict]:
        numbers = [
            (60_000_000 / each.rate.per_minute, each.rate.size, each.tokens) for each in asked
        ]
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                found = await self._script(
                    keys=[each.key for each in asked],
                    args=[*chain.from_iterable(numbers)],
                )
        except (RedisError, OSError) as error:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            logger.warning("requests are not counted", extra={"why": str(error)})
            return [Verdict(each.rate.per_minute) for each in asked]
        answers = zip(asked, found[::2], found[1::2], strict=True)
        return [
            Verdict(each.rate.per_minute, remaining, wait / 1_000_000)
            for each, wait, remaining in answers
        ]
