"""The cache key of a task call, and the question to the host's cache."""

import hashlib
from typing import Any

import msgspec

from dagy.errors import SecretLeakError
from dagy.masking import known
from dagy.runner.attempt import Failed, Job
from dagy.runner.execution import Execution
from dagy.runner.faults import error_info
from dagy.runner.host import Host
from dagy.runner.store import Stored, from_result
from dagy.values import decode


class Found(msgspec.Struct, frozen=True):
    cache_key: str
    stored: Stored


class Missed(msgspec.Struct, frozen=True):
    cache_key: str


_KEY_LIMIT = 200


def look_up(execution: Execution, job: Job, host: Host) -> Found | Missed | Failed:
    """Never raises: a key that cannot be made fails the task."""
    try:
        cache_key = _cache_key(execution, job)
    except Exception as error:  # a template or a function of user code
        return Failed(error_info(error), can_retry=False)
    result = host.cache_get(cache_key)
    return Missed(cache_key) if result is None else Found(cache_key, from_result(result))


def _cache_key(execution: Execution, job: Job) -> str:
    """Keys are of one task of one flow: "flow:task:rendered"."""
    task = execution.task(job.task_key)
    key: Any = task.settings.cache_key
    if callable(key):
        rendered = str(key(**execution.decode_arguments(job.task_key, job.arguments)))
    else:
        rendered = key.format_map({name: decode(raw) for name, raw in job.arguments.items()})
    if known.finds(rendered.encode("utf-8", "surrogatepass")):
        raise SecretLeakError(
            f"the cache key of task {task.name!r} holds a secret",
            hint="make the key of something else: keys are stored, and a masked one is no key",
        )
    full = f"{execution.flow.name}:{task.name}:{rendered}"
    if len(full) <= _KEY_LIMIT:
        return full
    return f"{full[:100]}:{hashlib.sha256(full.encode()).hexdigest()}"
