"""Commands of other packages, the server first of all: entry points of group `dagy.commands`."""

from importlib import metadata

import click

ENTRY_POINT_GROUP = "dagy.commands"


def command(name: str) -> click.Command | None:
    """The command a package offers under this name, or None."""
    for entry_point in metadata.entry_points(group=ENTRY_POINT_GROUP, name=name):
        return _loaded(entry_point)
    return None


def server_missing(name: str) -> click.ClickException:
    return click.ClickException(
        f"`dagy {name}` belongs to the server, which is not installed here: "
        "install it with `pip install dagy-server`"
    )


def _loaded(entry_point: metadata.EntryPoint) -> click.Command:
    try:
        loaded = entry_point.load()
    except (ImportError, AttributeError) as error:
        raise click.ClickException(
            f"the command '{entry_point.name}' of {_distribution(entry_point)} "
            f"cannot be loaded: {error}"
        ) from error
    if not isinstance(loaded, click.Command):
        raise click.ClickException(f"{entry_point.value} is not a click command")
    return loaded


def _distribution(entry_point: metadata.EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist else entry_point.module
