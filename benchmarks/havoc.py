"""Kills processes of a running installation, with SIGKILL, in an order that a seed decides."""

import asyncio
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# What is hit how often: runs die of their own process most of all.
_WEIGHTS = {"runner": 8, "worker": 5, "server": 3, "redis": 2, "postgres": 2}
_GAP_SECONDS = (0.2, 0.8)
_POLL_SECONDS = 0.05
_ZYGOTE = "dagy.runner.zygote"


@dataclass(slots=True)
class Havoc:
    """`folder` is that of `dagy up`, whose lock file names its processes."""

    folder: Path
    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    # When (time.monotonic) and what.
    log: list[tuple[float, str]] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return self.killed.total()

    async def wreak(self, kills: int, *, allowed: Callable[[], float]) -> None:
        """So many kills, and never more than are `allowed` by then: what is killed whenever it
        starts gets nothing done. What is just being restarted is left alone until it is back."""
        chance = random.Random(self.seed)
        before: dict[str, int] = {}
        while self.kills < kills:
            await asyncio.sleep(chance.uniform(*_GAP_SECONDS))
            while self.kills >= allowed():
                await asyncio.sleep(_POLL_SECONDS)
            (target,) = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
            pids = self._pids(target)
            alive = [pid for pid in pids if pid != before.get(target)]
            if not alive:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            pid = chance.choice(alive)
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            before[target] = pid
            self.killed[target] += 1
            self.log.append((time.monotonic(), target))

    def _pids(self, target: str) -> list[int]:
        try:
            named: dict[str, int] = json.loads((self.folder / "up.lock").read_text())["processes"]
        except (OSError, ValueError, KeyError):
            return []
        workers = [pid for name, pid in named.items() if name.startswith("worker")]
        if target == "worker":
            return workers
        if target == "runner":
            return [pid for worker in workers for pid in _runners(worker)]
        return [named[target]] if target in named else []


def _runners(worker: int) -> list[int]:
    """Processes that user code runs in: what zygotes have forked."""
    found: list[int] = []
    try:
        for zygote in psutil.Process(worker).children():
            if _ZYGOTE in zygote.cmdline():
                found.extend(child.pid for child in zygote.children())
    except psutil.Error:
        pass
    return sorted(found)
