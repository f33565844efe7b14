"""The states of runs and task runs, by the names the API uses."""

from enum import StrEnum


class State(StrEnum):
    """A state of a run or of a task run. Each member equals its name as text.

    A run is QUEUED, RUNNING, CANCELLING, SUCCEEDED, FAILED, CANCELLED, CRASHED or TIMED_OUT; a
    task run is PENDING, RUNNING, RETRYING, SUCCEEDED, CACHED, FAILED, TIMED_OUT, SKIPPED or
    CANCELLED.

    Example:
        ```python
        def tell(context: RunContext, state: State) -> None:
            if state.is_failure:
                print(context.run_slug, state)  # calm-otter-204 FAILED
        ```
    """

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
        """True for a state that is left only by a retry."""
        return self in _TERMINAL

    @property
    def is_success(self) -> bool:
        """True for SUCCEEDED and CACHED: there is a result."""
        return self in (State.SUCCEEDED, State.CACHED)

    @property
    def is_failure(self) -> bool:
        """True for FAILED, TIMED_OUT and CRASHED; neither skipped nor cancelled is a failure."""
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
