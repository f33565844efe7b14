"""Runs the coroutine of a task; one that is told to stop is cancelled at its next await."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from dagy.errors import Cancelled
from dagy.runner.stopping import Noticed, register, unregister

R = TypeVar("R")


def run(coroutine: Coroutine[Any, Any, R]) -> R:
    """Raises Cancelled for a coroutine that was told to stop."""
    return asyncio.run(_stoppable(coroutine))


async def _stoppable(coroutine: Coroutine[Any, Any, R]) -> R:
    loop, task, thread = asyncio.get_running_loop(), asyncio.current_task(), threading.get_ident()
    assert task is not None
    is_stopped = False

    def stop(noticed: Noticed) -> None:
        loop.call_soon_threadsafe(cancel, noticed)

    def cancel(noticed: Noticed) -> None:
        nonlocal is_stopped
        is_stopped = True
        noticed()
        task.cancel()

    register(thread, stop)
    try:
        return await coroutine
    except asyncio.CancelledError:
        if is_stopped:
            raise Cancelled from None
        raise
    finally:
        unregister(thread)
