"""Artifacts, flows and deployments: what `dagy deploy` and the lists need."""

import hashlib
from collections.abc import Generator, Mapping
from typing import Any, Literal

from dagy.api import documents
from dagy.api.errors import ConflictError, NotFoundError
from dagy.api.json_values import JSONInput, JSONValue
from dagy.api.models import (
    Deployment,
    DeploymentDetails,
    Flow,
    FlowDetails,
    RegisteredFlow,
    UpsertedDeployment,
)
from dagy.api.shapes import converted, deployment_changed, found, given, merged_nodes
from dagy.api.sync.calls import Calls


class FlowCalls(Calls):
    """Methods of DagyClient about flows and deployments."""

    def upload_artifact(self, content: bytes) -> str:
        """Upload a zip of source code unless the server has it already.

        Returns:
            Its SHA-256, which `register_flow` takes.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        data = self._execute(
            documents.CREATE_ARTIFACT_UPLOAD,
            {"input": {"sha256": sha256, "sizeBytes": len(content)}},
            safe=True,
        )
        upload_url = data["createArtifactUpload"]["uploadUrl"]
        if upload_url is not None:
            self._transport.upload(upload_url, content)
        return sha256

    def register_flow(
        self,
        artifact_sha256: str,
        spec: Mapping[str, JSONInput],
        *,
        version: str | None = None,
        namespace: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> RegisteredFlow:
        """Make a version of a flow; the same content again gives the same version.

        Args:
            artifact_sha256: What `upload_artifact` returned.
            spec: The graph, `flow.spec().to_dict()`.
            version: Its name; by default the server names it by its content.
            namespace: Where it is listed, such as "data/ingestion".
            tags: Names and values to find it by.

        Raises:
            ConflictError: The version exists with other content.
        """
        fields = given(version=version, namespace=namespace, tags=tags)
        data = self._execute(
            documents.REGISTER_FLOW,
            {"input": {"artifactSha256": artifact_sha256, "spec": spec, **fields}},
            safe=True,
        )
        return converted(data["registerFlow"], RegisteredFlow)

    def upsert_deployment(
        self,
        name: str,
        *,
        flow_name: str,
        flow_version: str,
        environment: str | None = None,
        parameters: Mapping[str, JSONInput] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> UpsertedDeployment:
        """Bind the name to the flow version, making the deployment if there is none.

        What is not given keeps its value on a deployment that exists.
        """
        fields = {
            "flowName": flow_name,
            "flowVersion": flow_version,
            **given(environment=environment, parameters=parameters, tags=tags),
        }
        existing = self.find_deployment(name)
        if existing is None:
            try:
                made = self._create_deployment(name, fields)
                return UpsertedDeployment(deployment=made, created=True, changed=True)
            except ConflictError:  # somebody else was faster by a moment
                existing = self.deployment(name)
        updated = self._update_deployment(existing.id, fields)
        return UpsertedDeployment(
            deployment=updated,
            created=False,
            changed=deployment_changed(existing, updated, parameters=parameters),
        )

    def create_deployment(self, name: str, **fields: JSONInput) -> Deployment:
        """Make a deployment. `fields` are those of CreateDeploymentInput, such as flowName."""
        return self._create_deployment(name, fields)

    def update_deployment(self, deployment_id: str, **fields: JSONInput) -> Deployment:
        """Change a deployment. `fields` are those of UpdateDeploymentInput, such as paused."""
        return self._update_deployment(deployment_id, fields)

    def delete_deployment(
        self, deployment_id: str, *, runs: Literal["cancel", "keep"] | None = None
    ) -> int:
        """Delete the deployment of this global id; its flow and its runs stay.

        Args:
            deployment_id: Its global id.
            runs: What becomes of its queued and running runs: "cancel" stops them, "keep" lets
                them go on within the deployment's concurrency limit.

        Returns:
            How many runs were cancelled.

        Raises:
            ConflictError: Some are queued or running, and `runs` does not say what becomes of
                them.
        """
        wanted = {"id": deployment_id} | ({} if runs is None else {"runs": runs.upper()})
        data = self._execute(documents.DELETE_DEPLOYMENT, {"input": wanted})
        cancelled: int = data["deleteDeployment"].get("cancelledRuns", 0)
        return cancelled

    def deployment(self, name: str) -> DeploymentDetails:
        """One deployment; its parameters are None for who may not see payloads.

        Raises:
            NotFoundError: There is none of this name.
        """
        data = self._execute_with_payload(documents.DEPLOYMENT, {"name": name})
        return found(data["deployment"], DeploymentDetails, f"deployment '{name}'")

    def find_deployment(self, name: str) -> DeploymentDetails | None:
        """Like `deployment`, but None when there is none."""
        try:
            return self.deployment(name)
        except NotFoundError:
            return None

    def parameters_schema(self, deployment_name: str) -> dict[str, JSONValue]:
        """JSON Schema of the parameters of the flow behind a deployment.

        Raises:
            NotFoundError: There is no such deployment.
        """
        data = self._execute(documents.DEPLOYMENT_PARAMETERS_SCHEMA, {"name": deployment_name})
        deployment = found(data["deployment"], dict[str, Any], f"deployment '{deployment_name}'")
        return converted(deployment["flow"]["parametersSchema"] or {}, dict[str, Any])

    def deployments(
        self,
        *,
        limit: int | None = None,
        name: str | None = None,
        flow_name: str | None = None,
        environment: str | None = None,
        paused: bool | None = None,
    ) -> Generator[Deployment, None, None]:
        """Yield the deployments by name.

        Args:
            limit: At most so many; None for all.
            name: Only the one of this name.
            flow_name: Only those of this flow.
            environment: Only those in this environment.
            paused: Only paused (True) or only active ones (False).
        """
        filters = given(name=name, flowName=flow_name, environment=environment, paused=paused)
        return self._pages(
            documents.DEPLOYMENTS,
            {"filter": filters},
            Deployment,
            connection=lambda data: data["deployments"],
            limit=limit,
        )

    def flows(
        self,
        *,
        limit: int | None = None,
        name: str | None = None,
        namespace: str | None = None,
        status: str | None = None,
        search: str | None = None,
    ) -> Generator[Flow, None, None]:
        """Yield the latest version of each flow.

        Args:
            limit: At most so many; None for all.
            name: Only the flow of this name.
            namespace: Only flows in this namespace and those below it.
            status: Only flows in this state, such as "ACTIVE".
            search: Only flows with this text in their name.
        """
        return self._pages(
            documents.FLOWS,
            {"filter": given(name=name, namespace=namespace, status=status, search=search)},
            Flow,
            connection=lambda data: data["flows"],
            limit=limit,
        )

    def flow(self, name: str, *, version: str | None = None) -> FlowDetails:
        """One version of a flow, by default the latest.

        Raises:
            NotFoundError: There is no such flow or version.
        """
        data = self._execute(documents.FLOW, {"name": name, "version": version})
        what = f"flow '{name}'" + (f" {version}" if version else "")
        flow = found(data["flow"], dict[str, Any], what)
        return converted(merged_nodes(flow, "versions", "deployments"), FlowDetails)

    def _create_deployment(self, name: str, fields: Mapping[str, Any]) -> Deployment:
        data = self._execute(documents.CREATE_DEPLOYMENT, {"input": {"name": name, **fields}})
        return converted(data["createDeployment"]["deployment"], Deployment)

    def _update_deployment(self, deployment_id: str, fields: Mapping[str, Any]) -> Deployment:
        """The same twice is the same once."""
        data = self._execute(
            documents.UPDATE_DEPLOYMENT, {"input": {"id": deployment_id, **fields}}, safe=True
        )
        return converted(data["updateDeployment"]["deployment"], Deployment)
