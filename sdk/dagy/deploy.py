"""Puts a flow on a server: artifact, flow version, deployment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

from dagy.api.models import Deployment, RegisteredFlow
from dagy.artifact import BuiltArtifact, build_artifact
from dagy.client import DagyClient
from dagy.deployable import check_names
from dagy.errors import ArtifactError
from dagy.flow import Flow
from dagy.loading import is_importing, load_flow
from dagy.places import local_dir, private_folder


class DeployOptions(TypedDict, total=False):
    """What else a deployment can say.

    Attributes:
        version: The name of the flow's version.
        namespace: Where the flow is listed, such as "data/ingestion".
        tags: Names and values to find flow and deployment by.
        environment: The environment its runs belong to.
        parameters: Defaults for the flow's parameters.
        include: Glob patterns of more files to pack, relative to the flow's folder.
        root: The folder that imports start from; by default that of the nearest pyproject.toml.
    """

    version: str | None
    namespace: str | None
    tags: dict[str, str] | None
    environment: str | None
    parameters: dict[str, Any] | None
    include: list[str] | tuple[str, ...]
    root: str | Path | None


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
    flow: Flow[..., Any] | None = None,
    **options: Unpack[DeployOptions],
) -> Deployed:
    """Pack, upload and register a flow, and bind a deployment to it.

    Args:
        entrypoint: "file.py:flow".
        name: The deployment; by default it is called like the flow.
        client: Whom to send it with; by default a client of the current profile.
        flow: The flow, where the file has been imported already.
        **options: See DeployOptions. Without `version` the server names it by its content;
            without `namespace` it is the source's folder relative to the working one.

    Returns:
        The deployment, the version of the flow and what was packed.

    Example:
        ```python
        deploy_artifact("weather.py:report", "daily", parameters={"city": "Oslo"})
        ```
    """
    include, root = options.get("include", ()), options.get("root")
    flow = flow or load_flow(entrypoint, project_root=root)
    namespace = check_names(flow, entrypoint, namespace=options.get("namespace"))
    built = build_artifact(
        entrypoint, private_folder(local_dir() / "builds"), include=include, root=root, flow=flow
    )
    if client is not None:
        return _deploy(client, built, namespace, name, options)
    with DagyClient() as own:
        return _deploy(own, built, namespace, name, options)


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
    if is_importing():
        raise ArtifactError(
            f"flow {flow.name!r} is deployed by its own file while that is imported",
            hint='put the call behind `if __name__ == "__main__":`',
        )
    if options.get("version") is None and flow.version is not None:
        options["version"] = flow.version
    return deploy_artifact(f"{path}:{attribute}", name, flow=flow, **options)


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
        namespace=namespace,
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
