"""What every engine offers. A backend runs submissions and reports to a sink; it knows no table."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from dagy.masking import Masker
from dagy.runner.protocol import Crash, ErrorInfo, Event, Result, RunRequest, SecretReply
from dagy_gql.enums import Executor


@dataclass(frozen=True, slots=True)
class BackendCapabilities:
    """`None` is "no limit of its own"."""

    max_seconds: int | None
    max_memory_mb: int | None
    runs_tasks_in_parallel: bool
    retries_natively: bool
    cost_model: str


@dataclass(frozen=True, slots=True)
class CrashBudget:
    """How often a run is begun again after a crash. `flow` is what @flow(crash_retries=) says, for
    every kind of crash; without it a fault of the flow's own code is final."""

    crashes: int = 0
    server: int = 0
    flow: int | None = None

    def left(self, *, is_own_fault: bool) -> int:
        """Below 0 when one more crash ends the run."""
        default = 0 if is_own_fault else self.server
        return (default if self.flow is None else self.flow) - self.crashes - 1


@dataclass(frozen=True, slots=True)
class RunSubmission:
    """One attempt at a run. `source` is the unpacked archive; `fence` marks every later write;
    `known` masks the secrets that the attempt was given, in all that it says, which is about its
    `task_keys` alone; None knows no others. `protected_environment` is its environment where
    that was protected when the attempt began."""

    run_id: UUID
    org_id: UUID
    fence: int
    flow_id: UUID
    environment: str | None
    entrypoint: str
    source: Path
    request: RunRequest
    known: Masker = field(default_factory=Masker, compare=False)
    crash_budget: CrashBudget = CrashBudget()
    task_keys: Collection[str] | None = None
    protected_environment: UUID | None = None


class EndCause(StrEnum):
    FINISHED = "FINISHED"
    EXITED = "EXITED"
    KILLED = "KILLED"
    IMPORT_FAILED = "IMPORT_FAILED"
    DEADLINE = "DEADLINE"
    CANCELLED = "CANCELLED"
    GARBLED = "GARBLED"
    OVER_LIMIT = "OVER_LIMIT"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How the process of an attempt ended. `exit_code` with EXITED, `signal` with KILLED, and
    `crash` where a fault of its own code killed it."""

    cause: EndCause
    exit_code: int | None = None
    signal: int | None = None
    error: ErrorInfo | None = None
    crash: Crash | None = None


@dataclass(frozen=True, slots=True)
class BackendRunResult:
    """`external_id` is the engine's own name for the run: a process id, an execution ARN."""

    is_running: bool
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class BackendLogEntry:
    at: datetime
    message: str


class RunSink(Protocol):
    """Where a backend reports. `record` waits when the database is behind (back-pressure)."""

    async def record(self, run: RunSubmission, events: Sequence[Event]) -> None: ...

    async def ended(self, run: RunSubmission, end: RunEnd) -> None:
        """Exactly once per submission, after its last `record`."""

    async def cached(self, run: RunSubmission, cache_key: str) -> Result | None: ...

    async def secret(self, run: RunSubmission, request_id: int, name: str) -> SecretReply:
        """What the run asked for; `run.known` masks it before this answers."""


class ExecutionBackend(Protocol):
    name: Executor
    capabilities: BackendCapabilities

    async def submit_run(self, run: RunSubmission) -> BackendRunResult: ...

    async def get_run_status(self, run_id: UUID) -> BackendRunResult: ...

    async def cancel_run(self, run_id: UUID, reason: str) -> BackendRunResult: ...

    async def get_logs(self, run_id: UUID) -> list[BackendLogEntry]: ...
