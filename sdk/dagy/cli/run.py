"""`dagy run`: a flow in this process, without a server, shown live."""

from typing import Any

import click
import msgspec
from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from dagy.api.models import ErrorInfo
from dagy.cli.child_output import child_output
from dagy.cli.failed import error_line, failure_lines, tell
from dagy.cli.failures import INTERRUPTED, RUN_FAILED
from dagy.cli.names import completing_files
from dagy.cli.options import DagyCommand, pass_session
from dagy.cli.output import STATE_STYLES, emit, facts, printable, short_json, state
from dagy.cli.params import pairs, parameters
from dagy.cli.progress import RunView
from dagy.cli.session import Session
from dagy.cli.source import loaded, root_option
from dagy.cli.streams import optional_output
from dagy.cli.times import duration, size
from dagy.deployable import check_names
from dagy.flow import Flow
from dagy.runner import protocol
from dagy.runner.local import LocalRun, LocalTask, run_local

DEFAULT_MAX_WORKERS = 4
STATE_OF_EVENT = {
    protocol.TaskStarted: "RUNNING",
    protocol.TaskMapped: "RUNNING",
    protocol.TaskSucceeded: "SUCCEEDED",
    protocol.TaskCached: "CACHED",
    protocol.TaskRetrying: "RETRYING",
    protocol.TaskFailed: "FAILED",
    protocol.TaskTimedOut: "TIMED_OUT",
    protocol.TaskSkipped: "SKIPPED",
    protocol.TaskCancelled: "CANCELLED",
}


@click.command(cls=DagyCommand, exits=(0, 1, 2, 6, 130))
@click.argument("entrypoint", metavar="FILE.py:FLOW", shell_complete=completing_files)
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable.")
@click.option(
    "--max-workers",
    type=click.IntRange(1),
    help=f"Tasks at a time; by default what the flow says, or {DEFAULT_MAX_WORKERS}.",
)
@click.option("--no-fail-fast", is_flag=True, help="After a failure run what still can.")
@root_option
@pass_session
def run(
    session: Session,
    entrypoint: str,
    given: tuple[str, ...],
    max_workers: int | None,
    no_fail_fast: bool,
    root: str | None,
) -> None:
    """Run a flow here, in this process, without a server.

    The exit code is 0 if the run succeeded and 6 if it did not. Values of -p are JSON where
    they parse and text otherwise, and text wherever the flow asks for text. A reader of the
    output that leaves (`| head`) does not stop the run.

    \b
    Examples:
      dagy run weather.py:report
      dagy run weather.py:report -p city=Oslo -p days=3 --max-workers 8
      dagy run weather.py:report --format json | jq .result
    """
    with optional_output():
        flow = loaded(entrypoint, root)
        check_names(flow, entrypoint)  # what a deploy would refuse is refused here already
        _run(session, flow, given, max_workers=max_workers, fail_fast=not no_fail_fast)


def _run(
    session: Session,
    flow: Flow[..., Any],
    given: tuple[str, ...],
    *,
    max_workers: int | None,
    fail_fast: bool,
) -> None:
    spec = flow.spec()
    watch = Watch(session, flow, planned_tasks=len(spec.tasks))
    try:
        with watch.view, child_output(watch.child_line):
            finished = run_local(
                flow,
                parameters(pairs(given), spec.parameters),
                max_workers=max_workers or spec.max_workers or DEFAULT_MAX_WORKERS,
                fail_fast=None if fail_fast else False,
                on_event=watch.note,
            )
    except KeyboardInterrupt:
        click.echo("\nInterrupted: the run was stopped.", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    error = watch.error(finished)
    emit(
        session,
        document(finished, watch, error),
        quiet=lambda: [finished.run_slug],
        table=lambda: _summary(flow, finished, watch),
    )
    if finished.state != "SUCCEEDED":
        tell(failure_lines(finished.run_slug, finished.state, error))
        raise click.exceptions.Exit(RUN_FAILED)


class Watch:
    """Feeds the view from the runner's events and remembers what only they tell."""

    def __init__(self, session: Session, flow: Flow[..., Any], *, planned_tasks: int) -> None:
        self.view = RunView(session, slug=flow.name, planned_tasks=planned_tasks, state="RUNNING")
        self._end: protocol.RunFinished | None = None
        self._began = protocol.now()

    def note(self, event: protocol.Event) -> None:
        if isinstance(event, protocol.Log):
            self.view.log(event.at, event.level, event.key, event.message)
        elif isinstance(event, protocol.RunFinished):
            self._end = event
        elif type(event) in STATE_OF_EVENT:
            key: str = getattr(event, "key", "")
            if isinstance(event, protocol.TaskMapped):
                self.view.mapped(key, event.count)
            self.view.task_state(key, STATE_OF_EVENT[type(event)], event.at, detail=_detail(event))

    def child_line(self, stream: str, text: str) -> None:
        """A line of a process that a task has started; nobody knows which task."""
        self.view.log(protocol.now(), "ERROR" if stream == "stderr" else "INFO", None, text)

    @property
    def duration_ms(self) -> float:
        end = self._end.at if self._end else protocol.now()
        return (end - self._began).total_seconds() * 1_000

    def error(self, finished: LocalRun) -> ErrorInfo | None:
        if finished.error is None:
            return None
        task_key = self._end.task_key if self._end else None
        return ErrorInfo(**msgspec.structs.asdict(finished.error), task_key=task_key)


def document(finished: LocalRun, watch: Watch, error: ErrorInfo | None) -> dict[str, Any]:
    """What --format json prints."""
    return {
        "id": finished.run_id,
        "slug": finished.run_slug,
        "state": finished.state,
        "durationMs": round(watch.duration_ms, 3),
        "result": finished.result,
        "error": error,
        "taskRuns": [_task_document(task) for task in finished.tasks.values()],
        "artifacts": [
            {
                "name": each.name,
                "contentType": each.content_type,
                "sizeBytes": each.size_bytes,
                "sha256": each.sha256,
                "path": each.path,
            }
            for each in finished.artifacts
        ],
    }


def _task_document(task: LocalTask) -> dict[str, Any]:
    return {
        "key": task.key,
        "state": task.state,
        "attempt": task.attempt,
        "durationMs": task.duration_ms,
        "result": task.result,
        "error": task.error,
        "reason": task.reason,
    }


def _detail(event: protocol.Event) -> str:
    match event:
        case protocol.TaskSucceeded(duration_ms=duration_ms):
            return duration(duration_ms)
        case protocol.TaskMapped(count=count):
            return f"{count} items"
        case protocol.TaskRetrying(error=error, delay_ms=delay_ms):
            return f"{error_line(error.type, error.message)} (again in {duration(delay_ms)})"
        case protocol.TaskFailed(error=error) | protocol.TaskTimedOut(error=error):
            return error_line(error.type, error.message)
        case protocol.TaskSkipped(reason=reason) | protocol.TaskCancelled(reason=reason):
            return reason
        case _:
            return ""


def _summary(flow: Flow[..., Any], finished: LocalRun, watch: Watch) -> RenderableType:
    parts: list[RenderableType] = [_tree(flow, finished, watch)]
    notes: list[tuple[str, str | None]] = [
        ("result", short_json(finished.result)),
        *((f"{each.name} ({size(each.size_bytes)})", each.path) for each in finished.artifacts),
    ]
    if any(value is not None for _, value in notes):
        parts += ["", facts(notes)]
    return Group(*parts)


def _tree(flow: Flow[..., Any], finished: LocalRun, watch: Watch) -> Tree:
    """Tasks in the order of the flow; of mapped tasks the children that did not succeed."""
    elapsed = duration(watch.duration_ms)
    tree = Tree(
        Text.assemble(state(finished.state), f" {flow.name} {finished.run_slug} in {elapsed}")
    )
    for spec in flow.spec().tasks:
        task = finished.tasks.get(spec.key)
        children = [each for key, each in finished.tasks.items() if key.startswith(f"{spec.key}[")]
        branch = tree.add(_branch(spec.key, task, len(children)))
        for child in children:
            if not child.state.is_success:
                branch.add(_branch(child.key, child, 0))
    return tree


def _branch(key: str, task: LocalTask | None, children: int) -> Text:
    name = task.state if task else "PENDING"
    symbol, style = STATE_STYLES[name]
    text = Text.assemble((symbol, style), f" {key}")
    if children:
        text.append(f" ×{children}")
    if task is None or not task.state.is_success:
        text.append(f"  {name}", style=style)
    if task is not None and task.duration_ms is not None:
        text.append(f"  {duration(task.duration_ms)}", style="dim")
    if task is not None and task.attempt > 1:
        text.append(f"  attempt {task.attempt}", style="yellow")
    if why := _why(task):
        text.append(f"  {printable(why.splitlines()[0])}")
    return text


def _why(task: LocalTask | None) -> str | None:
    if task is None or task.error is None:
        return task.reason if task else None
    return error_line(task.error.type, task.error.message)


COMMANDS = {"run": run}
