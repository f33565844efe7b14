"""How the coroutine of a thread is told to stop, without asyncio where no task needs it."""

from collections.abc import Callable

Noticed = Callable[[], None]

# By the id of the thread whose event loop runs it.
_coroutines: dict[int, Callable[[Noticed], None]] = {}


def register(thread: int, stop: Callable[[Noticed], None]) -> None:
    _coroutines[thread] = stop


def unregister(thread: int) -> None:
    _coroutines.pop(thread, None)


def stop_coroutine(thread: int, noticed: Noticed) -> bool:
    """From any thread or signal handler. False where no coroutine runs; `noticed` is called when
    its event loop sees it."""
    stop = _coroutines.get(thread)
    if stop is None:
        return False
    try:
        stop(noticed)
    except RuntimeError:  # its loop has just closed
        return False
    return True
