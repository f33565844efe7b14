"""A host in memory: runs a flow with the real scheduler and keeps its events."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from dagy import Flow
from dagy.errors import SecretNotFoundError
from dagy.masking import known
from dagy.runner.capture import LineLog
from dagy.runner.capturing import captured
from dagy.runner.execution import Execution
from dagy.runner.isolation import Isolation
from dagy.runner.protocol import (
    Event,
    Log,
    Result,
    RunFinished,
    RunRequest,
    TaskSucceeded,
    event_decoder,
    line,
)
from dagy.runner.scheduler import Scheduler


class MemoryHost:
    """`react` is called with the scheduler and each event, in the thread that emits it."""

    def __init__(self, react: Callable[[Scheduler, Event], None] | None = None) -> None:
        self.events: list[Event] = []
        self.cache: dict[str, Result] = {}
        self.secrets: dict[str, str] = {}
        self.acknowledges = True
        self.scheduler: Scheduler | None = None
        self._react = react

    def emit(self, event: Event) -> None:
        event = event_decoder.decode(line(event))
        self.events.append(event)
        assert self.scheduler is not None
        if isinstance(event, TaskSucceeded):
            if event.cache_key is not None:
                self.cache[event.cache_key] = event.result
            if event.sync_id is not None and self.acknowledges:
                self.scheduler.acknowledge(event.sync_id)
        if self._react is not None:
            self._react(self.scheduler, event)

    def flush(self) -> None:
        pass

    def cache_get(self, cache_key: str) -> Result | None:
        return self.cache.get(cache_key)

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            raise SecretNotFoundError(f"there is no secret {name!r} here")
        known.add(self.secrets[name])
        return self.secrets[name]

    def of(self, kind: type[Any], key: str | None = None) -> list[Any]:
        return [
            event
            for event in self.events
            if isinstance(event, kind) and (key is None or getattr(event, "key", None) == key)
        ]

    @property
    def names(self) -> list[str]:
        """Every event but logs as "task_started load"."""
        return [
            f"{event.__struct_config__.tag} {getattr(event, 'key', '')}".strip()
            for event in self.events
            if not isinstance(event, Log)
        ]

    @property
    def lines(self) -> list[str]:
        return [event.message for event in self.of(Log)]


def execute(
    flow: Flow[..., Any],
    host: MemoryHost | None = None,
    *,
    uniform: Callable[[], float] = lambda: 0.0,
    **request: Any,
) -> tuple[RunFinished, MemoryHost]:
    host = host or MemoryHost()
    folder = Path(tempfile.mkdtemp(prefix="dagy-test-"))
    # Not when the host goes: the last to hold it may be a thread that is being interrupted.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    given: dict[str, Any] = {
        "run_id": "run-1",
        "run_slug": "brave-otter-001",
        "flow_name": flow.name,
        "work_dir": str(folder),
        "spool_dir": str(folder),
    }
    execution = Execution.of(flow, flow.trace(), RunRequest(**(given | request)), host)
    needs_processes = any(task.is_isolated for task in execution.traced.spec.tasks)
    isolation = Isolation(execution) if needs_processes else None
    host.scheduler = Scheduler(execution, host, isolation=isolation, uniform=uniform)
    with captured(LineLog(host.scheduler.log)):
        finished = host.scheduler.run()
    host.scheduler.pool.join()
    host.emit(finished)
    return event_decoder.decode(line(finished)), host  # type: ignore[return-value]


def value(result: Result | None) -> Any:
    assert result is not None
    if isinstance(result.ref, msgspec.UnsetType):
        return result.value
    return msgspec.json.decode(Path(result.ref.path).read_bytes())
