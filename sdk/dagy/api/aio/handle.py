"""The run that `trigger()` started."""

from collections.abc import AsyncGenerator
from typing import Protocol

from dagy.api.follow import Item
from dagy.api.json_values import JSONValue
from dagy.api.models import LogLine, RunStatus
from dagy.api.shapes import RunReference


class AsyncRunner(Protocol):
    """What a handle asks its client for."""

    async def wait(self, run: RunReference, *, timeout_seconds: float | None = None) -> JSONValue:
        """See AsyncDagyClient."""

    async def run_status(self, run: RunReference) -> RunStatus: ...

    async def cancel(self, run: RunReference) -> RunStatus: ...

    def logs(
        self, run: RunReference, *, task_run_id: str | None = None, limit: int | None = None
    ) -> AsyncGenerator[LogLine, None]: ...

    def follow_run(self, run: RunReference) -> AsyncGenerator[Item, None]: ...


class AsyncTriggeredRun:
    """A run that was started, and a client to ask about it.

    Attributes:
        run: The run as it was when it was started, or last refreshed.
        created: False when the idempotency key had been used: the run is the first one's.
    """

    def __init__(self, client: AsyncRunner, run: RunStatus, *, created: bool) -> None:
        self._client = client
        self.run = run
        self.created = created

    @property
    def id(self) -> str:
        """Its global id."""
        return self.run.id

    @property
    def slug(self) -> str:
        """Its name, such as "calm-otter-204"."""
        return self.run.slug

    @property
    def state(self) -> str:
        """The state it was in when last looked at; `refresh()` looks again."""
        return self.run.state

    async def wait(self, *, timeout_seconds: float | None = None) -> JSONValue:
        """Wait until the run is over and return its result.

        Args:
            timeout_seconds: How long to wait; None waits for as long as it takes.

        Raises:
            RunFailedError: The run did not succeed; it has the state, the error and the slug.
            RunTimeoutError: It is not over in time; it goes on.
        """
        return await self._client.wait(self, timeout_seconds=timeout_seconds)

    async def refresh(self) -> RunStatus:
        """Look at the run again; `run` and `state` are new afterwards."""
        self.run = await self._client.run_status(self)
        return self.run

    async def cancel(self) -> RunStatus:
        """Cancel the run."""
        self.run = await self._client.cancel(self)
        return self.run

    def logs(self, *, limit: int | None = None) -> AsyncGenerator[LogLine, None]:
        """Yield the lines it has written so far, the oldest first."""
        return self._client.logs(self, limit=limit)

    def follow(self) -> AsyncGenerator[Item, None]:
        """Yield its events and log lines in order until it is over."""
        return self._client.follow_run(self)

    def __repr__(self) -> str:
        return f"AsyncTriggeredRun({self.slug!r}, {self.state})"
