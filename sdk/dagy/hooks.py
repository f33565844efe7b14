"""Callbacks on state changes. What a hook does, returns or raises never changes the result."""

import logging
from collections.abc import Callable, Sequence

from dagy.context import RunContext, current
from dagy.states import State

Hook = Callable[[RunContext, State], object]
"""A callback on a change of state, for `on_running`, `on_completion`, `on_failure` and the like.

It is called with the run's context (`context.task` is set for a task's hook, `context.error` after
a failure) and the new state. What it returns or raises never changes the result.
"""

Hooks = Hook | Sequence[Hook] | None


def as_tuple(hooks: Hooks) -> tuple[Hook, ...]:
    if hooks is None:
        return ()
    return (hooks,) if callable(hooks) else tuple(hooks)


def run_hooks(hooks: tuple[Hook, ...], context: RunContext, state: State) -> None:
    token = current.set(context)
    try:
        for hook in hooks:
            _run_one(hook, context, state)
    finally:
        current.reset(token)


def _run_one(hook: Hook, context: RunContext, state: State) -> None:
    try:
        hook(context, state)
    except Exception:  # a hook is user code; it must not touch the run
        name = getattr(hook, "__name__", repr(hook))
        logging.getLogger("dagy.hooks").exception("hook %s failed on %s", name, state)
