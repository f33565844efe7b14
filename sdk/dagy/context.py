"""What user code can ask about the run it is part of."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from dagy.errors import NoActiveRunError, SecretNotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContext:
    """`attempt` counts from 1; `map_index` is set for a child of `.map()`."""

    key: str
    name: str
    attempt: int
    map_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSummary:
    code: str
    message: str
    type: str | None = None


def _no_secrets(name: str) -> str:
    raise SecretNotFoundError(f"there is no secret {name!r} here")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """The run, and inside a task or a task's hook also the task. `error` is set for hooks."""

    run_id: str
    run_slug: str
    flow: str
    version: str | None
    attempt: int
    deployment: str | None = None
    environment: str | None = None
    task: TaskContext | None = None
    error: ErrorSummary | None = None
    load_parameters: Callable[[], dict[str, Any]] = field(default=dict, repr=False)
    cancelled: Callable[[], bool] = field(default=bool, repr=False)
    load_secret: Callable[[str], str] = field(default=_no_secrets, repr=False)
    spool_dir: str = field(default="", repr=False)
    publish: Callable[[Any], None] = field(default=lambda _: None, repr=False)

    @property
    def parameters(self) -> dict[str, Any]:
        """A fresh copy each time: changing it changes nothing elsewhere."""
        return self.load_parameters()

    @property
    def logger(self) -> logging.Logger:
        return get_logger()

    def is_cancelled(self) -> bool:
        """True once somebody asked the run to stop; long loops should look."""
        return self.cancelled()


current: ContextVar[RunContext | None] = ContextVar("dagy_run_context", default=None)


def get_run_context() -> RunContext:
    context = current.get()
    if context is None:
        raise NoActiveRunError(
            "no run is active here", hint="call get_run_context() inside a task that a run executes"
        )
    return context


class _TaskLogger(logging.Logger):
    """One that logging.config does not switch off: by default it does that to all it knows."""

    @property
    def disabled(self) -> bool:
        return False

    @disabled.setter
    def disabled(self, value: bool) -> None:
        return


def get_logger(name: str = "dagy.run") -> logging.Logger:
    """A logger whose lines, from DEBUG up, become the lines of the task that runs."""
    logger = logging.getLogger(name)
    if type(logger) is logging.Logger:
        logger.__class__ = _TaskLogger
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.DEBUG)
    return logger
