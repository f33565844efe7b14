"""`dagy flows`: list and show."""

from typing import Any

import click
from rich.console import Group, RenderableType

from dagy.api.models import Flow, FlowDetails
from dagy.cli.connect import connected
from dagy.cli.engines import shown
from dagy.cli.names import completing, flow_names, guessing
from dagy.cli.options import DagyGroup, pass_session
from dagy.cli.output import emit, facts, grid, tags
from dagy.cli.session import Session
from dagy.cli.times import moment
from dagy.schemas import ordered_properties


@click.group(cls=DagyGroup)
def flows() -> None:
    """List and show flows."""


@flows.command(name="list")
@click.option("--namespace", help="Only flows in this namespace.")
@click.option("--search", help="Only flows whose name or description holds this text.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most.")
@pass_session
def list_flows(session: Session, namespace: str | None, search: str | None, limit: int) -> None:
    """The latest version of each flow.

    \b
    Examples:
      dagy flows list
      dagy flows list --namespace data --search weather
    """
    with connected(session) as client:
        found = list(client.flows(limit=limit, namespace=namespace, search=search))
    emit(session, found, quiet=lambda: [flow.name for flow in found], table=lambda: _table(found))


@flows.command(name="show")
@click.argument("name", shell_complete=completing(flow_names))
@click.option("--version", help="This version instead of the latest.")
@pass_session
def show_flow(session: Session, name: str, version: str | None) -> None:
    """One version of a flow: parameters, tasks, deployments, other versions.

    \b
    Examples:
      dagy flows show weather
      dagy flows show weather --version 1.2 --format json
    """
    with connected(session) as client, guessing(client, flow_names, name):
        found = client.flow(name, version=version)
    emit(session, found, quiet=lambda: [found.name], table=lambda: _details(found))


def _table(found: list[Flow]) -> RenderableType:
    if not found:
        return "No flows. Deploy one with `dagy deploy FILE.py:FLOW`."
    return grid(
        ("FLOW", "VERSION", "NAMESPACE", "STATUS", "TAGS", "CREATED"),
        [
            (
                flow.name,
                flow.version,
                flow.namespace,
                flow.status,
                tags(flow.tags),
                moment(flow.created_at),
            )
            for flow in found
        ],
    )


def _details(flow: FlowDetails) -> RenderableType:
    parts: list[RenderableType] = [
        facts(
            [
                ("flow", flow.name),
                ("version", f"{flow.version} (latest)" if flow.is_latest else flow.version),
                ("namespace", flow.namespace or None),
                ("description", flow.description or None),
                ("status", flow.status),
                ("engine", shown(flow.default_executor)),
                ("tags", tags(flow.tags)),
                ("created", moment(flow.created_at)),
                ("deployments", ", ".join(each.name for each in flow.deployments) or None),
                ("versions", ", ".join(each.version for each in flow.versions) or None),
            ]
        )
    ]
    if parameters := _parameters(flow):
        parts += ["", grid(("PARAMETER", "TYPE", "DEFAULT"), parameters)]
    if tasks := _tasks(flow):
        parts += ["", grid(("TASK", "AFTER", "RETRIES"), tasks)]
    return Group(*parts)


def _parameters(flow: FlowDetails) -> list[tuple[str, str, str]]:
    schema = _mapping(flow.parameters_schema)
    required = schema.get("required", [])
    return [
        (
            name,
            str(wanted.get("type", "any")),
            "required" if name in required else repr(wanted.get("default")),
        )
        for name, wanted in ordered_properties(schema).items()
    ]


def _tasks(flow: FlowDetails) -> list[tuple[str, str, str]]:
    spec = _mapping(flow.spec)
    return [
        (
            str(task.get("key")),
            ", ".join(task.get("depends_on", [])),
            str(task.get("retry", {}).get("retries", 0)),
        )
        for task in spec.get("tasks", [])
    ]


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


COMMANDS = {"flows": flows}
