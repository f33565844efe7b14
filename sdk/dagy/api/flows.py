"""Artifacts, flows and deployments: what `dagy deploy` and the lists need."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from dagy.api import documents
from dagy.api.calls import Calls, converted, found, given
from dagy.api.errors import ConflictError, NotFoundError
from dagy.api.models import Deployment, DeploymentDetails, Flow, FlowDetails, RegisteredFlow


class FlowCalls(Calls):
    """Methods of DagyClient about flows and deployments."""

    def upload_artifact(self, content: bytes) -> str:
        """Upload the zip unless the server has it already; returns its sha256."""
        sha256 = hashlib.sha256(content).hexdigest()
        data = self.execute(
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
        spec: Mapping[str, Any],
        *,
        version: str | None = None,
        namespace: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> RegisteredFlow:
        """The same content again gives the same version; other content under it is CONFLICT."""
        fields = given(version=version, namespace=namespace, tags=tags)
        data = self.execute(
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
        parameters: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> tuple[Deployment, bool]:
        """Bind the name to the flow version; True when the deployment is new.

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
                return self.create_deployment(name, **fields), True
            except ConflictError:  # somebody else was faster by a moment
                existing = self.deployment(name)
        return self.update_deployment(existing.id, **fields), False

    def create_deployment(self, name: str, **fields: Any) -> Deployment:
        """`fields` are those of CreateDeploymentInput."""
        data = self.execute(documents.CREATE_DEPLOYMENT, {"input": {"name": name, **fields}})
        return converted(data["createDeployment"]["deployment"], Deployment)

    def update_deployment(self, deployment_id: str, **fields: Any) -> Deployment:
        """`fields` are those of UpdateDeploymentInput; the same twice is the same once."""
        data = self.execute(
            documents.UPDATE_DEPLOYMENT, {"input": {"id": deployment_id, **fields}}, safe=True
        )
        return converted(data["updateDeployment"]["deployment"], Deployment)

    def delete_deployment(
        self, deployment_id: str, *, runs: Literal["cancel", "keep"] | None = None
    ) -> int:
        """Answers how many runs were cancelled. Raises ConflictError, about the field `runs`, where
        some are queued or running and `runs` does not say what becomes of them."""
        wanted = {"id": deployment_id} | ({} if runs is None else {"runs": runs.upper()})
        data = self.execute(documents.DELETE_DEPLOYMENT, {"input": wanted})
        cancelled: int = data["deleteDeployment"].get("cancelledRuns", 0)
        return cancelled

    def deployment(self, name: str) -> DeploymentDetails:
        """Raises NotFoundError. Parameters are None for who may not see payloads."""
        data = self.execute_with_payload(documents.DEPLOYMENT, {"name": name})
        return found(data["deployment"], DeploymentDetails, f"deployment '{name}'")

    def find_deployment(self, name: str) -> DeploymentDetails | None:
        try:
            return self.deployment(name)
        except NotFoundError:
            return None

    def parameters_schema(self, deployment_name: str) -> dict[str, Any]:
        """JSON Schema of the parameters of the flow behind a deployment."""
        data = self.execute(documents.DEPLOYMENT_PARAMETERS_SCHEMA, {"name": deployment_name})
        deployment = found(data["deployment"], dict[str, Any], f"deployment '{deployment_name}'")
        return converted(deployment["flow"]["parametersSchema"] or {}, dict[str, Any])

    def deployments(self, *, limit: int | None = None, **filters: Any) -> Iterator[Deployment]:
        """`filters` are those of DeploymentFilter (name, flowName, environment, paused)."""
        return self.pages(
            documents.DEPLOYMENTS,
            {"filter": given(**filters)},
            Deployment,
            connection=lambda data: data["deployments"],
            limit=limit,
        )

    def flows(self, *, limit: int | None = None, **filters: Any) -> Iterator[Flow]:
        """The latest version of each flow. `filters`: name, namespace, status, search."""
        return self.pages(
            documents.FLOWS,
            {"filter": given(**filters)},
            Flow,
            connection=lambda data: data["flows"],
            limit=limit,
        )

    def flow(self, name: str, *, version: str | None = None) -> FlowDetails:
        """The version, by default the latest; raises NotFoundError."""
        data = self.execute(documents.FLOW, {"name": name, "version": version})["flow"]
        what = f"flow '{name}'" + (f" {version}" if version else "")
        flow = found(data, dict[str, Any], what)
        nodes = {key: flow[key]["nodes"] for key in ("versions", "deployments")}
        return converted({**flow, **nodes}, FlowDetails)
