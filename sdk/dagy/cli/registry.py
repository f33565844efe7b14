"""The table of commands. Nothing behind it is imported until its command is called, so the
help of `dagy` costs no more than click."""

import importlib

import click

from dagy.cli.options import DagyGroup

# name -> (module of the command, line in the help)
CLIENT_COMMANDS = {
    "run": ("dagy.cli.run", "Run a flow here, in this process, without a server."),
    "login": ("dagy.cli.login", "Sign in to a server and remember it as a profile."),
    "logout": ("dagy.cli.login", "Revoke and forget the token of a profile."),
    "deploy": ("dagy.cli.deploy", "Upload a flow and bind it to a deployment."),
    "trigger": ("dagy.cli.trigger", "Start a run of a deployment."),
    "runs": ("dagy.cli.runs", "List, show, cancel and retry runs."),
    "logs": ("dagy.cli.logs", "Print the log of a run."),
    "flows": ("dagy.cli.flows", "List and show flows."),
    "deployments": ("dagy.cli.deployments", "List, show, pause, resume and delete deployments."),
    "secrets": ("dagy.cli.secrets", "List, set, reveal and delete secrets; change their key."),
    "graphql": ("dagy.cli.graphql", "Send a GraphQL operation as it is."),
    "completion": ("dagy.cli.completion", "Print the completion script for a shell."),
}
SERVER_COMMANDS = {
    "up": "Start Dagy on this machine: database, queue, API and workers.",
    "server": "Start the API server alone.",
    "worker": "Start a worker alone.",
    "migrate": "Bring the database to the newest schema.",
    "doctor": "Check the installation and say what to repair.",
    "reset-password": "Print a link that sets a lost password.",
    "schema": "Print the GraphQL schema.",
}


class RootGroup(DagyGroup):
    """`dagy`: commands of this package by table, commands of the server by entry point."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*CLIENT_COMMANDS, *SERVER_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in CLIENT_COMMANDS:
            module = importlib.import_module(CLIENT_COMMANDS[cmd_name][0])
            command: click.Command = module.COMMANDS[cmd_name]
            return command
        # Reading the metadata of every installed package takes 30 ms: only when needed.
        plugins = importlib.import_module("dagy.cli.plugins")
        found: click.Command | None = plugins.command(cmd_name)
        if found is None and cmd_name in SERVER_COMMANDS:
            raise plugins.server_missing(cmd_name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(args[0], possibilities=known, ctx=ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in CLIENT_COMMANDS.items()])
        with formatter.section("Server commands"):
            formatter.write_dl(list(SERVER_COMMANDS.items()))
