"""The help of every command is complete: the reference page is made of it."""

from collections.abc import Iterator

import click
import pytest

from dagy.cli.main import cli


def commands(
    group: click.Group = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands())


def test_every_command_is_known() -> None:
    assert {"runs list", "secrets rotate-key", "completion", "reset-password"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_what_it_does_with_examples_and_exit_codes(name: str) -> None:
    command = COMMANDS[name]

    shown = command.get_help(click.Context(command, info_name=f"dagy {name}"))

    assert command.help
    assert command.help.splitlines()[0].rstrip().endswith((".", ",")), command.help.splitlines()[0]
    assert "Examples:" in shown
    assert f"dagy {name}" in shown.partition("Examples:")[2]
    assert "Exit codes: 0 " in shown
    assert max(len(text) for text in shown.splitlines()) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name: str) -> None:
    silent = [
        option.name
        for option in COMMANDS[name].params
        if isinstance(option, click.Option) and not option.hidden and not option.help
    ]
    assert silent == []
