"""The zygotes of one worker: at most one per (organization, flow version, environment)."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from dagy_gql.backends.local.sandbox import Sandbox, Shared
from dagy_gql.backends.local.zygote import ImportFailedError, Zygote, ZygoteGoneError


@dataclass(frozen=True, slots=True)
class ZygoteKey:
    org_id: UUID
    flow_id: UUID
    environment: str | None


class ZygotePool:
    """Zygotes retire after `idle_seconds`; past `limit` the longest idle one goes first."""

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        idle_seconds: float,
        limit: int,
        import_timeout_seconds: float,
    ) -> None:
        self._sandbox = sandbox
        self._idle_seconds = idle_seconds
        self._limit = limit
        self._import_timeout_seconds = import_timeout_seconds
        self._zygotes: dict[ZygoteKey, Zygote] = {}
        self._locks: dict[ZygoteKey, asyncio.Lock] = {}

    async def get(self, key: ZygoteKey, source: Path, entrypoint: str, work_dir: Path) -> Zygote:
        """A zygote that has imported the flow, for runs in folders beside `work_dir`; raises
        ImportFailedError, ZygoteGoneError."""
        zygote = self._zygotes.get(key)
        if zygote is not None and not zygote.is_gone:
            return zygote
        async with self._locks.setdefault(key, asyncio.Lock()):
            zygote = self._zygotes.get(key)
            if zygote is None or zygote.is_gone:
                zygote = await self._open(
                    key, source, entrypoint, self._sandbox.folders(key.org_id, work_dir)
                )
        return zygote

    async def _open(
        self, key: ZygoteKey, source: Path, entrypoint: str, visible: list[Shared]
    ) -> Zygote:
        gone = self._zygotes.pop(key, None)
        if gone is not None:
            await gone.close()
        await self._make_room()
        zygote = await Zygote.open(source, entrypoint, self._sandbox, visible)
        try:
            await zygote.ready(timeout_seconds=self._import_timeout_seconds)
        except ImportFailedError:
            await zygote.close()
            raise
        except ZygoteGoneError as gone:
            error = await zygote.ended()
            await zygote.close()
            if error is None:
                raise
            raise ImportFailedError(error) from gone
        self._zygotes[key] = zygote
        return zygote

    async def _make_room(self) -> None:
        idle = [(z.idle_since, key) for key, z in self._zygotes.items() if z.is_idle]
        if len(self._zygotes) >= self._limit and idle:
            _, oldest = min(idle, key=lambda pair: pair[0])
            await self._zygotes.pop(oldest).close()

    async def retire_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for key, zygote in list(self._zygotes.items()):
            is_old = zygote.is_idle and now - zygote.idle_since > self._idle_seconds
            if zygote.is_gone or is_old:
                del self._zygotes[key]
                self._locks.pop(key, None)
                await zygote.close()

    async def close(self) -> None:
        zygotes = list(self._zygotes.values())
        self._zygotes.clear()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*(zygote.close() for zygote in zygotes))
