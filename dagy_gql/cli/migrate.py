"""`dagy migrate`: apply the migrations that are missing, once, however many processes try."""

import asyncio

import click

from dagy_gql.cli import database, variables


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = variables.load()
    database.require_urls(settings)
    asyncio.run(database.prepare(settings, migrate=True))
    click.echo("The database is up to date.")
