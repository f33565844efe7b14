"""The global options, understood before and after the name of a command."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from dagy.cli.session import Session

FORMATS = ("table", "json", "yaml")
EXIT_CODES = {
    0: "ok",
    1: "error",
    2: "usage",
    3: "not signed in, or not allowed",
    4: "no answer from the server",
    5: "not found",
    6: "the run did not succeed",
    130: "interrupted",
}
OF_A_REQUEST = (0, 1, 2, 3, 4, 5)


class DagyCommand(click.Command):
    """A command that also takes the global options, listed apart in its help.

    `exits` are the exit codes it may end with, told below its help.
    """

    def __init__(self, *args: Any, exits: Sequence[int] = OF_A_REQUEST, **options: Any) -> None:
        codes = ", ".join(f"{code} {EXIT_CODES[code]}" for code in exits)
        super().__init__(*args, **{"epilog": f"Exit codes: {codes}.", **options})
        self._shared = global_options()
        self.params.extend(self._shared)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [param for param in self.get_params(ctx) if param not in self._shared]
        for title, params in (("Options", own), ("Global options", self._shared)):
            options = [param for param in params if isinstance(param, click.Option)]
            records = [record for option in options if (record := option.get_help_record(ctx))]
            with formatter.section(title):
                formatter.write_dl(records)


class DagyGroup(click.Group):
    """A group whose commands are DagyCommands, listed in the order they are written."""

    command_class = DagyCommand

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def global_options() -> list[click.Parameter]:
    """Fresh option objects; each writes what it was given into the Session."""
    return [
        _option("--format", "format", type=click.Choice(FORMATS), help="How results are printed."),
        _option("--quiet", "quiet", "-q", is_flag=True, help="Print ids and slugs only."),
        _option("--verbose", "verbose", is_flag=True, help="Print more, tracebacks included."),
        _option("--profile", "profile", metavar="NAME", help="Use this profile."),
        _option("--api-url", "api_url", metavar="URL", help="Use the server at this address."),
    ]


def session_of(ctx: click.Context) -> Session:
    return ctx.ensure_object(Session)


def pass_session(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its Session as first argument."""
    return click.make_pass_decorator(Session, ensure=True)(function)


def _option(flag: str, attribute: str, *more: str, **settings: Any) -> click.Option:
    def remember(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            setattr(session_of(ctx), attribute, value)

    return click.Option(
        [flag, *more, f"global_{attribute}"],
        callback=remember,
        expose_value=False,
        **settings,
    )
