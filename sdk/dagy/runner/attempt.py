"""One attempt of a task, in the thread or process that calls: arguments in, outcome out."""

import importlib
import inspect
import os
import time
from collections.abc import Callable
from typing import Any

import msgspec

from dagy.context import TaskContext, current
from dagy.errors import Cancelled
from dagy.hooks import condition_holds, run_hooks
from dagy.runner.capture import Emit, LineLog, active
from dagy.runner.crashes import under_name
from dagy.runner.execution import ArgumentError, Execution
from dagy.runner.faults import error_info
from dagy.runner.protocol import ErrorInfo, Result
from dagy.runner.store import Stored, store
from dagy.states import State
from dagy.task import Task
from dagy.values import check_depth, encode


class Job(msgspec.Struct, frozen=True):
    """`key` is the instance ("load[3]"), `task_key` the node; arguments are JSON texts. `known`
    are the secrets that may be in them, for a process that did not ask for them itself."""

    key: str
    task_key: str
    attempt: int
    map_index: int | None
    arguments: dict[str, msgspec.Raw]
    known: list[str] = []

    def task_context(self, name: str) -> TaskContext:
        return TaskContext(key=self.key, name=name, attempt=self.attempt, map_index=self.map_index)


class Done(msgspec.Struct, frozen=True, tag=True):
    """`stored` stays in the process; `result` is its form on the wire."""

    result: Result
    duration_ms: float


class Failed(msgspec.Struct, frozen=True, tag=True):
    error: ErrorInfo
    can_retry: bool


class Interrupted(msgspec.Struct, frozen=True, tag=True):
    """The attempt was stopped because the run stops."""


Outcome = Done | Failed | Interrupted


def execute(
    execution: Execution,
    job: Job,
    emit: Emit,
    *,
    on_memory_error: Callable[[], None] | None = None,
) -> tuple[Outcome, Stored | None]:
    """Never raises for what user code does. `on_memory_error` makes room for telling it."""
    task = execution.task(job.task_key)
    context = execution.context(job.task_context(task.name))
    log = LineLog(emit, job.key, job.attempt)
    context_token, log_token = current.set(context), active.set(log)
    started, process = time.perf_counter(), os.getpid()
    try:
        if task.settings.on_running:
            limit = _hook_seconds(task)
            run_hooks(task.settings.on_running, context, State.RUNNING, timeout_seconds=limit)
        stored = store(_call(execution, task, job), execution.request.spool_dir)
        duration_ms = round((time.perf_counter() - started) * 1000, 3)
        return Done(stored.result(), duration_ms), stored
    except Cancelled:
        return Interrupted(), None
    except BaseException as error:  # sys.exit() in a task fails the task, not the run
        if on_memory_error and isinstance(error, MemoryError):
            on_memory_error()
        return _failed(task, job, error), None
    finally:
        if os.getpid() != process:  # user code forked and the copy came back here
            os._exit(0)
        log.close()
        current.reset(context_token)
        active.reset(log_token)


def _call(execution: Execution, task: Task[..., Any], job: Job) -> bytes:
    arguments = execution.decode_arguments(job.task_key, job.arguments, job.map_index)
    value = under_name(job.key, lambda: _result(task.signature.call(task.function, arguments)))
    data = check_depth(encode(value))
    execution.readers.check(job.task_key, job.map_index, value)
    return data


def _result(value: Any) -> Any:
    """What an `async def` returns, once it has run."""
    if inspect.iscoroutine(value):
        return importlib.import_module("dagy.runner.coroutines").run(value)
    return value


def _failed(task: Task[..., Any], job: Job, error: BaseException) -> Failed:
    info = error_info(error)
    if isinstance(error, ArgumentError) or info.code == "RESULT_NOT_SERIALISABLE":
        return Failed(info, can_retry=False)
    return Failed(info, can_retry=can_retry(task, error, job.attempt))


def _hook_seconds(task: Task[..., Any]) -> float:
    """A hook that hangs must leave half of the time to the task itself."""
    limit = task.settings.timeout_seconds
    most = task.settings.hook_timeout_seconds
    if limit is None:
        return most
    return min(most, limit / 2 / len(task.settings.on_running))


def can_retry(task: Task[..., Any], error: BaseException, attempt: int) -> bool:
    """What the task's retry_condition_fn says; without one, yes."""
    condition = task.settings.retry_condition_fn
    if condition is None:
        return True
    return condition_holds(
        condition,
        error,
        attempt,
        task=task.name,
        timeout_seconds=task.settings.hook_timeout_seconds,
    )
