"""`dagy schema`: the GraphQL schema as SDL."""

import click

from schema import root


@click.command()
def schema() -> None:
    """Print the GraphQL schema."""
    click.echo(root.schema.as_str())
