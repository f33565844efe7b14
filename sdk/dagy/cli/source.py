"""FILE.py:FLOW as the commands take it: found, imported, and its faults told well."""

from pathlib import Path
from typing import Any

import click

from dagy.errors import DagyError
from dagy.flow import Flow
from dagy.loading import load_flow, source_path
from dagy.project import missing_module_hint, project_of
from dagy.source import user_location, user_traceback

root_option = click.option(
    "--root",
    metavar="FOLDER",
    help="Folder that imports start from; by default that of the nearest pyproject.toml.",
)


class ImportFailedError(DagyError):
    """The user's module raised while it was imported; `where` is its file:line."""

    code = "IMPORT_FAILED"

    def __init__(
        self, entrypoint: str, error: BaseException, *, root: str | Path | None = None
    ) -> None:
        super().__init__(
            f"{entrypoint} cannot be imported: {type(error).__name__}: {error}",
            hint=_hint(entrypoint, error, root),
        )
        self.where = user_location(error.__traceback__)


def loaded(entrypoint: str, root: str | Path | None = None) -> Flow[..., Any]:
    """Raises LoadError for a name that is not there, ImportFailedError for a module that fails."""
    try:
        return load_flow(entrypoint, project_root=root)
    except (DagyError, KeyboardInterrupt):
        raise
    except BaseException as error:  # also SystemExit: user code runs here
        click.echo(user_traceback(error), err=True, nl=False)
        raise ImportFailedError(entrypoint, error, root=root) from error


def _hint(entrypoint: str, error: BaseException, root: str | Path | None) -> str | None:
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return None
    path = source_path(entrypoint)
    return missing_module_hint(error.name, path, project_of(path, root))
