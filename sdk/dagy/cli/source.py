"""FILE.py:FLOW as the commands take it: found, imported, and its faults told well."""

from typing import Any

import click

from dagy.errors import DagyError
from dagy.flow import Flow
from dagy.loading import load_flow
from dagy.source import user_location, user_traceback


class ImportFailedError(DagyError):
    """The user's module raised while it was imported; `where` is its file:line."""

    code = "IMPORT_FAILED"

    def __init__(self, entrypoint: str, error: BaseException) -> None:
        super().__init__(f"{entrypoint} cannot be imported: {type(error).__name__}: {error}")
        self.where = user_location(error.__traceback__)


def loaded(entrypoint: str) -> Flow[..., Any]:
    """Raises LoadError for a name that is not there, ImportFailedError for a module that fails."""
    try:
        return load_flow(entrypoint)
    except (DagyError, KeyboardInterrupt):
        raise
    except BaseException as error:  # also SystemExit: user code runs here
        click.echo(user_traceback(error), err=True, nl=False)
        raise ImportFailedError(entrypoint, error) from error
