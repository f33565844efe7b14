"""How often somebody may try to sign in: counted in Redis for all processes together, and in this
process alone while Redis is away.

Every try counts before the password is looked at, so that many at once gain nothing; one that
succeeds is taken back.
"""

import hashlib
import logging
import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from redis.exceptions import RedisError

from dagy_gql.auth.origin import network, origin
from dagy_gql.errors import RateLimited
from dagy_gql.runtime import Runtime

logger = logging.getLogger(__name__)

_WINDOW_MS = 60_000
_KEPT = 10_000

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

    async def attempt(self, rt: Runtime, account: str = "") -> None:
        """`account` is an e-mail address, or "" where the try is at none. Raises RateLimited."""
        wanted = counters(account)
        try:
            wait_ms = await self._count(rt, wanted)
        except (RedisError, OSError) as error:
            logger.warning("tries are counted in this process only", extra={"why": str(error)})
            wait_ms = self._count_here(wanted)
        if wait_ms:
            raise RateLimited(retry_after_seconds=math.ceil(wait_ms / 1000))

    async def succeeded(self, rt: Runtime, account: str = "") -> None:
        wanted = counters(account)
        for counter in wanted:
            count, until = self._counts.get(counter.key, (0, 0.0))
            if count:
                self._counts[counter.key] = (count - 1, until)
        try:
            keys = [counter.key for counter in wanted]
            await rt.bus.redis.register_script(_TAKE_BACK)(keys=keys)
        except (RedisError, OSError) as error:
            logger.warning("a try was not taken back", extra={"why": str(error)})

    @staticmethod
    async def _count(rt: Runtime, wanted: Sequence[Counter]) -> int:
        keys = [counter.key for counter in wanted]
        limits = [counter.limit for counter in wanted]
        count = rt.bus.redis.register_script(_COUNT)
        return int(await count(keys=keys, args=[_WINDOW_MS, *limits]))

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
