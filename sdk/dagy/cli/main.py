"""`dagy`: the root of the command line. Imports click and nothing slow."""

import sys
import traceback
from typing import Any

import click

from dagy.cli import streams
from dagy.cli.failures import exit_code, tell
from dagy.cli.options import EXIT_CODES, global_options, session_of
from dagy.cli.registry import RootGroup
from dagy.errors import DagyError

EPILOG = f"Exit codes: {', '.join(f'{code} {text}' for code, text in EXIT_CODES.items())}."


class Dagy(RootGroup):
    """Turns what commands raise into messages and exit codes."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Made here, at the root, so that every command below writes into the same one.
        session_of(ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DagyError as error:
            session = session_of(ctx)
            if session.verbose:
                traceback.print_exc()
            tell(error, session)
            raise click.exceptions.Exit(exit_code(error)) from error


@click.group(
    cls=Dagy,
    params=global_options(),
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="dagy", prog_name="dagy", message="%(prog)s %(version)s")
def cli() -> None:
    """Write, run, deploy and watch flows.

    Global options may stand before or after the name of a command. With --format json or yaml
    results are documents on stdout, and errors one line of JSON on stderr.
    """


def main() -> None:
    streams.protect()
    try:
        cli(prog_name="dagy")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.exit(streams.conclude(code))
