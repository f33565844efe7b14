"""The states of runs and task runs, by the names the API uses."""

from enum import StrEnum


class State(StrEnum):
    PENDING = "PENDING"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    RETRYING = "RETRYING"
    SUCCEEDED = "SUCCEEDED"
    CACHED = "CACHED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    SKIPPED = "SKIPPED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"

    @property
    def is_terminal(self) -> bool:
        return self in _TERMINAL

    @property
    def is_success(self) -> bool:
        return self in (State.SUCCEEDED, State.CACHED)

    @property
    def is_failure(self) -> bool:
        return self in (State.FAILED, State.TIMED_OUT, State.CRASHED)


_TERMINAL = frozenset(
    {
        State.SUCCEEDED,
        State.CACHED,
        State.FAILED,
        State.TIMED_OUT,
        State.SKIPPED,
        State.CANCELLED,
        State.CRASHED,
    }
)
