"""Runs: trigger, look, cancel, retry, and follow them live."""

import re
import uuid
from collections.abc import Iterator, Mapping
from time import sleep
from typing import Any

from dagy.api import documents
from dagy.api.calls import Calls, converted, found, given
from dagy.api.errors import ForbiddenError
from dagy.api.follow import Item, merged
from dagy.api.models import (
    FinishedRun,
    LogLine,
    Run,
    RunEvent,
    RunStatus,
    RunSummary,
    TaskRun,
    TriggeredRun,
)

# Slugs are lower case with dashes; global ids are base64 and begin with upper case.
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# A stream may end while the run goes on, when its server shuts down in an orderly way.
RESUME_SECONDS = 0.5


class RunCalls(Calls):
    """Methods of DagyClient about runs. `run` is always a slug or a global id."""

    def trigger(
        self,
        deployment_name: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        executor: str | None = None,
    ) -> TriggeredRun:
        """Start a run. The key makes sending twice harmless; without one a new one is made."""
        fields = {
            "deploymentName": deployment_name,
            "parameters": dict(parameters or {}),
            "idempotencyKey": idempotency_key or str(uuid.uuid4()),
            **given(tags=tags, executor=executor),
        }
        data = self.execute(documents.TRIGGER_RUN, {"input": fields}, safe=True)
        return converted(data["triggerRun"], TriggeredRun)

    def cancel(self, run: str) -> RunStatus:
        data = self.execute(documents.CANCEL_RUN, {"input": reference(run)}, safe=True)
        return converted(data["cancelRun"]["run"], RunStatus)

    def retry(
        self, run: str, *, mode: str = "FROM_FAILED", task_key: str | None = None
    ) -> RunStatus:
        """`mode` is FROM_START, FROM_FAILED or FROM_TASK (which needs `task_key`)."""
        fields = {**reference(run), "mode": mode, **given(taskKey=task_key)}
        data = self.execute(documents.RETRY_RUN, {"input": fields})
        return converted(data["retryRun"]["run"], RunStatus)

    def run(self, run: str) -> Run:
        """Everything about a run; raises NotFoundError."""
        data = self.execute_with_payload(documents.RUN, reference(run))
        return found(data["run"], Run, f"run '{run}'")

    def run_status(self, run: str) -> RunStatus:
        """Its state; needs no more than the right to read runs."""
        data = self.execute(documents.RUN_STATUS, reference(run))
        return found(data["run"], RunStatus, f"run '{run}'")

    def finished_run(self, run_id: str) -> FinishedRun:
        """Its state, error and result, without flow and deployment."""
        data = self.execute_with_payload(documents.FINISHED_RUN, {"id": run_id})
        return found(data["run"], FinishedRun, f"run '{run_id}'")

    def runs(self, *, limit: int | None = None, **filters: Any) -> Iterator[RunSummary]:
        """Newest first. `filters` are those of RunFilter (state, flowName, deploymentName, …)."""
        return self.pages(
            documents.RUNS,
            {"filter": given(**filters), "orderBy": "CREATED_AT_DESC"},
            RunSummary,
            connection=lambda data: data["runs"],
            limit=limit,
        )

    def task_runs(self, run_id: str) -> Iterator[TaskRun]:
        return self.pages(
            documents.RUN_TASKS,
            {"runId": run_id},
            TaskRun,
            connection=lambda data: data["taskRuns"],
            limit=None,
            execute=self.execute_with_payload,
        )

    def logs(
        self, run_id: str, *, task_run_id: str | None = None, limit: int | None = None
    ) -> Iterator[LogLine]:
        """Lines written so far, oldest first."""
        return self.pages(
            documents.LOGS,
            {"id": run_id, "taskRunId": task_run_id},
            LogLine,
            connection=lambda data: data["run"]["logs"],
            limit=limit,
        )

    def follow_logs(
        self, run_id: str, *, task_run_id: str | None = None, after: str | None = None
    ) -> Iterator[LogLine]:
        """Lines from the cursor on, then live, until the run is over."""
        variables = {"runId": run_id, "taskRunId": task_run_id, "after": after}
        for data in self.subscribe(
            documents.RUN_LOGS, variables, cursor=lambda data: str(data["runLogs"]["cursor"])
        ):
            yield converted(data["runLogs"], LogLine)

    def follow_events(self, run_id: str, *, after: str | None = None) -> Iterator[RunEvent]:
        """Changes of state from the cursor on, then live, until the run is over."""
        variables = {"runId": run_id, "after": after}
        for data in self.subscribe(
            documents.RUN_EVENTS, variables, cursor=lambda data: str(data["runEvents"]["cursor"])
        ):
            yield converted(data["runEvents"], RunEvent)

    def follow_run(self, run_id: str) -> Iterator[Item]:
        """Events and log lines, each once, until the run is in a terminal state.

        Who may not see payloads gets the events only.
        """
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
            if self.run_status(run_id).is_terminal:
                return
            sleep(RESUME_SECONDS)

    def _readable_logs(self, run_id: str, *, after: str | None) -> Iterator[LogLine]:
        try:
            yield from self.follow_logs(run_id, after=after)
        except ForbiddenError:
            return


def reference(run: str) -> dict[str, str]:
    """The argument that names the run: {"slug": …} or {"id": …}."""
    return {"slug": run} if _SLUG.fullmatch(run) else {"id": run}
