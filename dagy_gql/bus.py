"""Redis: jobs, and live messages between processes. A hint only: whatever is lost here, the rows
still say, so a failed send is logged and never raised."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from arq.connections import ArqRedis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from dagy_gql.settings import Settings

logger = logging.getLogger(__name__)

# A follower that is further behind than this reads the rows instead of the messages.
_FEED_LIMIT = 1000
_RECONNECT_SECONDS = 0.2
_CONNECT_SECONDS = 2.0
_LOST = (RedisError, OSError)


class Job(StrEnum):
    """What a worker can be asked to do; the values name functions in `workers.main`."""

    EXECUTE_RUN = "execute_run"


class Channel:
    """Names of the channels, so that senders and followers agree."""

    WORKERS = "workers"

    @staticmethod
    def run(run_id: object) -> str:
        return f"run:{run_id}"

    @staticmethod
    def runs(org_id: object) -> str:
        return f"runs:{org_id}"


class WorkerCall:
    """What is said to all workers at once, as (channel, message) pairs."""

    SLOT = b"slot"
    CANCEL = b"cancel:"

    @classmethod
    def slot(cls) -> tuple[str, bytes]:
        """There may be something to claim: a slot is free, or a full worker passes a job on."""
        return Channel.WORKERS, cls.SLOT

    @classmethod
    def cancel(cls, run_id: object) -> tuple[str, bytes]:
        return Channel.WORKERS, cls.CANCEL + str(run_id).encode()


class Feed:
    """One follower's messages. `None` from `next` means: time is up or something was missed."""

    def __init__(self) -> None:
        self._messages: deque[bytes] = deque()
        self._wake = asyncio.Event()

    def put(self, message: bytes) -> None:
        if len(self._messages) >= _FEED_LIMIT:
            self._messages.clear()
        else:
            self._messages.append(message)
        self._wake.set()

    def resync(self) -> None:
        self._messages.clear()
        self._wake.set()

    async def next(self, *, timeout_seconds: float) -> bytes | None:
        if not self._messages:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout_seconds)
        self._wake.clear()
        return self._messages.popleft() if self._messages else None


class Bus:
    """One connection pool for sending and, from the first `follow` on, one listener."""

    def __init__(self, settings: Settings) -> None:
        self.redis: ArqRedis = ArqRedis.from_url(
            settings.redis_url, socket_connect_timeout=_CONNECT_SECONDS
        )
        self.redis.default_queue_name = settings.queue_name
        self._feeds: dict[str, set[Feed]] = {}
        self._pubsub: PubSub | None = None
        self._listener: asyncio.Task[None] | None = None

    async def enqueue(self, job: Job, key: object) -> None:
        """Ask any worker for `job` on the row `key`; a second ask while one waits is dropped."""
        try:
            await self.redis.enqueue_job(job, str(key), _job_id=f"{job}:{key}")
        except _LOST as error:
            logger.warning(
                "job hint was lost", extra={"job": job, "key": str(key), "why": str(error)}
            )

    async def publish(self, messages: list[tuple[str, bytes]]) -> None:
        """Send (channel, message) pairs in one round trip."""
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                for channel, message in messages:
                    pipe.publish(channel, message)
                await pipe.execute()
        except _LOST as error:
            logger.warning("live messages were lost", extra={"why": str(error)})

    async def ping(self) -> None:
        """Raises redis.exceptions.RedisError or OSError if Redis does not answer."""
        await self.redis.ping()

    @asynccontextmanager
    async def follow(self, channel: str) -> AsyncIterator[Feed]:
        """Messages of one channel from now on. Subscribed, as far as Redis is there, on entry."""
        feed = Feed()
        feeds = self._feeds.setdefault(channel, set())
        feeds.add(feed)
        try:
            await self._subscribe(channel)
            yield feed
        finally:
            feeds.discard(feed)
            if not feeds and self._feeds.get(channel) is feeds:
                del self._feeds[channel]
                await self._unsubscribe(channel)

    async def _subscribe(self, channel: str) -> None:
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        elif self._pubsub is not None and len(self._feeds[channel]) == 1:
            with contextlib.suppress(*_LOST):
                await self._pubsub.subscribe(channel)

    async def _unsubscribe(self, channel: str) -> None:
        if self._pubsub is not None:
            with contextlib.suppress(*_LOST):
                await self._pubsub.unsubscribe(channel)

    async def _listen(self) -> None:
        while True:
            try:
                async with self.redis.pubsub() as pubsub:
                    await pubsub.subscribe(Channel.WORKERS, *self._feeds)
                    self._pubsub = pubsub
                    self._resync()
                    async for message in pubsub.listen():
                        self._dispatch(message["type"], message["channel"], message["data"])
            except _LOST as error:
                logger.warning("listener lost Redis", extra={"why": str(error)})
            finally:
                self._pubsub = None
            self._resync()
            await asyncio.sleep(_RECONNECT_SECONDS)

    def _dispatch(self, kind: str, channel: bytes, data: bytes) -> None:
        feeds = self._feeds.get(channel.decode(), ())
        for feed in feeds:
            if kind == "message":
                feed.put(data)
            elif kind == "subscribe":
                feed.resync()

    def _resync(self) -> None:
        for feeds in self._feeds.values():
            for feed in feeds:
                feed.resync()

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
        await self.redis.aclose()
