"""Secret, its versions and its uses. No field here has a value: revealSecret alone does."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.secrets import (
    SecretRepository,
    SecretUseRepository,
    SecretVersionRepository,
)
from schema.audit.types import audit_by_resource
from schema.environments.types import Environment, environments_by_id
from schema.fields import field, lazy, object_type
from schema.loaders import RowsById
from schema.nodes import Node, node_id
from schema.pagination import Pages, lazy_connection, pages
from schema.runs.types import runs_by_id
from schema.scalars import DateTime

secrets_by_id = RowsById(SecretRepository)
_versions = Pages(SecretVersionRepository, "secret_id")
_uses = Pages(SecretUseRepository, "secret_id")


@object_type(requires=Permission.SECRETS_READ, description="One value that a secret had.")
class SecretVersion:
    number: int = field(read=lambda row: row["version"], columns=("version",))
    key_id: str = field(description="The key of the installation that it is sealed with.")
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime


@object_type(
    requires=Permission.SECRETS_READ, description="An attempt at a run was given a version."
)
class SecretUse:
    secret: Any = field(
        load=secrets_by_id,
        key="secret_id",
        requires=Permission.SECRETS_READ,
        type_=lazy("secrets", "Secret"),
    )
    version: int
    run: Any = field(
        load=runs_by_id, key="run_id", requires=Permission.RUNS_READ, type_=lazy("runs", "Run")
    )
    attempt: int
    created_at: DateTime


@object_type(
    requires=Permission.SECRETS_READ,
    description="A value that runs get by its name; nobody sees it but through revealSecret.",
)
class Secret(Node):
    id: strawberry.ID = node_id("Secret")
    name: str
    environment: Environment | None = field(
        load=environments_by_id,
        key="environment_id",
        requires=Permission.ENVIRONMENTS_READ,
        description="Null: for all environments that have no secret of this name themselves.",
    )
    description: str
    current_version: int = field(description="What runs get, counted from 1.")
    last_used_at: DateTime | None = field(description="To the minute.")
    created_by: str = field(requires=Permission.EMAILS_READ)
    created_at: DateTime
    updated_at: DateTime
    versions: Any = pages(
        _versions,
        lazy_connection("secrets", "SecretVersion"),
        requires=Permission.SECRETS_READ,
        description="Newest first.",
    )
    uses: Any = pages(
        _uses,
        lazy_connection("secrets", "SecretUse"),
        requires=Permission.SECRETS_READ,
        description="Newest first.",
    )
    audit_trail: Any = pages(
        audit_by_resource, lazy_connection("audit", "AuditLog"), requires=Permission.AUDIT_READ
    )
