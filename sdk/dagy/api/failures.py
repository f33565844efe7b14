"""What `wait()` raises: the run did not succeed, or is not over in time."""

from dagy.api.models import ErrorInfo, FinishedRun
from dagy.errors import DagyError
from dagy.states import State


class RunFailedError(DagyError):
    """A run that was waited for ended without success.

    Attributes:
        run_id: Its global id.
        slug: Its name, such as "calm-otter-204".
        state: FAILED, CRASHED, TIMED_OUT or CANCELLED.
        error: What went wrong: code, message, type, traceback, where, task_key. None for a run
            that was cancelled.
        reason: Why it came to this state, where no error says so.
    """

    code = "RUN_FAILED"
    exit_code = 6

    def __init__(
        self,
        *,
        run_id: str,
        slug: str,
        state: State,
        error: ErrorInfo | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(_message(slug, state, error, reason), hint=error.hint if error else None)
        self.run_id = run_id
        self.slug = slug
        self.state = state
        self.error = error
        self.reason = reason


class RunTimeoutError(DagyError, TimeoutError):
    """A run that was waited for is not over in time. It goes on.

    Attributes:
        slug: Its name.
        state: The state it is in.
    """

    code = "WAIT_TIMED_OUT"

    def __init__(self, slug: str, state: str, timeout_seconds: float) -> None:
        super().__init__(
            f"run {slug} is still {state} after {timeout_seconds:g} s",
            hint="it goes on; wait again, or cancel it",
        )
        self.slug = slug
        self.state = State(state)


def failure_of(run: FinishedRun) -> RunFailedError:
    return RunFailedError(
        run_id=run.id,
        slug=run.slug,
        state=State(run.state),
        error=run.error,
        reason=run.state_reason.message if run.state_reason else None,
    )


def _message(slug: str, state: State, error: ErrorInfo | None, reason: str | None) -> str:
    """`run calm-otter-204 FAILED in task load: ValueError: no such city (weather.py:7)`."""
    if error is None:
        return f"run {slug} {state}" + (f": {reason}" if reason else "")
    task = f" in task {error.task_key}" if error.task_key else ""
    kind = f"{error.type}: " if error.type else ""
    where = f" ({error.where})" if error.where else ""
    return f"run {slug} {state}{task}: {kind}{error.message}{where}"
