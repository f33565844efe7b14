"""`dagy logs`: the lines of a run, so far or live."""

from collections.abc import Iterable

import click

from dagy.api.errors import NotFoundError
from dagy.api.models import LogLine, Run
from dagy.cli.connect import connected
from dagy.cli.following import detach
from dagy.cli.names import completing, guessing, run_slugs
from dagy.cli.options import OF_A_REQUEST, DagyCommand, pass_session
from dagy.cli.output import console, emit_line
from dagy.cli.progress import LEVEL_STYLES, log_line, shortened, task_column
from dagy.cli.session import Session
from dagy.client import DagyClient

TASK_COLUMN = 8


@click.command(cls=DagyCommand, exits=(*OF_A_REQUEST, 130))
@click.argument("run", shell_complete=completing(run_slugs))
@click.option("--task", metavar="KEY", help="Only lines of this task.")
@click.option("--follow", is_flag=True, help="Go on with new lines until the run is over.")
@pass_session
def logs(session: Session, run: str, task: str | None, follow: bool) -> None:
    """Print the log of RUN (a slug or an id), oldest line first.

    --format json prints one object a line, --format yaml one document a line.

    \b
    Examples:
      dagy logs calm-otter-204
      dagy logs calm-otter-204 --task load --follow
      dagy logs calm-otter-204 --format json | jq -r .message
    """
    with connected(session) as client:
        with guessing(client, run_slugs, run):
            found = client.run(run)
        task_run_id = _task_run_id(client, found, task)
        try:
            if follow:
                lines = client.follow_logs(found.id, task_run_id=task_run_id)
            else:
                lines = client.logs(found.id, task_run_id=task_run_id)
            _print(session, lines)
        except KeyboardInterrupt:
            if not follow:
                raise
            detach(found.slug)


def _task_run_id(client: DagyClient, run: Run, key: str | None) -> str | None:
    if key is None:
        return None
    known = {task.key: task.id for task in client.task_runs(run.id)}
    if key not in known:
        names = ", ".join(known) or "none yet"
        raise NotFoundError(f"run {run.slug} has no task '{key}' (its tasks: {names})")
    return known[key]


def _print(session: Session, lines: Iterable[LogLine]) -> None:
    target = console()
    width = TASK_COLUMN
    for line in lines:
        if not session.is_table:
            emit_line(session, line)
            continue
        width = task_column(width, line.task_key)
        key = shortened(line.task_key) if target.is_terminal else line.task_key
        style = LEVEL_STYLES.get(line.level, "")
        text = log_line(line.at, line.level, key, line.message, style=style, task_column=width)
        target.print(text, soft_wrap=True)


COMMANDS = {"logs": logs}
