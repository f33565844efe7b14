"""`dagy migrate`: apply the migrations that are missing, once, however many processes try."""

import asyncio

import click

from dagy_gql.cli import database, variables


@click.command()
def migrate() -> None:
    """Bring the database up to date.

    Any number of processes may do so at once; each missing migration is applied one time.

    \b
    Examples:
      DAGY_DATABASE_URL=postgresql://dagy@db/dagy dagy migrate

    Exit codes: 0 ok, 1 error, 2 usage.
    """
    settings = variables.load()
    database.require_urls(settings)
    asyncio.run(database.prepare(settings, migrate=True))
    click.echo("The database is up to date.")
