"""`dagy graphql`: any operation, as it is. The answer is printed as the server gave it."""

from typing import Any

import click

from dagy.api.errors import from_graphql
from dagy.api.operations import operation_kind
from dagy.cli.connect import connected
from dagy.cli.json_text import write_json
from dagy.cli.options import DagyCommand, pass_session
from dagy.cli.output import emit_line, yaml_text
from dagy.cli.params import argument_text, pairs, parsed
from dagy.cli.session import Session


@click.command(cls=DagyCommand)
@click.argument("query", metavar="QUERY|@FILE|-")
@click.option(
    "-v",
    "--variable",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A variable, JSON if it parses; repeatable.",
)
@click.option("--operation", metavar="NAME", help="Which operation of the document.")
@pass_session
def graphql(session: Session, query: str, given: tuple[str, ...], operation: str | None) -> None:
    """Send a GraphQL operation and print the whole answer as JSON.

    A subscription prints one JSON object per event. Errors in the answer set the exit code.

    \b
    Examples:
      dagy graphql '{ viewer { role } }'
      dagy graphql @runs.graphql -v first=5 -v state=FAILED
      dagy graphql @follow.graphql -v run=UnVuOjE= --operation Follow
    """
    document = argument_text(query)
    variables = {name: parsed(text) for name, text in pairs(given, option="-v").items()}
    with connected(session) as client:
        if operation_kind(document, operation) == "subscription":
            for data in client.subscribe(document, variables):
                emit_line(session, {"data": data})
            return
        answer = client.post(document, variables, operation)
    _print(session, answer)
    errors = answer.get("errors")
    if isinstance(errors, list) and errors:
        raise click.exceptions.Exit(from_graphql(errors).exit_code)


def _print(session: Session, answer: dict[str, Any]) -> None:
    if session.format == "yaml":
        click.echo(yaml_text(answer), nl=False)
    else:
        write_json(answer, indent=2)


COMMANDS = {"graphql": graphql}
