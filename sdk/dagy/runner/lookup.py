"""The cache key of a task call, and the question to the host's cache."""

from typing import Any

import msgspec

from dagy.cache_keys import full_key, rendered, with_defaults
from dagy.errors import SecretLeakError
from dagy.masking import known
from dagy.runner.attempt import Failed, Job
from dagy.runner.execution import Execution
from dagy.runner.faults import error_info
from dagy.runner.host import Host
from dagy.runner.store import Stored, from_result
from dagy.task import Task


class Found(msgspec.Struct, frozen=True):
    cache_key: str
    stored: Stored


class Missed(msgspec.Struct, frozen=True):
    cache_key: str


def look_up(execution: Execution, job: Job, host: Host) -> Found | Missed | Failed:
    """Never raises: a key that cannot be made fails the task."""
    try:
        cache_key = _cache_key(execution, job)
    except Exception as error:  # a template or a function of user code
        return Failed(error_info(error), can_retry=False)
    result = host.cache_get(cache_key)
    return Missed(cache_key) if result is None else Found(cache_key, from_result(result))


def _cache_key(execution: Execution, job: Job) -> str:
    """Raises what user code raises."""
    task = execution.task(job.task_key)
    assert task.settings.cache_key is not None
    decoded = execution.decode_arguments(job.task_key, job.arguments, job.map_index)
    text, typed = rendered(task.settings.cache_key, with_defaults(task.signature, decoded))
    if known.finds(text.encode("utf-8", "surrogatepass")) or known.finds(typed):
        raise SecretLeakError(
            f"the cache key of task {task.name!r} holds a secret",
            hint="make the key of something else: keys are stored, and a masked one is no key",
        )
    return full_key(
        scope=(*_flow(execution, task), task.name, task.version), text=text, typed=typed
    )


def _flow(execution: Execution, task: Task[..., Any]) -> tuple[str, ...]:
    flow = execution.flow
    if task.settings.cache_scope == "shared":
        return ()
    return (flow.name,) if flow.namespace is None else (flow.namespace, flow.name)
