"""`dagy deployments`: list, show, pause, resume, delete."""

import json
from typing import Literal

import click
from rich.console import RenderableType

from dagy.api.errors import ConflictError
from dagy.api.models import Deployment, DeploymentDetails
from dagy.cli.connect import connected
from dagy.cli.engines import shown
from dagy.cli.names import completing, deployment_names, flow_names, guessing
from dagy.cli.options import DagyGroup, pass_session
from dagy.cli.output import emit, environment_name, facts, grid, tags
from dagy.cli.session import Session
from dagy.cli.times import moment
from dagy.client import DagyClient


@click.group(cls=DagyGroup)
def deployments() -> None:
    """List, show, pause, resume and delete deployments."""


@deployments.command(name="list")
@click.option(
    "--flow", shell_complete=completing(flow_names), help="Only deployments of this flow."
)
@click.option("--environment", help="Only deployments in this environment.")
@click.option("--paused/--active", default=None, help="Only paused, or only active ones.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most.")
@pass_session
def list_deployments(
    session: Session, flow: str | None, environment: str | None, paused: bool | None, limit: int
) -> None:
    """Deployments by name.

    \b
    Examples:
      dagy deployments list
      dagy deployments list --flow weather --paused
    """
    with connected(session) as client:
        found = list(
            client.deployments(limit=limit, flow_name=flow, environment=environment, paused=paused)
        )
    emit(session, found, quiet=lambda: [each.name for each in found], table=lambda: _table(found))


@deployments.command(name="show")
@click.argument("name", shell_complete=completing(deployment_names))
@pass_session
def show_deployment(session: Session, name: str) -> None:
    """One deployment with its parameter defaults.

    \b
    Examples:
      dagy deployments show daily
    """
    with connected(session) as client, guessing(client, deployment_names, name):
        found = client.deployment(name)
    emit(session, found, quiet=lambda: [found.name], table=lambda: _details(found))


@deployments.command(name="pause")
@click.argument("name", shell_complete=completing(deployment_names))
@pass_session
def pause_deployment(session: Session, name: str) -> None:
    """Start no more runs of a deployment; those that run go on.

    \b
    Examples:
      dagy deployments pause daily
    """
    _set_paused(session, name, paused=True)


@deployments.command(name="resume")
@click.argument("name", shell_complete=completing(deployment_names))
@pass_session
def resume_deployment(session: Session, name: str) -> None:
    """Undo `pause`.

    \b
    Examples:
      dagy deployments resume daily
    """
    _set_paused(session, name, paused=False)


@deployments.command(name="delete")
@click.argument("name", shell_complete=completing(deployment_names))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--runs",
    type=click.Choice(["cancel", "keep"]),
    help="What becomes of its queued and running runs; asked for where there are any.",
)
@pass_session
def delete_deployment(
    session: Session, name: str, yes: bool, runs: Literal["cancel", "keep"] | None
) -> None:
    """Delete a deployment; its flow and its runs stay.

    Runs that are queued or running are cancelled, or kept: then they go on within the deployment's
    concurrency limit to their end.

    \b
    Examples:
      dagy deployments delete daily
      dagy deployments delete daily --yes --runs keep
    """
    with connected(session) as client:
        found = client.deployment(name)
        if not yes:
            click.confirm(f"Delete deployment {name}?", abort=True, err=True)
        cancelled = _delete(client, found.id, runs=runs, may_ask=not yes)
    emit(
        session,
        {"id": found.id, "name": found.name, "deleted": True, "cancelledRuns": cancelled},
        quiet=lambda: [found.name],
        table=lambda: (
            f"Deployment {found.name} deleted"
            + (f", {cancelled} of its runs cancelled." if cancelled else ".")
        ),
    )


def _delete(
    client: DagyClient, key: str, *, runs: Literal["cancel", "keep"] | None, may_ask: bool
) -> int:
    try:
        return client.delete_deployment(key, runs=runs)
    except ConflictError as error:
        if error.field != "runs" or runs is not None:
            raise
        if not may_ask:
            raise click.UsageError(f"{error} Use --runs cancel or --runs keep.") from error
        click.echo(str(error), err=True)
        choice: Literal["cancel", "keep"] = click.prompt(
            "Runs", type=click.Choice(["cancel", "keep"]), err=True
        )
        return client.delete_deployment(key, runs=choice)


def _set_paused(session: Session, name: str, *, paused: bool) -> None:
    with connected(session) as client, guessing(client, deployment_names, name):
        changed = client.update_deployment(client.deployment(name).id, paused=paused)
    emit(
        session,
        changed,
        quiet=lambda: [changed.name],
        table=lambda: f"Deployment {changed.name} is {'paused' if changed.paused else 'active'}.",
    )


def _table(found: list[Deployment]) -> RenderableType:
    if not found:
        return "No deployments. Make one with `dagy deploy FILE.py:FLOW`."
    return grid(
        ("DEPLOYMENT", "FLOW", "ENVIRONMENT", "STATUS", "TAGS", "UPDATED"),
        [
            (
                each.name,
                f"{each.flow.name} {each.flow.version}" if each.flow else None,
                environment_name(each.environment),
                "paused" if each.paused else "active",
                tags(each.tags),
                moment(each.updated_at),
            )
            for each in found
        ],
    )


def _details(found: DeploymentDetails) -> RenderableType:
    limit = found.concurrency_limit
    return facts(
        [
            ("deployment", found.name),
            ("id", found.id),
            ("flow", f"{found.flow.name} {found.flow.version}" if found.flow else None),
            ("environment", environment_name(found.environment)),
            ("status", "paused" if found.paused else "active"),
            ("engine", shown(found.default_executor)),
            ("concurrency", None if limit is None else f"at most {limit} runs at a time"),
            ("parameters", json.dumps(found.parameters) if found.parameters else None),
            ("tags", tags(found.tags)),
            ("created", moment(found.created_at)),
            ("updated", moment(found.updated_at)),
        ]
    )


COMMANDS = {"deployments": deployments}
