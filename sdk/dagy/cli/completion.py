"""`dagy completion`: the script that makes a shell complete commands, options and names."""

import click
from click.shell_completion import get_completion_class

from dagy.cli.options import DagyCommand

SHELLS = ("bash", "zsh", "fish")


@click.command(cls=DagyCommand, exits=(0, 2))
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for SHELL: bash, zsh or fish.

    It completes commands and options, and the names of flows, deployments, secrets and runs,
    which it asks the server for. A server that does not answer within a second completes none.

    \b
    Examples:
      eval "$(dagy completion bash)"           # in ~/.bashrc
      eval "$(dagy completion zsh)"            # in ~/.zshrc, after compinit
      dagy completion fish > ~/.config/fish/completions/dagy.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click has all of SHELLS
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "dagy", "_DAGY_COMPLETE").source())


COMMANDS = {"completion": completion}
