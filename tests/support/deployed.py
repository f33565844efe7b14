"""An organization with deployed flows, made through the services as a client's request would."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from dagy.artifact import build_artifact
from dagy.spec import FlowSpec
from dagy_gql import db
from dagy_gql.artifacts.store import archive_key
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import ROLE_PERMISSIONS
from dagy_gql.enums import Role
from dagy_gql.ids import new_id
from dagy_gql.runtime import Runtime

Archive = tuple[FlowSpec, bytes]
_archives: dict[tuple[str, str, tuple[str, ...]], Archive] = {}


async def organization(rt: Runtime, *, name: str = "acme", role: Role = Role.OWNER) -> Actor:
    org_id = new_id()
    await db.execute(
        "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $2, now())",
        org_id,
        name,
    )
    return Actor(org_id, f"{role}@{name}.test", ROLE_PERMISSIONS[role], role)


@dataclass(frozen=True, slots=True)
class Deployed:
    flow_id: UUID
    deployment_id: UUID
    name: str


async def deployed(
    rt: Runtime,
    actor: Actor,
    source: str,
    *,
    folder: Path,
    flow: str = "main",
    name: str | None = None,
    concurrency_limit: int | None = None,
    parameters: dict[str, Any] | None = None,
    include: Sequence[str] = (),
) -> Deployed:
    """Write `source` to a file, pack it, and deploy its flow under `name`."""
    name = name or flow
    home = folder / f"src-{name}"
    home.mkdir(parents=True)
    spec, content = _built(source, flow, folder=home, include=tuple(include))
    sha256 = hashlib.sha256(content).hexdigest()
    archive = home / f"{sha256}.zip"
    archive.write_bytes(content)
    await rt.artifacts.put(archive_key(actor.org_id, sha256), archive)
    flow_id, deployment_id = new_id(), new_id()
    await db.execute(
        "INSERT INTO flows (id, org_id, name, version, namespace, description, tags, spec, "
        "spec_sha256, artifact_sha256, status, is_latest, created_by, created_at) "
        "VALUES ($1, $2, $3, '1', '', '', '{}', $4::text::jsonb, $5, $6, 'ACTIVE', true, '', "
        "now())",
        flow_id,
        actor.org_id,
        name,
        spec.encode().decode(),
        spec.sha256,
        sha256,
    )
    await db.execute(
        "INSERT INTO deployments (id, org_id, flow_id, flow_name, name, parameters, tags, paused, "
        "concurrency_limit, created_by, created_at, updated_at) "
        "VALUES ($1, $2, $3, $4, $4, $5::text::jsonb, '{}', false, $6, '', now(), now())",
        deployment_id,
        actor.org_id,
        flow_id,
        name,
        db.json_text(parameters or {}),
        concurrency_limit,
    )
    return Deployed(flow_id, deployment_id, name)


def _built(source: str, flow: str, *, folder: Path, include: tuple[str, ...]) -> Archive:
    """The archive. Packing imports it in two processes: once for all tests with this source."""
    key = (source, flow, include)
    if key not in _archives:
        (folder / "flows.py").write_text(source)
        built = build_artifact(f"{folder / 'flows.py'}:{flow}", folder / "out", include=include)
        _archives[key] = built.spec, built.path.read_bytes()
    return _archives[key]
