"""`dagy trigger`: start a run of a deployment, and with --follow watch it to its end."""

from typing import Any

import click

from dagy.api.errors import ForbiddenError
from dagy.api.models import RunStatus
from dagy.cli.connect import connected
from dagy.cli.engines import ENGINES, api_name
from dagy.cli.following import follow_to_end, tell_started
from dagy.cli.names import completing, deployment_names, guessing
from dagy.cli.options import OF_A_REQUEST, DagyCommand, pass_session
from dagy.cli.output import emit, facts, state
from dagy.cli.params import argument_text, json_object, needs_schema, pairs, parameters
from dagy.cli.session import Session
from dagy.client import DagyClient


@click.command(cls=DagyCommand, exits=(*OF_A_REQUEST, 6, 130))
@click.argument("deployment", shell_complete=completing(deployment_names))
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable.")
@click.option("--params", "document", metavar="JSON|@FILE|-", help="Parameters as a JSON object.")
@click.option("--follow", is_flag=True, help="Stream logs and states until the run is over.")
@click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="A tag; repeatable.")
@click.option("--executor", type=click.Choice(ENGINES), help="Run on this engine.")
@click.option("--idempotency-key", metavar="KEY", help="The same key gives the same run.")
@pass_session
def trigger(
    session: Session,
    deployment: str,
    given: tuple[str, ...],
    document: str | None,
    follow: bool,
    tags: tuple[str, ...],
    executor: str | None,
    idempotency_key: str | None,
) -> None:
    """Start a run of DEPLOYMENT.

    With --follow the exit code is 0 if the run succeeded and 6 if it did not; Ctrl-C leaves
    the run alone. Values of -p are JSON where they parse and text otherwise, and text wherever
    the flow asks for text.

    \b
    Examples:
      dagy trigger daily -p city=Oslo --follow
      dagy trigger daily --params @parameters.json --tag team=data
      dagy trigger daily --idempotency-key 2026-05-01 --quiet
    """
    with connected(session) as client, guessing(client, deployment_names, deployment):
        triggered = client.trigger(
            deployment,
            _parameters(client, deployment, given, document),
            tags=pairs(tags, option="--tag") or None,
            executor=api_name(executor) if executor else None,
            idempotency_key=idempotency_key,
        )
        if follow:
            tell_started(session, triggered.run, created=triggered.created)
            follow_to_end(session, client, triggered.run)
            return
        run = triggered.run
        emit(session, run, quiet=lambda: [run.slug], table=lambda: _started(run))


def _parameters(
    client: DagyClient, deployment: str, given: tuple[str, ...], document: str | None
) -> dict[str, Any]:
    texts = pairs(given)
    whole = json_object(argument_text(document), option="--params") if document is not None else {}
    schema = _schema(client, deployment) if needs_schema(texts) else None
    return whole | parameters(texts, schema)


def _schema(client: DagyClient, deployment: str) -> dict[str, Any] | None:
    """None for a key that may trigger but not read; the server checks the values anyway."""
    try:
        return client.parameters_schema(deployment)
    except ForbiddenError:
        return None


def _started(run: RunStatus) -> Any:
    return facts(
        [
            ("run", run.slug),
            ("state", state(run.state)),
            ("waiting for", run.waiting.message if run.waiting else None),
            ("follow", f"dagy logs {run.slug} --follow"),
        ]
    )


COMMANDS = {"trigger": trigger}
