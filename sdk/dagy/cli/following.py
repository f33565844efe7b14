"""`--follow`: show a run of the server live until it is over, then its end."""

from typing import Any

import click
from rich.console import Group, RenderableType
from rich.text import Text

from dagy.api.follow import Item
from dagy.api.models import FinishedRun, LogLine, RunStatus
from dagy.cli.counts import counts_text
from dagy.cli.failed import error_line, failure_lines, tell
from dagy.cli.failures import INTERRUPTED, RUN_FAILED
from dagy.cli.output import emit, facts, say, short_json, state
from dagy.cli.progress import RunView
from dagy.cli.session import Session
from dagy.cli.times import duration
from dagy.client import DagyClient


def follow_to_end(session: Session, client: DagyClient, run: RunStatus) -> None:
    """Ends the command: 0 if the run SUCCEEDED, 6 if it did not, 130 after Ctrl-C."""
    if session.quiet and session.is_table:
        click.echo(run.slug)
    try:
        _watch(session, client, run)
        finished = client.finished_run(run.id)
    except KeyboardInterrupt:
        detach(run.slug)
    emit(session, finished, quiet=lambda: [], table=lambda: _summary(finished))
    if finished.state != "SUCCEEDED":
        tell(
            failure_lines(finished.slug, finished.state, finished.error, reason=reason_of(finished))
        )
        raise click.exceptions.Exit(RUN_FAILED)


def detach(slug: str) -> None:
    click.echo(
        f"\nDetached: run {slug} goes on.\n"
        f"  follow again: dagy logs {slug} --follow\n"
        f"  cancel it:    dagy runs cancel {slug}",
        err=True,
    )
    raise click.exceptions.Exit(INTERRUPTED)


def _watch(session: Session, client: DagyClient, run: RunStatus) -> None:
    # Of an attempt that goes on, the counts hold items that the events tell of again.
    is_new = run.state == "QUEUED" and (run.attempt or 1) == 1
    planned = run.task_counts.total if is_new and run.task_counts else 0
    with RunView(session, slug=run.slug, planned_tasks=planned) as view:
        for item in client.follow_run(run.id):
            feed(view, item)


def feed(view: RunView, item: Item) -> None:
    if isinstance(item, LogLine):
        view.log(item.at, item.level, item.task_key, item.message)
    elif item.task_key and item.task_state:
        count = item.data.get("count") if isinstance(item.data, dict) else None
        if item.type == "TASK_MAPPED" and isinstance(count, int):
            view.mapped(item.task_key, count)
        view.task_state(item.task_key, item.task_state, item.at, detail=_detail(item.data))
    elif item.type == "RUN_ATTEMPT_CRASHED":
        view.log(item.at, "WARNING", None, f"the attempt crashed: {_detail(item.data)}")
    elif item.run_state:
        view.run_state(item.run_state, item.at)


def _detail(data: Any) -> str:
    """What an event says beside the state: how long it took, or why it came to this."""
    if not isinstance(data, dict):
        return ""
    error = data.get("error")
    if isinstance(error, dict):
        again = f" (again in {duration(data['delayMs'])})" if "delayMs" in data else ""
        return f"{error_line(error.get('type'), str(error.get('message') or ''))}{again}"
    if isinstance(data.get("durationMs"), int | float):
        return duration(data["durationMs"])
    return str(data.get("reason") or "")


def reason_of(run: RunStatus) -> str | None:
    return run.state_reason.message if run.state_reason else None


def _summary(run: FinishedRun) -> RenderableType:
    counts = counts_text(run.task_counts)
    head = Text.assemble(
        state(run.state),
        f" {run.slug} in {duration(run.duration_ms)}",
        f" ({counts})" if counts else "",
    )
    result = short_json(run.result)
    return head if result is None else Group(head, "", facts([("result", result)]))


def tell_started(session: Session, run: RunStatus, *, created: bool) -> None:
    remark = "" if created else " (the idempotency key was used before: this is its run)"
    say(session, f"Run {run.slug} {run.state}{remark}")
