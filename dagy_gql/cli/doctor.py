"""`dagy doctor`: is everything there, and if not, what to do. Exit code 1 if something is wrong."""

import asyncio

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagy_gql.cli import checks, variables
from dagy_gql.cli.checks import Finding, Outcome
from dagy_gql.embedded import postgres, redis
from dagy_gql.embedded.folder import LocalFolder, current_holder
from dagy_gql.settings import Settings

_MARKS = {Outcome.OK: "[green]✓[/]", Outcome.NOTE: "[yellow]·[/]", Outcome.WRONG: "[red]✗[/]"}


async def _connections(settings: Settings) -> list[Finding]:
    """The embedded servers can only be asked while `dagy up` runs them."""
    folder = LocalFolder(settings.local_dir)
    is_up = current_holder(folder) is not None
    findings = []
    if settings.database_url or is_up:
        findings.append(await checks.database(settings.database_url or postgres.url(folder)))
    if settings.redis_url or is_up:
        findings.append(await checks.queue(settings.redis_url or redis.url(folder)))
    return findings


def findings(settings: Settings) -> list[Finding]:
    return [
        checks.python(),
        checks.packages(),
        *checks.servers(settings),
        *checks.folder(settings),
        checks.api(settings),
        *asyncio.run(_connections(settings)),
        checks.web_ui(settings.ui_dir),
    ]


@click.command()
def doctor() -> None:
    """Check the installation and say what to mend.

    \b
    Examples:
      dagy doctor
      DAGY_LOCAL_DIR=/srv/dagy dagy doctor

    Exit codes: 0 all is well, 1 something is wrong, 2 usage.
    """
    found = findings(variables.load())
    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in found:
        table.add_row(_MARKS[finding.outcome], finding.subject, escape(finding.text))
    Console(highlight=False).print(table)
    wrong = sum(finding.outcome is Outcome.WRONG for finding in found)
    if wrong:
        raise click.ClickException(f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong.")
