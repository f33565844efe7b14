"""`dagy reset-password EMAIL`: for whoever can run commands on the server."""

import asyncio
from pathlib import Path

import click

from dagy_gql.cli import database, variables
from dagy_gql.embedded import offline
from dagy_gql.embedded.process import EmbeddedError
from dagy_gql.errors import DagyError
from dagy_gql.runtime import opened
from dagy_gql.services import password_resets
from dagy_gql.settings import Settings


@click.command("reset-password")
@click.argument("email")
@click.option(
    "--local-dir",
    envvar="DAGY_LOCAL_DIR",
    default="~/.dagy",
    show_default=True,
    help="Folder of the installation that `dagy up` made.",
)
def reset_password(*, email: str, local_dir: str) -> None:
    """Print a link, good for an hour, that sets the password of the user EMAIL.

    The first owner of `dagy up` is owner@dagy.local. The command works on the machine of the
    server, with DAGY_DATABASE_URL and DAGY_REDIS_URL, or without them on the folder of `dagy up`,
    running or stopped. The audit log notes it.

    \b
    Examples:
      dagy reset-password owner@dagy.local
      dagy reset-password ada@example.com --local-dir /srv/dagy

    Exit codes: 0 ok, 1 no such user or no installation, 2 usage.
    """
    settings = variables.load()
    try:
        if settings.database_url:
            database.require_urls(settings)
            click.echo(asyncio.run(_link(settings, email)))
        else:
            _of_folder(settings, email, Path(local_dir))
    except DagyError as error:
        raise click.ClickException(error.message) from error
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from error


def _of_folder(settings: Settings, email: str, folder: Path) -> None:
    with offline.reached(folder) as found:
        here = settings.model_copy(
            update={
                "database_url": found.database_url,
                "redis_url": found.redis_url,
                "secrets_key_file": settings.secrets_key_file or found.secrets_key_file,
                "public_url": settings.public_url or found.url,
            }
        )
        click.echo(asyncio.run(_link(here, email)))
        if not found.is_running:
            click.echo(
                "Dagy is not running: start it with `dagy up`, then open the link.", err=True
            )


async def _link(settings: Settings, email: str) -> str:
    await database.prepare(settings, migrate=False)
    async with opened(settings) as rt:
        return await password_resets.create_on_server(rt, email)
