"""`dagy deploy`: pack, upload and register a flow, and bind it to a deployment."""

from collections.abc import Collection
from typing import Any

import click
from rich.console import RenderableType

from dagy.api.errors import ApiError
from dagy.cli.connect import connected
from dagy.cli.names import completing_files
from dagy.cli.options import DagyCommand, pass_session
from dagy.cli.output import emit, facts
from dagy.cli.params import pairs, parameters
from dagy.cli.session import Session
from dagy.cli.source import loaded, root_option
from dagy.cli.suggestion import trigger_command
from dagy.cli.times import size
from dagy.client import DagyClient
from dagy.deploy import Deployed, deploy_artifact


@click.command(cls=DagyCommand)
@click.argument("entrypoint", metavar="FILE.py:FLOW", shell_complete=completing_files)
@click.option("--name", help="Name of the deployment; by default that of the flow.")
@click.option("--version", help="Version of the flow; by default named by its content.")
@click.option("--environment", help="Environment the runs belong to.")
@click.option("--namespace", help="Namespace of the flow; by default its folder.")
@click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="A tag; repeatable.")
@click.option(
    "-p",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A default for a parameter; repeatable.",
)
@click.option(
    "--include",
    multiple=True,
    metavar="GLOB",
    help="Pack these files too, relative to the flow's folder; repeatable.",
)
@root_option
@pass_session
def deploy(
    session: Session,
    entrypoint: str,
    name: str | None,
    version: str | None,
    environment: str | None,
    namespace: str | None,
    tags: tuple[str, ...],
    given: tuple[str, ...],
    include: tuple[str, ...],
    root: str | None,
) -> None:
    """Upload a flow and bind a deployment to it.

    The same content again changes nothing. Other content needs another --version; without
    one the version is named by the content. What is not given keeps its value on a
    deployment that exists.

    \b
    Examples:
      dagy deploy weather.py:report
      dagy deploy weather.py:report --name daily -p city=Oslo
      dagy deploy weather.py:report --include 'data/*.csv' --tag team=data
    """
    texts, labels = pairs(given), pairs(tags, option="--tag")
    flow = loaded(entrypoint, root)
    with connected(session) as client:
        deployed = deploy_artifact(
            entrypoint,
            name,
            client=client,
            flow=flow,
            version=version or flow.version,
            namespace=namespace,
            tags=labels or None,
            environment=environment,
            parameters=parameters(texts, flow.spec().parameters) if texts else None,
            include=include,
            root=root,
        )
        defaults = set(texts) if deployed.created or texts else _defaults(client, deployed)
    emit(
        session,
        _document(deployed),
        quiet=lambda: [deployed.deployment.name],
        table=lambda: _summary(deployed, defaults),
    )


def _defaults(client: DagyClient, deployed: Deployed) -> set[str]:
    """Names of the parameters an existing deployment gives by itself."""
    if not deployed.artifact.spec.parameters.get("required"):
        return set()
    try:
        kept = client.deployment(deployed.deployment.name).parameters
    except ApiError:  # it is deployed; only the suggestion is less good
        return set()
    return set(kept) if isinstance(kept, dict) else set()


def _document(deployed: Deployed) -> dict[str, Any]:
    """What --format json prints."""
    return {
        "flow": deployed.flow.flow,
        "flowCreated": deployed.flow.created,
        "deployment": deployed.deployment,
        "deploymentCreated": deployed.created,
        "deploymentChanged": deployed.changed,
        "artifact": {
            "sha256": deployed.artifact.sha256,
            "sizeBytes": deployed.artifact.size_bytes,
            "files": deployed.artifact.files,
        },
    }


def _summary(deployed: Deployed, defaults: Collection[str]) -> RenderableType:
    flow, name, files = deployed.flow.flow, deployed.deployment.name, deployed.artifact.files
    changed = "updated" if deployed.changed else "unchanged"
    packed = f"{len(files)} file{'' if len(files) == 1 else 's'}"
    return facts(
        [
            ("flow", f"{flow.name} {flow.version} ({_news(deployed.flow.created, 'unchanged')})"),
            ("deployment", f"{name} ({_news(deployed.created, changed)})"),
            ("artifact", f"{packed}, {size(deployed.artifact.size_bytes)}"),
            ("run it", trigger_command(name, deployed.artifact.spec.parameters, defaults)),
        ]
    )


def _news(created: bool, otherwise: str) -> str:
    return "new" if created else otherwise


COMMANDS = {"deploy": deploy}
