"""Puts a flow on a server: artifact, flow version, deployment."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

from dagy.api.models import Deployment, RegisteredFlow
from dagy.artifact import BuiltArtifact, build_artifact
from dagy.client import DagyClient
from dagy.errors import ArtifactError
from dagy.flow import Flow
from dagy.places import local_dir


class DeployOptions(TypedDict, total=False):
    """What else a deployment can say.

    Attributes:
        version: The name of the flow's version.
        namespace: Where the flow is listed, such as "data/ingestion".
        tags: Names and values to find flow and deployment by.
        environment: The environment its runs belong to.
        parameters: Defaults for the flow's parameters.
        include: Glob patterns of more files to pack, relative to the flow's folder.
    """

    version: str | None
    namespace: str | None
    tags: dict[str, str] | None
    environment: str | None
    parameters: dict[str, Any] | None
    include: list[str] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deployed:
    """`created` is True for a new deployment; `changed` is False when all was so already."""

    deployment: Deployment
    flow: RegisteredFlow
    artifact: BuiltArtifact
    created: bool
    changed: bool = True


def deploy_artifact(
    entrypoint: str,
    name: str | None = None,
    *,
    client: DagyClient | None = None,
    **options: Unpack[DeployOptions],
) -> Deployed:
    """Pack, upload and register a flow, and bind a deployment to it.

    Args:
        entrypoint: "file.py:flow".
        name: The deployment; by default it is called like the flow.
        client: Whom to send it with; by default a client of the current profile.
        **options: See DeployOptions. Without `version` the server names it by its content;
            without `namespace` it is the source's folder relative to the working one.

    Returns:
        The deployment, the version of the flow and what was packed.

    Example:
        ```python
        deploy_artifact("weather.py:report", "daily", parameters={"city": "Oslo"})
        ```
    """
    include = options.get("include", ())
    built = build_artifact(entrypoint, local_dir() / "builds", include=include)
    if client is not None:
        return _deploy(client, built, _namespace(entrypoint, built), name, options)
    with DagyClient() as own:
        return _deploy(own, built, _namespace(entrypoint, built), name, options)


def deploy_flow(
    flow: Flow[..., Any], name: str | None = None, **options: Unpack[DeployOptions]
) -> Deployed:
    """What flow.deploy() does; the flow must stand at the top level of a file."""
    path, attribute = Path(flow.source_file), flow.function.__name__
    if not path.is_file() or flow.function.__qualname__ != attribute:
        raise ArtifactError(
            f"flow {flow.name!r} is not at the top level of a file",
            hint="move it there; only files can be packed",
        )
    if options.get("version") is None and flow.version is not None:
        options["version"] = flow.version
    return deploy_artifact(f"{path}:{attribute}", name, **options)


def _deploy(
    client: DagyClient,
    built: BuiltArtifact,
    namespace: str | None,
    name: str | None,
    options: DeployOptions,
) -> Deployed:
    client.upload_artifact(built.path.read_bytes())
    registered = client.register_flow(
        built.sha256,
        built.spec.to_dict(),
        version=options.get("version"),
        namespace=options.get("namespace") or namespace,
        tags=options.get("tags") or built.spec.tags,
    )
    upserted = client.upsert_deployment(
        name or built.spec.name,
        flow_name=registered.flow.name,
        flow_version=registered.flow.version,
        environment=options.get("environment"),
        parameters=options.get("parameters"),
        tags=options.get("tags"),
    )
    return Deployed(
        upserted.deployment, registered, built, created=upserted.created, changed=upserted.changed
    )


def _namespace(entrypoint: str, built: BuiltArtifact) -> str | None:
    """Explicit in the flow, else the source's folder below the working folder."""
    if built.spec.namespace is not None:
        return built.spec.namespace
    folder = Path(entrypoint.partition(":")[0]).resolve().parent
    relative = os.path.relpath(folder, Path.cwd())
    return None if relative == "." or relative.startswith("..") else Path(relative).as_posix()
