"""`dagy schema`: the GraphQL schema as SDL."""

import click

from schema import root


@click.command()
def schema() -> None:
    """Print the GraphQL schema.

    \b
    Examples:
      dagy schema > schema.graphql

    Exit codes: 0 ok, 2 usage.
    """
    click.echo(root.schema.as_str())
