"""The group of server commands; a command's module is imported when it is called."""

import importlib

import click

HELP = {
    "up": "Start everything: database, queue, API and workers.",
    "server": "Run the API.",
    "worker": "Run one worker.",
    "migrate": "Bring the database up to date.",
    "secrets": "Make a key for secrets, or change it.",
    "doctor": "Check the installation and say what to mend.",
    "reset-password": "Print a link that sets a lost password.",
    "schema": "Print the GraphQL schema.",
}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(HELP)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in HELP:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(importlib.import_module(f"dagy_gql.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(HELP.items()))


@click.group(cls=LazyGroup)
def main() -> None:
    """Dagy's server side."""
