"""Callbacks of user code: on state changes, and whether to retry. What a hook does, returns or
raises never changes the result, and each has a time in which it must end.

Out of reach is what ends the whole process: os._exit(), a signal, a crash in native code."""

import contextvars
import importlib
import inspect
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from dagy.context import RunContext, current
from dagy.states import State

Hook = Callable[[RunContext, State], object]
"""A callback on a change of state, for `on_running`, `on_completion`, `on_failure` and the like.

It is called with the run's context (`context.task` is set for a task's hook, `context.error` after
a failure) and the new state. What it returns or raises never changes the result.
"""

Hooks = Hook | Sequence[Hook] | None

HOOK_TIMEOUT_SECONDS = 30.0
# A thread that waits must look up for the run to be able to cancel it.
_LOOK_UP_SECONDS = 0.1
# How long an async callback has to end after it was cancelled.
_CANCEL_SECONDS = 0.5


def as_tuple(hooks: Hooks) -> tuple[Hook, ...]:
    if hooks is None:
        return ()
    return (hooks,) if callable(hooks) else tuple(hooks)


class Callback:
    """One call of user code, sync or async, in a thread of its own: no thread can be stopped, but
    it can be left behind."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.value: Any = None
        self.error: BaseException | None = None
        self.timed_out = False
        self._function = function
        self._arguments = arguments
        self._done = threading.Event()

    @property
    def name(self) -> str:
        return getattr(self._function, "__name__", None) or repr(self._function)

    def run(self, timeout_seconds: float) -> "Callback":
        """Comes back when the call has ended or its time is over. Never raises what it raises."""
        space = contextvars.copy_context()
        work = threading.Thread(
            target=space.run, args=(self._work, timeout_seconds), name="dagy-hook", daemon=True
        )
        until = time.monotonic() + timeout_seconds
        work.start()
        while not self._done.wait(min(_LOOK_UP_SECONDS, max(0.0, until - time.monotonic()))):
            if time.monotonic() >= until and not self._done.wait(_CANCEL_SECONDS):
                self.timed_out = True
                break
        return self

    def _work(self, timeout_seconds: float) -> None:
        try:
            value = self._function(*self._arguments)
            self.value = self._awaited(value, timeout_seconds)
        except BaseException as error:  # sys.exit() in a callback ends the callback
            self.error = error
        finally:
            self._done.set()

    def _awaited(self, value: Any, timeout_seconds: float) -> Any:
        if not inspect.isawaitable(value):
            return value
        asyncio = importlib.import_module("asyncio")

        async def wait() -> Any:
            try:
                async with asyncio.timeout(timeout_seconds) as limit:
                    return await value
            except TimeoutError:
                self.timed_out = limit.expired()
                raise

        return asyncio.run(wait())


def run_hooks(
    hooks: tuple[Hook, ...],
    context: RunContext,
    state: State,
    *,
    timeout_seconds: float = HOOK_TIMEOUT_SECONDS,
) -> None:
    """One after the other; each has `timeout_seconds`."""
    token = current.set(context)
    try:
        for hook in hooks:
            call = Callback(hook, context, state).run(timeout_seconds)
            _tell(call, f"hook {call.name}", f"on {state}", timeout_seconds, "dagy.hooks")
    finally:
        current.reset(token)


def condition_holds(
    condition: Callable[[BaseException, int], Any],
    error: BaseException,
    attempt: int,
    *,
    task: str,
    timeout_seconds: float = HOOK_TIMEOUT_SECONDS,
) -> bool:
    """What a retry condition answers; one that raises, or does not answer in time, says no."""
    call = Callback(condition, error, attempt).run(timeout_seconds)
    what = f"retry_condition_fn of {task}"
    _tell(call, what, "and the task is not tried again", timeout_seconds, "dagy.retries")
    try:
        return not call.timed_out and call.error is None and bool(call.value)
    except Exception:  # a broken __bool__ of user code
        logging.getLogger("dagy.retries").exception("%s failed", what)
        return False


def _tell(call: Callback, what: str, when: str, timeout_seconds: float, logger: str) -> None:
    log = logging.getLogger(logger)
    if call.timed_out:
        log.error(
            "%s did not end within %g s %s: it is left behind (see hook_timeout_seconds)",
            what,
            timeout_seconds,
            when,
        )
    elif isinstance(call.error, SystemExit):
        log.error("%s called sys.exit(%r) %s: that ends nothing", what, call.error.code, when)
    elif call.error is not None:
        log.error("%s failed %s", what, when, exc_info=call.error)
