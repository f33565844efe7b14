"""`dagy secrets make-key` and `dagy secrets rotate-key`: the keys of this installation."""

import asyncio
import importlib

import click

from dagy_gql.keys import new_key


@click.group()
def secrets() -> None:
    """Keys that secrets are sealed with."""


@secrets.command(name="make-key")
def make_key() -> None:
    """Print a new key for DAGY_SECRETS_KEY.

    \b
    Examples:
      dagy secrets make-key > secrets.key

    Exit codes: 0 ok, 2 usage.
    """
    click.echo(new_key())


@secrets.command(name="rotate-key")
def rotate_key() -> None:
    """Encrypt all secrets with the first key of DAGY_SECRETS_KEY; all runs on.

    \b
    1. Put the new key behind the old one (old,new), and restart all servers
       and workers.
    2. Put it in front (new,old), and restart them again.
    3. Run this command, as often as you like.
    4. Remove the old key once this command says that nothing needs it.

    The keys of `dagy up` are the lines of secrets.key in its folder.

    \b
    Examples:
      DAGY_SECRETS_KEY=new,old dagy secrets rotate-key

    Exit codes: 0 ok, 1 error, 2 usage.
    """
    # The database and the cryptography library: of no use to make-key, and slow to import.
    rotation = importlib.import_module("dagy_gql.cli.rotation")
    asyncio.run(rotation.rotate())
