"""How often somebody may try to sign in: counted in Redis for all processes together, and in this
process alone while Redis is away.

Every try counts before the password is looked at, so that many at once gain nothing; one that
succeeds is taken back.
"""

import asyncio
import hashlib
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

from dagy_gql.auth.origin import network, origin
from dagy_gql.errors import RateLimited
from dagy_gql.runtime import Runtime

logger = logging.getLogger(__name__)

_WINDOW_MS = 60_000
_KEPT = 10_000
_ANSWER_SECONDS = 0.5
# How long tries are counted here once Redis did not answer, rather than each wait for it.
_PAUSE_SECONDS = 1.0

# KEYS: counters. ARGV: ms of the window, then the limit of each. Answers 0, having counted, or the
# ms to wait, having counted nothing.
_COUNT = """
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[i + 1]) then
    return math.max(redis.call('PTTL', key), 1)
  end
end
for _, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, ARGV[1]) end
end
return 0
"""
_TAKE_BACK = """
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) > 0 then redis.call('DECR', key) end
end
"""


@dataclass(frozen=True, slots=True)
class Counter:
    key: str
    limit: int


def counters(account: str) -> list[Counter]:
    """Tries a minute: of an address at an account, of an address, and at an account from anywhere.

    The last is high: else anybody could lock somebody out by failing in their name.
    """
    place = network(origin.get().address)
    name = hashlib.sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    found = [Counter(f"dagy:tries:{place}", 60)]
    if account:
        found.append(Counter(f"dagy:tries:{place}:{name}", 10))
        found.append(Counter(f"dagy:tries::{name}", 100))
    return found


class Throttle:
    """One per process."""

    def __init__(self) -> None:
        # (count, end of the window)
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._paused_until = 0.0

    async def attempt(self, rt: Runtime, account: str = "") -> None:
        """`account` is an e-mail address, or "" where the try is at none. Raises RateLimited."""
        wanted = counters(account)
        limits = [_WINDOW_MS, *(counter.limit for counter in wanted)]
        found = await self._asked(rt, _COUNT, wanted, limits)
        wait_ms = self._count_here(wanted) if found is None else int(found)
        if wait_ms:
            raise RateLimited(retry_after_seconds=math.ceil(wait_ms / 1000))

    async def succeeded(self, rt: Runtime, account: str = "") -> None:
        wanted = counters(account)
        for counter in wanted:
            count, until = self._counts.get(counter.key, (0, 0.0))
            if count:
                self._counts[counter.key] = (count - 1, until)
        await self._asked(rt, _TAKE_BACK, wanted)

    async def _asked(
        self, rt: Runtime, script: str, wanted: Sequence[Counter], values: Sequence[int] = ()
    ) -> Any:
        """What the script answers; None: Redis is away, for a moment at least."""
        if time.monotonic() < self._paused_until:
            return None
        keys = [counter.key for counter in wanted]
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await rt.bus.redis.register_script(script)(keys=keys, args=values)
        except (RedisError, OSError) as error:
            self._paused_until = time.monotonic() + _PAUSE_SECONDS
            why = str(error) or type(error).__name__
            logger.warning("tries are counted in this process only", extra={"why": why})
            return None

    def _count_here(self, wanted: Sequence[Counter]) -> int:
        now = time.monotonic()
        for counter in wanted:
            count, until = self._counts.get(counter.key, (0, 0.0))
            if until > now and count >= counter.limit:
                return max(1, round((until - now) * 1000))
        for counter in wanted:
            count, until = self._counts.pop(counter.key, (0, 0.0))
            fresh = until <= now
            end = now + _WINDOW_MS / 1000 if fresh else until
            self._counts[counter.key] = (1 if fresh else count + 1, end)
        while len(self._counts) > _KEPT:
            self._counts.popitem(last=False)
        return 0
