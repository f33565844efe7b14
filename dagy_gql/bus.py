"""Redis: jobs, and live messages between processes. A hint only: whatever is lost here, the rows
still say, so a failed send is logged and never raised."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from redis.asyncio.client import Pipeline, PubSub
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from dagy_gql import clock
from dagy_gql.settings import Settings

logger = logging.getLogger(__name__)

# A follower that is further behind than this reads the rows instead of the messages.
_FEED_LIMIT = 1000
_RECONNECT_SECONDS = 0.2
_CONNECT_SECONDS = 2.0
# How long a sender waits for a Redis that is there and does not answer, and how long nobody does
# after that.
_ANSWER_SECONDS = 1.0
_PAUSE_SECONDS = 1.0
_SILENT = (TimeoutError, RedisTimeoutError)
_LOST = (RedisError, OSError)
# A job that no worker took for so long is found in the rows instead.
_JOB_KEPT_MS = 24 * 3600 * 1000
_JOB_DELAY_MS = 50

Message = tuple[str, bytes]


class Job(StrEnum):
    """What a worker can be asked to do; the values name functions in `workers.main`."""

    BULK_OPERATION = "bulk_operation"
    EXECUTE_RUN = "execute_run"


def _job_id(job: Job, key: object) -> str:
    return f"{job}:{key}"


class Channel:
    """Names of the channels, so that senders and followers agree."""

    WORKERS = "workers"

    @staticmethod
    def run(run_id: object) -> str:
        return f"run:{run_id}"

    @staticmethod
    def bulk_operation(operation_id: object) -> str:
        return f"bulk:{operation_id}"

    @staticmethod
    def runs(org_id: object) -> str:
        return f"runs:{org_id}"


class WorkerCall:
    """What is said to all workers at once, as (channel, message) pairs."""

    SLOT = b"slot"
    CANCEL = b"cancel:"

    @classmethod
    def slot(cls) -> Message:
        """There may be something to claim: a slot is free, or a full worker passes a job on."""
        return Channel.WORKERS, cls.SLOT

    @classmethod
    def cancel(cls, run_id: object) -> Message:
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
            # Not wait_for: on Python 3.11 it swallows a cancellation that meets a message.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_seconds):
                    await self._wake.wait()
        self._wake.clear()
        return self._messages.popleft() if self._messages else None


class Bus:
    """One connection pool for sending and, from the first `follow` on, one listener."""

    def __init__(self, settings: Settings) -> None:
        self.redis: ArqRedis = ArqRedis.from_url(
            settings.redis_url, socket_connect_timeout=_CONNECT_SECONDS
        )
        self._queue = settings.queue_name
        self._feeds: dict[str, set[Feed]] = {}
        self._pubsub: PubSub | None = None
        self._listener: asyncio.Task[None] | None = None
        self._paused_until = 0.0

    async def enqueue(self, job: Job, key: object, *, delay_ms: int = 0) -> None:
        """Ask any worker for `job` on the row `key`; asking twice is asking once."""
        await self.send(jobs=[(job, key)], delay_ms=delay_ms)

    async def publish(self, messages: Sequence[Message]) -> None:
        await self.send(messages=messages)

    async def send(
        self,
        *,
        messages: Sequence[Message] = (),
        jobs: Sequence[tuple[Job, object]] = (),
        delay_ms: int = 0,
    ) -> None:
        """Messages and jobs in one round trip; the jobs are due in `delay_ms`.

        arq's own enqueue_job asks first whether the job exists, in two round trips more; a hint
        that is said again does no harm. A job is due a moment later than it is sent: workers hear
        of a queued run on their channel first, and then withdraw the job, which costs a fifth of
        what it takes arq to do it.
        """
        due_ms = clock.now_ms() + _JOB_DELAY_MS + delay_ms
        async with self._sending() as pipe:
            for channel, message in messages:
                pipe.publish(channel, message)
            for job, key in jobs:
                text = serialize_job(job, (str(key),), {}, None, due_ms)
                pipe.psetex(job_key_prefix + _job_id(job, key), _JOB_KEPT_MS, text)
                pipe.zadd(self._queue, {_job_id(job, key): due_ms})

    async def withdraw(self, job: Job, keys: Sequence[object]) -> None:
        """Nobody needs to do these jobs any more."""
        names = [_job_id(job, key) for key in keys]
        async with self._sending() as pipe:
            pipe.zrem(self._queue, *names)
            pipe.delete(*(job_key_prefix + name for name in names))

    @asynccontextmanager
    async def _sending(self) -> AsyncIterator[Pipeline]:
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                yield pipe
                if time.monotonic() >= self._paused_until:
                    async with asyncio.timeout(_ANSWER_SECONDS):
                        await pipe.execute()
        except _LOST as error:
            if isinstance(error, _SILENT):
                self._paused_until = time.monotonic() + _PAUSE_SECONDS
            logger.warning("hints were lost", extra={"why": str(error) or type(error).__name__})

    async def ping(self) -> None:
        """Raises redis.exceptions.RedisError or OSError if Redis does not answer."""
        await self.redis.ping()

    async def version(self) -> str:
        """Of the server; raises as `ping` does."""
        found: str = (await self.redis.info("server"))["redis_version"]
        return found

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
            except Exception:
                logger.exception("the listener failed and listens again")
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
