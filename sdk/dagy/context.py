"""What user code can ask about the run it is part of."""

import itertools
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import msgspec

from dagy.errors import NoActiveRunError, SecretNotFoundError


class TaskContext(msgspec.Struct, frozen=True, kw_only=True):
    """The task that runs.

    Attributes:
        key: Its key in the flow, of a child of `.map()` with the index: "load[3]".
        name: The name of the task.
        attempt: Counts from 1.
        map_index: The index of the item, for a child of `.map()`.
    """

    key: str
    name: str
    attempt: int
    map_index: int | None = None


class ErrorSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a hook learns of a failure.

    Attributes:
        code: TASK_FAILED, TASK_TIMED_OUT, …
        message: The text of the exception.
        type: The name of its class.
    """

    code: str
    message: str
    type: str | None = None


def _no_secrets(name: str) -> str:
    raise SecretNotFoundError(f"there is no secret {name!r} here")


class RunContext(msgspec.Struct, frozen=True, kw_only=True):
    """The run that the code is part of; `get_run_context()` gives it, and hooks receive it.

    Attributes:
        run_id: The id of the run.
        run_slug: Its name, such as "calm-otter-204".
        flow: The name of the flow.
        version: The version of the flow; None for a local run of a flow without one.
        attempt: Which attempt at the run this is, from 1.
        deployment: The deployment it was started from; None for a local run.
        environment: The environment it belongs to; None for a local run.
        task: The task, inside of a task and its hooks; None in a flow's hooks.
        error: What went wrong, in the hooks of a failure.

    Example:
        ```python
        @task
        def load() -> None:
            context = get_run_context()
            context.logger.info("attempt %s of %s", context.task.attempt, context.run_slug)
        ```
    """

    run_id: str
    run_slug: str
    flow: str
    version: str | None
    attempt: int
    deployment: str | None = None
    environment: str | None = None
    task: TaskContext | None = None
    error: ErrorSummary | None = None
    load_parameters: Callable[[], dict[str, Any]] = dict
    cancelled: Callable[[], bool] = bool
    load_secret: Callable[[str], str] = _no_secrets
    spool_dir: str = ""
    publish: Callable[[Any], None] = lambda _: None
    count_file: Callable[[int], None] = lambda _: None

    def __repr__(self) -> str:
        shown = itertools.takewhile(lambda name: name != "load_parameters", self.__struct_fields__)
        return f"RunContext({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the run, a fresh copy each time: changing it changes nothing else."""
        return self.load_parameters()

    @property
    def logger(self) -> logging.Logger:
        """The same as `get_logger()`."""
        return get_logger()

    def is_cancelled(self) -> bool:
        """True once somebody asked the run to stop; long loops should look."""
        return self.cancelled()


current: ContextVar[RunContext | None] = ContextVar("dagy_run_context", default=None)


def get_run_context() -> RunContext:
    """The run that this code is part of.

    Raises:
        NoActiveRunError: The code is not called by a run.
    """
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
    """A logger whose lines, from DEBUG up, become the lines of the task that runs.

    Every other logger works as well, from the level it is set to.

    Args:
        name: The name of the logger.

    Example:
        ```python
        @task
        def load() -> None:
            get_logger().info("loading")
        ```
    """
    logger = logging.getLogger(name)
    if type(logger) is logging.Logger:
        logger.__class__ = _TaskLogger
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.DEBUG)
    return logger
