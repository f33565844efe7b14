"""`dagy secrets`: list, set, reveal, delete; and what the server adds about its keys.

A value comes from a prompt or from standard input, never from the command line, which every user
of the machine can read.
"""

import importlib
import sys

import click
from rich.console import RenderableType

from dagy.api.models import Secret
from dagy.cli.connect import connected
from dagy.cli.names import completing, guessing, secret_names
from dagy.cli.options import DagyGroup, pass_session
from dagy.cli.output import emit, environment_name, grid
from dagy.cli.session import Session
from dagy.cli.times import moment

SERVER_COMMANDS = {
    "make-key": "Print a new key for DAGY_SECRETS_KEY.",
    "rotate-key": "Encrypt all secrets with the first key, on the server.",
}


class SecretsGroup(DagyGroup):
    """Commands of the client, and those of the server where it is installed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.commands, *SERVER_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SERVER_COMMANDS:
            return super().get_command(ctx, cmd_name)
        plugins = importlib.import_module("dagy.cli.plugins")
        group = plugins.command("secrets")
        if group is None:
            raise plugins.server_missing(f"secrets {cmd_name}")
        found: click.Command | None = group.get_command(ctx, cmd_name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(own)
        with formatter.section("Server commands"):
            formatter.write_dl(list(SERVER_COMMANDS.items()))


_environment = click.option(
    "--environment", help="The secret of this environment; left out: the one for all of them."
)


@click.group(cls=SecretsGroup)
def secrets() -> None:
    """Values that runs get by name, with dagy.secret("NAME")."""


@secrets.command(name="list")
@click.option("--environment", help="Only secrets of this environment.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most.")
@pass_session
def list_secrets(session: Session, environment: str | None, limit: int) -> None:
    """Secrets, without their values.

    \b
    Examples:
      dagy secrets list
      dagy secrets list --environment production
    """
    with connected(session) as client:
        found = list(client.secrets(environment=environment, limit=limit))
    emit(session, found, quiet=lambda: [each.name for each in found], table=lambda: _table(found))


@secrets.command(name="set")
@click.argument("name", shell_complete=completing(secret_names))
@_environment
@click.option("--description", help="What it is for; seen by whoever may list secrets.")
@click.option(
    "--value-from-stdin",
    is_flag=True,
    help="Read the value from standard input, without the line end behind it.",
)
@pass_session
def set_secret(
    session: Session,
    name: str,
    environment: str | None,
    description: str | None,
    value_from_stdin: bool,
) -> None:
    """Make a secret, or a new version of it; asks for the value.

    \b
    Examples:
      dagy secrets set API_TOKEN --environment production
      dagy secrets set API_TOKEN --value-from-stdin < token.txt
    """
    value = _piped() if value_from_stdin else _asked(name)
    with connected(session) as client:
        changed = client.set_secret(name, value, environment=environment, description=description)
    emit(
        session,
        changed,
        quiet=lambda: [changed.name],
        table=lambda: f"Secret {_shown(changed)} has version {changed.current_version}.",
    )


@secrets.command(name="reveal")
@click.argument("name", shell_complete=completing(secret_names))
@_environment
@click.option("--version", type=click.IntRange(1), help="An older version.")
@pass_session
def reveal_secret(
    session: Session, name: str, environment: str | None, version: int | None
) -> None:
    """Print the value of a secret; the audit log notes it.

    \b
    Examples:
      dagy secrets reveal API_TOKEN
      dagy secrets reveal API_TOKEN --environment production --version 3
    """
    with connected(session) as client, guessing(client, secret_names, name):
        found = client.secret(name, environment=environment)
        revealed = client.reveal_secret(found.id, version=version)
    if session.format == "table":
        click.echo(revealed.value)
    else:
        emit(session, revealed, quiet=lambda: [revealed.value], table=lambda: revealed.value)


@secrets.command(name="delete")
@click.argument("name", shell_complete=completing(secret_names))
@_environment
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_session
def delete_secret(session: Session, name: str, environment: str | None, yes: bool) -> None:
    """Delete a secret with all its versions.

    \b
    Examples:
      dagy secrets delete API_TOKEN
      dagy secrets delete API_TOKEN --environment production --yes
    """
    with connected(session) as client, guessing(client, secret_names, name):
        found = client.secret(name, environment=environment)
        if not yes:
            click.confirm(f"Delete secret {_shown(found)}?", abort=True, err=True)
        client.delete_secret(found.id)
    emit(
        session,
        {"id": found.id, "name": found.name, "deleted": True},
        quiet=lambda: [found.name],
        table=lambda: f"Secret {_shown(found)} deleted.",
    )


def _piped() -> str:
    text = sys.stdin.read()
    return text.removesuffix("\n").removesuffix("\r")


def _asked(name: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the value: use --value-from-stdin")
    value: str = click.prompt(
        f"Value of {name}", hide_input=True, confirmation_prompt=True, err=True
    )
    return value


def _shown(secret: Secret) -> str:
    return f"{secret.name} ({secret.environment.name})" if secret.environment else secret.name


def _table(found: list[Secret]) -> RenderableType:
    if not found:
        return "No secrets. Make one with `dagy secrets set NAME`."
    return grid(
        ("SECRET", "ENVIRONMENT", "VERSION", "LAST USED", "UPDATED", "DESCRIPTION"),
        [
            (
                each.name,
                environment_name(each.environment),
                str(each.current_version),
                moment(each.last_used_at),
                moment(each.updated_at),
                each.description,
            )
            for each in found
        ],
    )


COMMANDS = {"secrets": secrets}
