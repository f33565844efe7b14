"""createArtifactUpload, registerFlow, updateFlow."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import encode_id
from dagy_gql.services import artifacts, flows
from dagy_gql.services.flows import Registration
from schema.arguments import json_object
from schema.context import Info
from schema.enums import FlowStatus
from schema.fields import field, object_type
from schema.flows.types import Flow
from schema.scalars import JSON, Long


@strawberry.input
class CreateArtifactUploadInput:
    sha256: str
    size_bytes: Long


@object_type(description="A flow's archive; id is null until it is uploaded.")
class ArtifactReference:
    id: strawberry.ID | None
    sha256: str


@object_type(requires=Permission.FLOWS_WRITE)
class CreateArtifactUploadPayload:
    artifact: ArtifactReference
    upload_url: str | None = field(
        description="PUT the archive here with the same credentials; null: it is stored already."
    )


@strawberry.input
class RegisterFlowInput:
    artifact_sha256: str
    spec: JSON
    version: str | None = strawberry.field(
        default=None, description="Left out: a hash of the content."
    )
    namespace: str | None = None
    tags: JSON | None = None


@object_type(requires=Permission.FLOWS_WRITE)
class RegisterFlowPayload:
    flow: Flow
    created: bool = field(description="False: this version with this content was there already.")


@strawberry.input
class UpdateFlowInput:
    name: str
    status: FlowStatus


@object_type(requires=Permission.FLOWS_WRITE)
class UpdateFlowPayload:
    flow: Flow = field(requires=Permission.FLOWS_WRITE, description="The latest version.")


async def _create_artifact_upload(info: Info, input: CreateArtifactUploadInput) -> Any:
    context = info.context
    row = await artifacts.request_upload(
        context.rt, context.actor, sha256=input.sha256, size_bytes=input.size_bytes
    )
    key = None if row is None else encode_id("Artifact", row["id"])
    return {
        "artifact": {"id": key, "sha256": input.sha256},
        "upload_url": artifacts.upload_url(input.sha256) if row is None else None,
    }


async def _register_flow(info: Info, input: RegisterFlowInput) -> Any:
    context = info.context
    registration = Registration(
        artifact_sha256=input.artifact_sha256,
        spec=input.spec,
        version=input.version,
        namespace=input.namespace,
        tags=json_object(input.tags, field="tags"),
    )
    flow, created = await flows.register(context.rt, context.actor, registration)
    return {"flow": flow, "created": created}


async def _update_flow(info: Info, input: UpdateFlowInput) -> Any:
    context = info.context
    flow = await flows.set_status(context.rt, context.actor, name=input.name, status=input.status)
    return {"flow": flow}


@strawberry.type
class FlowMutations:
    create_artifact_upload: CreateArtifactUploadPayload = field(
        _create_artifact_upload, requires=Permission.FLOWS_WRITE
    )
    register_flow: RegisterFlowPayload = field(
        _register_flow,
        requires=Permission.FLOWS_WRITE,
        description="Adds a version, and makes it the latest.",
    )
    update_flow: UpdateFlowPayload = field(
        _update_flow,
        requires=Permission.FLOWS_WRITE,
        description="Archives (INACTIVE) or restores all versions of a name. An archived flow"
        " starts no run; a version that is registered later is archived, too.",
    )
