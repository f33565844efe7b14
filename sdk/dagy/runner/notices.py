"""Hooks and log lines of a run: what may be told, how much of it, and in which thread."""

import threading
import time

from dagy.hooks import Hook, run_hooks
from dagy.runner.attempt import Job
from dagy.runner.capture import LineLog, active
from dagy.runner.clockwork import Clockwork
from dagy.runner.execution import Execution
from dagy.runner.graph import Instance
from dagy.runner.host import Host
from dagy.runner.pool import Pool
from dagy.runner.protocol import ErrorInfo, Log, RunFinished
from dagy.states import State

# A run that prints more is a loop gone wild; the rest is dropped with one line that says so.
MAX_LINES = 100_000
_SILENCE_SECONDS = 0.005
# What a hook that ran out of time has left to say so in the log.
_LAST_WORDS_SECONDS = 1.0


class Notices:
    def __init__(self, execution: Execution, host: Host, pool: Pool) -> None:
        self._execution = execution
        self._host = host
        self._pool = pool
        self._lock = threading.Lock()
        self._lines = 0
        self._sent_at = 0.0
        self._is_woken = False
        self._open_hooks = 0
        self._hooks_end_at = 0.0

    def log(self, event: Log) -> bool:
        """Passes a line on; True when the scheduler must be woken to send it.

        After a silence it is sent from here: the next step of the task may crash the process."""
        at = time.monotonic()
        with self._lock:
            self._lines += 1
            count = self._lines
            is_first = at - self._sent_at >= _SILENCE_SECONDS
            if is_first:
                self._sent_at = at
            wake = not is_first and not self._is_woken
            self._is_woken = self._is_woken or wake
        if count <= MAX_LINES:
            self._host.emit(event)
        elif count == MAX_LINES + 1:
            text = f"log truncated: the run wrote more than {MAX_LINES} lines"
            self._host.emit(Log(message=text, level="WARNING"))
        if is_first:
            self._host.flush()
        return wake

    def _log(self, event: Log) -> None:
        self.log(event)

    def woken(self) -> None:
        with self._lock:
            self._is_woken = False

    def task(self, instance: Instance, state: State, error: ErrorInfo | None = None) -> None:
        """Starts the task's hooks for `state`; the graph does not wait for them."""
        settings = self._execution.task(instance.node.key).settings
        hooks = {
            State.SUCCEEDED: settings.on_completion,
            State.RETRYING: settings.on_retry,
        }.get(state, settings.on_failure)
        if not hooks:
            return
        job = instance.job
        most_seconds = settings.hook_timeout_seconds * len(hooks) + _LAST_WORDS_SECONDS
        with self._lock:
            self._open_hooks += 1
            self._hooks_end_at = max(self._hooks_end_at, time.monotonic() + most_seconds)
        self._pool.submit(lambda: self._run(hooks, instance, job, state, error))

    def _run(
        self,
        hooks: tuple[Hook, ...],
        instance: Instance,
        job: Job,
        state: State,
        error: ErrorInfo | None,
    ) -> None:
        """In a thread of the pool; what a hook prints is the task's."""
        lines = LineLog(self._log, job.key, job.attempt)
        token = active.set(lines)
        try:
            context = self._execution.context(job.task_context(instance.node.spec.name), error)
            limit = self._execution.task(instance.node.key).settings.hook_timeout_seconds
            run_hooks(hooks, context, state, timeout_seconds=limit)
        finally:
            lines.close()
            active.reset(token)
            with self._lock:
                self._open_hooks -= 1

    def wait(self, clock: Clockwork, host: Host) -> None:
        """For the hooks of tasks, each of which has its own limit."""
        until = self._hooks_end_at
        while self._open_hooks and time.monotonic() < until:
            host.flush()
            clock.step(until=min(until, time.monotonic() + 0.01))

    def flow_running(self) -> None:
        self._flow_hooks(self._execution.flow.on_running, State.RUNNING, None)

    def flow_finished(self, event: RunFinished) -> RunFinished:
        flow, state = self._execution.flow, State(event.state)
        hooks = {State.SUCCEEDED: flow.on_completion, State.CANCELLED: flow.on_cancellation}
        self._flow_hooks(hooks.get(state, flow.on_failure), state, event.error)
        return event

    def _flow_hooks(self, hooks: tuple[Hook, ...], state: State, error: ErrorInfo | None) -> None:
        if hooks:
            limit = self._execution.flow.hook_timeout_seconds
            run_hooks(hooks, self._execution.context(error=error), state, timeout_seconds=limit)
