"""flow.run_local(): the same scheduler in the caller's process, with files as its host."""

import os
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UnsetType

from dagy.errors import SecretNotFoundError
from dagy.flow import Flow
from dagy.masking import known
from dagy.places import local_dir, private_folder
from dagy.runner.cache import LocalCache
from dagy.runner.capturing import captured
from dagy.runner.execution import Execution
from dagy.runner.isolation import Isolation
from dagy.runner.masked import mask_event
from dagy.runner.protocol import (
    ArtifactSaved,
    ErrorInfo,
    Event,
    Log,
    Result,
    RunFinished,
    RunRequest,
    TaskCached,
    TaskCancelled,
    TaskFailed,
    TaskMapped,
    TaskRetrying,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
    TaskTimedOut,
    line,
)
from dagy.runner.readers import Readers
from dagy.runner.scheduler import Scheduler
from dagy.secrets import LOCAL_PREFIX
from dagy.slugs import new_slug
from dagy.states import State
from dagy.values import encode, round_trip


@dataclass(slots=True)
class LocalTask:
    """The last known state of a task or of one child ("load[3]")."""

    key: str
    state: State
    attempt: int = 0
    result: Any = None
    error: ErrorInfo | None = None
    reason: str | None = None
    duration_ms: float | None = None


@dataclass(slots=True)
class LocalRun:
    """What run_local() returns; `result` is the JSON form of what the flow returns."""

    run_id: str
    run_slug: str
    state: State
    folder: Path
    result: Any = None
    error: ErrorInfo | None = None
    tasks: dict[str, LocalTask] = field(default_factory=dict)
    artifacts: list[ArtifactSaved] = field(default_factory=list)

    @property
    def status(self) -> State:
        return self.state


class LocalHost:
    """Keeps every event in events.ndjson and the newest state of every task."""

    def __init__(self, run: LocalRun, on_event: Callable[[Event], None] | None) -> None:
        self.run = run
        self.scheduler: Scheduler | None = None
        self._on_event = on_event
        self._terminal = sys.stdout
        self._cache = LocalCache(private_folder(local_dir()) / "cache")
        self._lock = threading.Lock()
        self._file = (run.folder / "events.ndjson").open("wb")

    def emit(self, event: Event) -> None:
        event = mask_event(event, known) if known else event
        with self._lock:
            self._file.write(line(event))
            self._note(event)
            if self._on_event is not None:
                self._on_event(event)
            elif isinstance(event, Log):
                self._print(event.message)

    def _print(self, message: str) -> None:
        """A reader that has left (`python flow.py | head`) or a full disk never fails the run."""
        with suppress(OSError, ValueError):  # ValueError: the stream is closed
            self._terminal.write(f"{message}\n")

    def flush(self) -> None:
        self._file.flush()

    def cache_get(self, cache_key: str) -> Result | None:
        return self._cache.get(cache_key)

    def secret(self, name: str) -> str:
        """From the environment: a run without a server has no other place for secrets."""
        value = os.environ.get(LOCAL_PREFIX + name)
        if value is None:
            raise SecretNotFoundError(
                f"there is no secret {name!r} here",
                hint=f"set the environment variable {LOCAL_PREFIX}{name}",
            )
        known.add(value)
        return value

    def close(self) -> None:
        self._file.close()

    def _note(self, event: Event) -> None:
        match event:
            case Log() | RunFinished():
                return
            case ArtifactSaved():
                self.run.artifacts.append(event)
            case _:
                note(self.run.tasks, event)
        if isinstance(event, TaskSucceeded):
            self._succeeded(event)

    def _succeeded(self, event: TaskSucceeded) -> None:
        if event.cache_key is not None and not event.result.masked:
            self._cache.put(event.cache_key, event.result, ttl_seconds=event.cache_ttl_seconds)
        if event.sync_id is not None and self.scheduler is not None:
            self.flush()
            self.scheduler.acknowledge(event.sync_id)


def note(tasks: dict[str, LocalTask], event: Event) -> None:
    """Applies an event to the states of tasks."""
    key: str = getattr(event, "key", "")
    task = tasks.setdefault(key, LocalTask(key, State.PENDING))
    task.attempt = getattr(event, "attempt", task.attempt)
    task.error = getattr(event, "error", None)
    task.reason = getattr(event, "reason", None)
    match event:
        case TaskStarted() | TaskMapped():
            task.state = State.RUNNING
        case TaskSucceeded(result=result, duration_ms=duration_ms):
            task.state, task.result, task.duration_ms = State.SUCCEEDED, read(result), duration_ms
        case TaskCached(result=result):
            task.state, task.result = State.CACHED, read(result)
        case TaskRetrying():
            task.state = State.RETRYING
        case TaskFailed():
            task.state = State.FAILED
        case TaskTimedOut():
            task.state = State.TIMED_OUT
        case TaskSkipped():
            task.state = State.SKIPPED
        case TaskCancelled():
            task.state = State.CANCELLED


def read(result: Result) -> Any:
    """The value of a result, wherever it is."""
    if not isinstance(result.ref, UnsetType):
        return msgspec.json.decode(Path(result.ref.path).read_bytes())
    if isinstance(result.value, msgspec.Raw):
        return msgspec.json.decode(result.value)
    return result.value


def returned(flow: Flow[..., Any], run: LocalRun) -> Any:
    """The result as the annotations of the flow and of its tasks say, else its JSON form."""
    try:
        return Readers(flow.trace(), flow.signature).output.decode(encode(run.result))
    except msgspec.ValidationError:
        return run.result


def run_local(
    flow: Flow[..., Any],
    parameters: dict[str, Any],
    *,
    max_workers: int = 2,
    fail_fast: bool | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> LocalRun:
    """Raises TraceError and BadParameterError before anything runs."""
    traced = flow.trace()
    flow.bind(parameters)
    run_id = str(uuid.uuid4())
    folder = private_folder(local_dir() / "runs") / run_id
    run = LocalRun(run_id, new_slug(), State.RUNNING, folder)
    request = RunRequest(
        run_id=run_id,
        run_slug=run.run_slug,
        flow_name=flow.name,
        flow_version=flow.version,
        parameters=round_trip(parameters, what="parameters"),
        fail_fast=fail_fast,
        max_workers=max_workers,
        work_dir=str(Path.cwd()),
        spool_dir=str(folder / "spool"),
    )
    (folder / "spool").mkdir(parents=True)
    host = LocalHost(run, on_event)
    execution = Execution.of(flow, traced, request, host)
    try:
        finished = _run(execution, host)
    finally:
        host.close()
    return _conclude(run, finished, request)


def _run(execution: Execution, host: LocalHost) -> RunFinished:
    needs_processes = any(task.is_isolated for task in execution.traced.spec.tasks)
    isolation = Isolation(execution) if needs_processes else None
    scheduler = host.scheduler = Scheduler(execution, host, isolation=isolation)
    with captured(None):
        finished = scheduler.run()
    scheduler.pool.join()
    finished = mask_event(finished, known)
    host.emit(finished)
    return finished


def _conclude(run: LocalRun, finished: RunFinished, request: RunRequest) -> LocalRun:
    run.state = State(finished.state)
    run.error = finished.error
    run.result = None if finished.result is None else read(finished.result)
    document = {"request": request, "finished": finished}
    (run.folder / "run.json").write_bytes(msgspec.json.encode(document))
    return run
