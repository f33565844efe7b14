"""`dagy worker`: one worker process."""

import asyncio

import click

from dagy_gql import logs
from dagy_gql.cli import database, variables
from dagy_gql.embedded.launch import hide_memory
from dagy_gql.keys import SealError
from workers import main as worker_main


@click.command()
@click.option("--migrate", is_flag=True, help="Bring the database up to date first.")
def worker(*, migrate: bool) -> None:
    """Run one worker in this process, until SIGTERM or Ctrl-C.

    It takes DAGY_DATABASE_URL, DAGY_REDIS_URL and DAGY_SECRETS_KEY.

    \b
    Examples:
      dagy worker
      dagy worker --migrate

    Exit codes: 0 ok, 1 error, 2 usage.
    """
    settings = variables.load()
    database.require_urls(settings)
    database.require_key(settings)
    hide_memory()
    logs.configure(settings.log_level)
    asyncio.run(database.prepare(settings, migrate=migrate))
    try:
        worker_main.run(settings)
    except SealError as error:
        raise click.ClickException(str(error)) from error
