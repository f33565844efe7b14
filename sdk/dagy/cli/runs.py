"""`dagy runs`: list, show, cancel, retry."""

from datetime import datetime

import click
from rich.console import Group, RenderableType
from rich.text import Text

from dagy.api.models import Run, RunStatus, RunSummary, TaskRun
from dagy.cli.connect import connected
from dagy.cli.counts import counts_text
from dagy.cli.engines import shown
from dagy.cli.failed import error_line, failure_lines
from dagy.cli.following import follow_to_end, tell_started
from dagy.cli.names import completing, deployment_names, flow_names, guessing, run_slugs
from dagy.cli.options import OF_A_REQUEST, DagyGroup, pass_session
from dagy.cli.output import emit, facts, grid, plain, printable, short_json, state, tags
from dagy.cli.session import Session
from dagy.cli.since import Moment
from dagy.cli.times import duration, moment, size
from dagy.client import DagyClient

STATES = (
    "QUEUED",
    "RUNNING",
    "CANCELLING",
    "SUCCEEDED",
    "FAILED",
    "CANCELLED",
    "CRASHED",
    "TIMED_OUT",
)
MODES = {"from-start": "FROM_START", "from-failed": "FROM_FAILED"}


@click.group(cls=DagyGroup)
def runs() -> None:
    """List, show, cancel and retry runs. RUN is a slug or an id."""


@runs.command(name="list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES, case_sensitive=False),
    metavar="STATE",
    help=f"Only runs in this state: {', '.join(STATES)}; repeatable.",
)
@click.option("--flow", shell_complete=completing(flow_names), help="Only runs of this flow.")
@click.option(
    "--deployment",
    shell_complete=completing(deployment_names),
    help="Only runs of this deployment.",
)
@click.option("--environment", help="Only runs in this environment.")
@click.option(
    "--since",
    type=Moment(),
    metavar="AGE|TIME",
    help="Only runs created since: 30m, 2h, 7d, today, '2026-05-01 08:00' (local time).",
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="At most.")
@pass_session
def list_runs(
    session: Session,
    states: tuple[str, ...],
    flow: str | None,
    deployment: str | None,
    environment: str | None,
    since: datetime | None,
    limit: int,
) -> None:
    """The newest runs, newest first.

    \b
    Examples:
      dagy runs list --since 2h --state FAILED
      dagy runs list --flow weather --quiet | xargs dagy runs cancel
    """
    with connected(session) as client:
        found = list(
            client.runs(
                limit=limit,
                state=list(states) or None,
                flow_name=flow,
                deployment_name=deployment,
                environment=environment,
                created_after=since,
            )
        )
    emit(
        session,
        found,
        quiet=lambda: [run.slug for run in found],
        table=lambda: _table(found),
    )


@runs.command(name="show")
@click.argument("run", shell_complete=completing(run_slugs))
@pass_session
def show_run(session: Session, run: str) -> None:
    """One run with its tasks, error, result and artifacts.

    \b
    Examples:
      dagy runs show calm-otter-204
      dagy runs show calm-otter-204 --format json | jq .result
    """
    with connected(session) as client, guessing(client, run_slugs, run):
        found = client.run(run)
        tasks = list(client.task_runs(found.id))
    document = {**plain(found), "taskRuns": tasks}
    emit(
        session,
        document,
        quiet=lambda: [found.slug],
        table=lambda: _details(found, tasks),
    )


@runs.command(name="cancel")
@click.argument("run", nargs=-1, required=True, shell_complete=completing(run_slugs))
@pass_session
def cancel_run(session: Session, run: tuple[str, ...]) -> None:
    """Cancel one or more runs; running code is really stopped.

    \b
    Examples:
      dagy runs cancel calm-otter-204
      dagy runs cancel calm-otter-204 brave-lynx-017
    """
    with connected(session) as client:
        cancelled = [_cancel(client, each) for each in run]
    emit(
        session,
        cancelled,
        quiet=lambda: [each.slug for each in cancelled],
        table=lambda: grid(
            ("RUN", "STATE"), [(each.slug, state(each.state)) for each in cancelled]
        ),
    )


def _cancel(client: DagyClient, run: str) -> RunStatus:
    with guessing(client, run_slugs, run):
        return client.cancel(run)


@runs.command(name="retry", exits=(*OF_A_REQUEST, 6, 130))
@click.argument("run", shell_complete=completing(run_slugs))
@click.option(
    "--mode",
    type=click.Choice(list(MODES)),
    default="from-failed",
    show_default=True,
    help="from-failed keeps the results of tasks that succeeded.",
)
@click.option("--from-task", metavar="KEY", help="Run this task and what follows it again.")
@click.option("--follow", is_flag=True, help="Stream logs and states until the run is over.")
@pass_session
def retry_run(session: Session, run: str, mode: str, from_task: str | None, follow: bool) -> None:
    """Run a finished run again.

    \b
    Examples:
      dagy runs retry calm-otter-204 --follow
      dagy runs retry calm-otter-204 --mode from-start
      dagy runs retry calm-otter-204 --from-task load
    """
    with connected(session) as client, guessing(client, run_slugs, run):
        retried = client.retry(
            run, mode="FROM_TASK" if from_task else MODES[mode], task_key=from_task
        )
        if follow:
            tell_started(session, retried, created=True)
            follow_to_end(session, client, retried)
            return
    emit(
        session,
        retried,
        quiet=lambda: [retried.slug],
        table=lambda: facts([("run", retried.slug), ("state", state(retried.state))]),
    )


def _table(found: list[RunSummary]) -> RenderableType:
    if not found:
        return "No runs."
    return grid(
        ("RUN", "STATE", "FLOW", "DEPLOYMENT", "CREATED", "DURATION"),
        [
            (
                run.slug,
                state(run.state),
                f"{run.flow.name} {run.flow.version}" if run.flow else None,
                run.deployment.name if run.deployment else None,
                moment(run.created_at),
                duration(run.duration_ms),
            )
            for run in found
        ],
    )


def _details(run: Run, tasks: list[TaskRun]) -> RenderableType:
    parts: list[RenderableType] = [_facts(run)]
    if tasks:
        parts += ["", _tasks(tasks)]
    if run.artifacts:
        rows = [(each.name, each.content_type, size(each.size_bytes)) for each in run.artifacts]
        parts += ["", grid(("ARTIFACT", "TYPE", "SIZE"), rows)]
    if run.error is not None:
        parts += ["", Text.from_ansi("\n".join(failure_lines(run.slug, run.state, run.error)))]
    return Group(*parts)


def _facts(run: Run) -> RenderableType:
    return facts(
        [
            ("run", run.slug),
            ("id", run.id),
            ("state", state(run.state)),
            ("reason", run.state_reason.message if run.state_reason else None),
            ("waiting for", run.waiting.message if run.waiting else None),
            ("flow", f"{run.flow.name} {run.flow.version}" if run.flow else None),
            ("deployment", run.deployment.name if run.deployment else None),
            ("environment", run.environment.name if run.environment else None),
            ("trigger", run.trigger),
            ("engine", shown(run.executor)),
            ("attempt", None if run.attempt is None else str(run.attempt)),
            ("created", moment(run.created_at)),
            ("started", moment(run.started_at)),
            ("duration", duration(run.duration_ms)),
            ("tasks", counts_text(run.task_counts) or None),
            ("tags", tags(run.tags)),
            ("parameters", short_json(run.parameters)),
            ("result", short_json(run.result)),
        ]
    )


def _tasks(tasks: list[TaskRun]) -> RenderableType:
    return grid(
        ("TASK", "STATE", "ATTEMPT", "DURATION", "NOTE"),
        [
            (
                task.key,
                state(task.state),
                str(task.attempt or "-"),
                duration(task.duration_ms),
                printable(_why(task) or "-"),
            )
            for task in tasks
        ],
    )


def _why(task: TaskRun) -> str | None:
    return error_line(task.error.type, task.error.message) if task.error else task.reason


COMMANDS = {"runs": runs}
