"""Runs: trigger, look, wait, cancel, retry, and follow them live."""

import uuid
from collections.abc import Generator, Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic

from dagy.api import documents
from dagy.api.errors import ForbiddenError
from dagy.api.failures import RunTimeoutError, failure_of
from dagy.api.follow import Item
from dagy.api.json_values import JSONInput, JSONValue
from dagy.api.models import (
    FinishedRun,
    LogLine,
    Run,
    RunEvent,
    RunStatus,
    RunSummary,
    TaskRun,
)
from dagy.api.shapes import (
    RunReference,
    converted,
    found,
    given,
    moment,
    named,
    reference,
    several,
)
from dagy.api.sync.calls import Calls
from dagy.api.sync.concurrency import merged, sleep
from dagy.api.sync.handle import TriggeredRun

# A stream may end while the run goes on, when its server shuts down in an orderly way.
RESUME_SECONDS = 0.5


class RunCalls(Calls):
    """Methods of DagyClient about runs.

    `run` is a slug ("calm-otter-204"), a global id, or any object of the API that has the run's
    `id`.
    """

    def trigger(
        self,
        deployment_name: str,
        parameters: Mapping[str, JSONInput] | None = None,
        *,
        idempotency_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        executor: str | None = None,
    ) -> TriggeredRun:
        """Start a run of a deployment.

        Args:
            deployment_name: The deployment.
            parameters: Values for the flow's parameters; the deployment's defaults fill the rest.
            idempotency_key: The same key gives the same run, never a second one. Without it a
                new key is made, so that a lost answer never starts two.
            tags: Names and values to find the run by.
            executor: LOCAL, LAMBDA, STEP_FUNCTIONS or ECS; by default the router decides.

        Returns:
            The run, with `id`, `slug` and `wait()`.

        Raises:
            NotFoundError: There is no such deployment.
            BadUserInputError: A parameter is wrong; `field` names it.

        Example:
            ```python
            with DagyClient() as client:
                run = client.trigger("daily", {"city": "Oslo"})
                print(run.wait())
            ```
        """
        fields = {
            "deploymentName": deployment_name,
            "parameters": dict(parameters or {}),
            "idempotencyKey": idempotency_key or str(uuid.uuid4()),
            **given(tags=tags, executor=executor),
        }
        data = self._execute(documents.TRIGGER_RUN, {"input": fields}, safe=True)
        run = converted(data["triggerRun"]["run"], RunStatus)
        return TriggeredRun(self, run, created=bool(data["triggerRun"]["created"]))

    def wait(self, run: RunReference, *, timeout_seconds: float | None = None) -> JSONValue:
        """Wait until a run is over and return its result.

        Args:
            run: The run.
            timeout_seconds: How long to wait; None waits for as long as it takes.

        Returns:
            What the flow returned; None for who may not see payloads.

        Raises:
            RunFailedError: The run ended FAILED, CRASHED, TIMED_OUT or CANCELLED.
            RunTimeoutError: It is not over in time; it goes on.
        """
        finished = self.wait_until_over(run, timeout_seconds=timeout_seconds)
        if finished.state != "SUCCEEDED":
            raise failure_of(finished)
        return finished.result

    def wait_until_over(
        self, run: RunReference, *, timeout_seconds: float | None = None
    ) -> FinishedRun:
        """Like `wait`, but returns the run however it ended."""
        deadline = None if timeout_seconds is None else monotonic() + timeout_seconds
        status = self.run_status(run)
        while not status.is_terminal:
            left = None if deadline is None else deadline - monotonic()
            if left is not None and left <= 0:
                raise RunTimeoutError(status.slug, status.state, timeout_seconds or 0.0)
            self._follow_to_end(status.id, left)
            status = self.run_status(status)
        return self.finished_run(status)

    def _follow_to_end(self, run_id: str, timeout_seconds: float | None) -> None:
        """Returns when the events end or the time is up; the state says which it was."""
        began = monotonic()
        with suppress(TimeoutError):
            for _ in merged([lambda: self.follow_events(run_id)], timeout_seconds=timeout_seconds):
                pass
        if monotonic() - began < RESUME_SECONDS:
            # The stream of a server that shuts down ends early: not again at once.
            left = RESUME_SECONDS if timeout_seconds is None else timeout_seconds
            sleep(min(RESUME_SECONDS, left))

    def cancel(self, run: RunReference) -> RunStatus:
        """Cancel a run; running code is really stopped. A run that is over stays as it is.

        Raises:
            NotFoundError: There is no such run.
        """
        data = self._execute(documents.CANCEL_RUN, {"input": reference(run)}, safe=True)
        return converted(data["cancelRun"]["run"], RunStatus)

    def retry(
        self, run: RunReference, *, mode: str = "FROM_FAILED", task_key: str | None = None
    ) -> RunStatus:
        """Run a finished run again.

        Args:
            run: The run.
            mode: FROM_START runs everything again, FROM_FAILED keeps the results of the tasks
                that succeeded, FROM_TASK runs one task again and what follows it.
            task_key: The task for FROM_TASK.

        Raises:
            ConflictError: It is not over.
        """
        fields = {**reference(run), "mode": mode, **given(taskKey=task_key)}
        data = self._execute(documents.RETRY_RUN, {"input": fields})
        return converted(data["retryRun"]["run"], RunStatus)

    def run(self, run: RunReference) -> Run:
        """Everything about a run; parameters and result are None for who may not see payloads.

        Raises:
            NotFoundError: There is no such run.
        """
        data = self._execute_with_payload(documents.RUN, reference(run))
        return found(data["run"], Run, named(run))

    def run_status(self, run: RunReference) -> RunStatus:
        """The state of a run; needs no more than the right to read runs."""
        data = self._execute(documents.RUN_STATUS, reference(run))
        return found(data["run"], RunStatus, named(run))

    def finished_run(self, run: RunReference) -> FinishedRun:
        """State, error and result of a run, without its flow and deployment."""
        data = self._execute_with_payload(documents.FINISHED_RUN, reference(run))
        return found(data["run"], FinishedRun, named(run))

    def runs(
        self,
        *,
        limit: int | None = None,
        state: str | list[str] | tuple[str, ...] | None = None,
        flow_name: str | None = None,
        deployment_name: str | None = None,
        environment: str | None = None,
        trigger: str | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        tags: Mapping[str, str] | None = None,
        search: str | None = None,
        mine: bool | None = None,
    ) -> Generator[RunSummary, None, None]:
        """Yield runs, the newest first. Pages are fetched as they are needed.

        Args:
            limit: At most so many; None for all.
            state: Only runs in this state, or in one of these.
            flow_name: Only runs of this flow.
            deployment_name: Only runs of this deployment.
            environment: Only runs in this environment.
            trigger: Only runs that were started so: API, SCHEDULE, SENSOR, …
            created_after: Only runs created after this moment; a naive one is local time.
            created_before: Only runs created before it.
            tags: Only runs with all of these tags.
            search: Only runs with this text in their slug or flow.
            mine: True for runs that this token's owner started.
        """
        filters = given(
            state=several(state),
            flowName=flow_name,
            deploymentName=deployment_name,
            environment=environment,
            trigger=trigger,
            createdAfter=moment(created_after),
            createdBefore=moment(created_before),
            tags=tags,
            search=search,
            mine=mine,
        )
        return self._pages(
            documents.RUNS,
            {"filter": filters, "orderBy": "CREATED_AT_DESC"},
            RunSummary,
            connection=lambda data: data["runs"],
            limit=limit,
        )

    def task_runs(
        self, run: RunReference, *, limit: int | None = None
    ) -> Generator[TaskRun, None, None]:
        """Yield the tasks of a run, the children of mapped ones included ("load[3]")."""
        yield from self._pages(
            documents.RUN_TASKS,
            {"runId": self._run_id(run)},
            TaskRun,
            connection=lambda data: data["taskRuns"],
            limit=limit,
            execute=self._execute_with_payload,
        )

    def logs(
        self, run: RunReference, *, task_run_id: str | None = None, limit: int | None = None
    ) -> Generator[LogLine, None, None]:
        """Yield the lines a run has written so far, the oldest first.

        Args:
            run: The run.
            task_run_id: Only lines of this task run.
            limit: At most so many; None for all.
        """
        return self._pages(
            documents.LOGS,
            {**reference(run), "taskRunId": task_run_id},
            LogLine,
            connection=lambda data: found(data["run"], dict, named(run))["logs"],
            limit=limit,
        )

    def follow_logs(
        self, run: RunReference, *, task_run_id: str | None = None, after: str | None = None
    ) -> Generator[LogLine, None, None]:
        """Yield log lines, then live ones, until the run is over.

        A connection that is cut is made again; no line is missed or comes twice.

        Args:
            run: The run.
            task_run_id: Only lines of this task run.
            after: The cursor of the last line seen; None begins with the first.
        """
        run_id = self._run_id(run)
        for data in self._subscribe(
            documents.RUN_LOGS,
            {"runId": run_id, "taskRunId": task_run_id, "after": after},
            cursor=lambda data: str(data["runLogs"]["cursor"]),
        ):
            yield converted(data["runLogs"], LogLine)

    def follow_events(
        self, run: RunReference, *, after: str | None = None
    ) -> Generator[RunEvent, None, None]:
        """Yield changes of state, then live ones, until the run is over.

        Args:
            run: The run.
            after: The cursor of the last event seen; None begins with the first.
        """
        run_id = self._run_id(run)
        for data in self._subscribe(
            documents.RUN_EVENTS,
            {"runId": run_id, "after": after},
            cursor=lambda data: str(data["runEvents"]["cursor"]),
        ):
            yield converted(data["runEvents"], RunEvent)

    def follow_run(self, run: RunReference) -> Generator[Item, None, None]:
        """Yield events and log lines in order, each once, until the run is over.

        Who may not see payloads gets the events only.
        """
        run_id = self._run_id(run)
        reached: dict[type[Item], str] = {}
        while True:
            for item in merged(
                [
                    lambda: self.follow_events(run_id, after=reached.get(RunEvent)),
                    lambda: self._readable_logs(run_id, after=reached.get(LogLine)),
                ]
            ):
                reached[type(item)] = item.cursor
                yield item
            if (self.run_status(run_id)).is_terminal:
                return
            sleep(RESUME_SECONDS)

    def _readable_logs(self, run_id: str, *, after: str | None) -> Generator[LogLine, None, None]:
        try:
            yield from self.follow_logs(run_id, after=after)
        except ForbiddenError:
            return

    def _run_id(self, run: RunReference) -> str:
        named_by = reference(run)
        return named_by.get("id") or (self.run_status(run)).id
