"""Runs of these tests, started and awaited through the API."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagy.client import DagyClient

_ENDED = frozenset({"SUCCEEDED", "FAILED", "CRASHED", "TIMED_OUT", "CANCELLED"})
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Gate:
    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def open(self) -> None:
        self.path.touch()


def start(client: DagyClient, deployment: str, **parameters: Any) -> str:
    """The name of the new run."""
    return client.trigger(deployment, parameters).run.slug


def tagged(client: DagyClient, deployment: str, tag: str, **parameters: Any) -> str:
    """The same with `test=<tag>`, for lists of these runs alone."""
    return client.trigger(deployment, parameters, tags={"test": tag}).run.slug


async def state_of(client: DagyClient, run: str, *states: str) -> str:
    """Its state, once it is one of these."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if (state := client.run_status(run).state) in states:
            return state
        await asyncio.sleep(0.05)
    raise AssertionError(f"{run} is {state}, and none of {', '.join(states)}")


async def ended(client: DagyClient, run: str) -> str:
    """The state that it ended in."""
    return await state_of(client, run, *_ENDED)
