"""`dagy reset-password EMAIL`: for whoever can run commands on the server."""

import asyncio

import click

from dagy_gql.cli import database, variables
from dagy_gql.errors import DagyError
from dagy_gql.runtime import opened
from dagy_gql.services import password_resets
from dagy_gql.settings import Settings


async def _link(settings: Settings, email: str) -> str:
    await database.prepare(settings, migrate=False)
    async with opened(settings) as rt:
        return await password_resets.create_on_server(rt, email)


@click.command("reset-password")
@click.argument("email")
def reset_password(*, email: str) -> None:
    """Print a link, good for an hour, that sets the password of the user EMAIL."""
    settings = variables.load()
    database.require_urls(settings)
    try:
        click.echo(asyncio.run(_link(settings, email)))
    except DagyError as error:
        raise click.ClickException(error.message) from error
