"""Registering flows. A version never changes once it is there; "latest" is a pointer."""

import re
from dataclasses import dataclass
from typing import Any

import asyncpg

from dagy.errors import SpecError
from dagy.names import MAX_VERSION, VERSION_RULE, is_namespace, is_version
from dagy.spec import FlowSpec
from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.db import json_text
from dagy_gql.enums import Executor, FlowStatus
from dagy_gql.errors import BadUserInput, Conflict, NotFound
from dagy_gql.repositories.artifacts import ArtifactRepository
from dagy_gql.repositories.flows import FlowRepository, NewFlow
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, protection
from dagy_gql.services.labels import checked_name, checked_tags

_CONTENT_VERSION_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Registration:
    """What a client sends; `spec` is a FlowSpec document."""

    artifact_sha256: str
    spec: Any
    version: str | None = None
    namespace: str | None = None
    tags: dict[str, Any] | None = None


async def register(
    rt: Runtime, actor: Actor, registration: Registration
) -> tuple[asyncpg.Record, bool]:
    """The flow version, and "was it created?". The same content again is the same version.

    Raises BadUserInput with the field, or Conflict for other content under a version.
    """
    flow = _checked(actor, registration)
    if await ArtifactRepository(actor.org_id).archive(flow.artifact_sha256) is None:
        raise BadUserInput(
            f"There is no artifact {flow.artifact_sha256}: upload it first.",
            field="artifactSha256",
        )
    repository = FlowRepository(actor.org_id)
    async with db.transaction():
        await repository.hold(flow.name)
        existing = await repository.by_version(flow.name, flow.version)
        if existing is None:
            row = await repository.add_latest(flow, clock.now())
        else:
            _require_same(existing, flow)
            row = await repository.point_to(existing)
        _note(actor, row, is_new=existing is None)
    return row, existing is None


async def set_status(rt: Runtime, actor: Actor, *, name: str, status: FlowStatus) -> asyncpg.Record:
    """Archive or restore all versions; the latest one. INACTIVE ones start nothing.

    Raises NotFound, Forbidden (one of its deployments is in a protected environment).
    """
    repository = FlowRepository(actor.org_id)
    async with db.transaction():
        await repository.hold(name)
        before = await by_version(rt, actor, name=name)
        await protection.require_for_flow(actor, name, field="name")
        await repository.set_status(name, status)
        audit.note(
            actor,
            "flow.update",
            "Flow",
            before["id"],
            name=name,
            before={"status": before["status"]},
            after={"status": status},
        )
    return await by_version(rt, actor, name=name)


def _note(actor: Actor, row: asyncpg.Record, *, is_new: bool) -> None:
    """A version that was there already becomes the latest again: that is a change, too."""
    kept = ("version", "spec_sha256", "artifact_sha256") if is_new else ("version",)
    audit.note(
        actor,
        "flow.register" if is_new else "flow.point",
        "Flow",
        row["id"],
        name=row["name"],
        after={column: row[column] for column in kept},
    )


async def by_version(
    rt: Runtime, actor: Actor, *, name: str, version: str | None = None
) -> asyncpg.Record:
    """Without a version: the latest. Raises NotFound."""
    row = await FlowRepository(actor.org_id).by_version(name, version)
    if row is None:
        raise NotFound("flow", name if version is None else f"{name} {version}")
    return row


def _checked(actor: Actor, registration: Registration) -> NewFlow:
    spec = _decoded(registration.spec)
    tags = checked_tags(spec.tags | (registration.tags or {}))
    return NewFlow(
        name=checked_name(spec.name, field="spec.name"),
        version=_version(registration, spec),
        namespace=_namespace(registration.namespace, spec.namespace),
        description=spec.description,
        tags=json_text(tags),
        spec=spec.encode().decode(),
        spec_sha256=spec.sha256,
        artifact_sha256=registration.artifact_sha256.lower(),
        default_executor=_executor(spec.default_executor),
        created_by=actor.name,
    )


def _decoded(document: Any) -> FlowSpec:
    if not isinstance(document, dict):
        raise BadUserInput("spec is a FlowSpec document: a JSON object.", field="spec")
    try:
        return FlowSpec.decode(document)
    except SpecError as error:
        field = f"spec.{error.path}" if error.path else "spec"
        raise BadUserInput(f"The FlowSpec is not valid: {error.message}.", field=field) from error


def _version(registration: Registration, spec: FlowSpec) -> str:
    if registration.version is None:
        # The code is part of the content: the same graph from other source is another version.
        content = int(spec.sha256, 16) ^ int(_sha256(registration.artifact_sha256), 16)
        return f"{content:064x}"[:_CONTENT_VERSION_LENGTH]
    if not is_version(registration.version):
        raise BadUserInput(
            f"{registration.version[:100]!r} is not a version: {VERSION_RULE},"
            f" at most {MAX_VERSION} characters.",
            field="version",
        )
    return registration.version


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise BadUserInput(f"{text[:100]!r} is not a SHA-256.", field="artifactSha256")
    return text


def _namespace(given: str | None, of_spec: str | None) -> str:
    namespace = (given if given is not None else of_spec or "").strip("/")
    if namespace and not is_namespace(namespace):
        raise BadUserInput(
            f"{namespace[:100]!r} is not a namespace such as data/ingestion.", field="namespace"
        )
    return namespace


def _executor(name: str | None) -> Executor | None:
    try:
        return None if name is None else Executor(name)
    except ValueError as error:
        known = ", ".join(Executor)
        raise BadUserInput(
            f"There is no executor {name!r}. There are: {known}.", field="spec.default_executor"
        ) from error


def _require_same(existing: asyncpg.Record, flow: NewFlow) -> None:
    if (existing["spec_sha256"], existing["artifact_sha256"]) == (
        flow.spec_sha256,
        flow.artifact_sha256,
    ):
        return
    raise Conflict(
        f"Version {flow.version} of the flow {flow.name!r} exists with other content, and versions"
        " do not change: choose another version, or leave it out.",
        field="version",
    )
