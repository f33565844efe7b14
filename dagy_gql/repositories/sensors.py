"""Sensors of one organization."""

from dataclasses import dataclass
from uuid import UUID

from dagy_gql.enums import SensorKind
from dagy_gql.repositories.base import Where
from dagy_gql.repositories.entities import EntityRepository, narrowed
from dagy_gql.repositories.pagination import NEWEST_FIRST


@dataclass(frozen=True, slots=True)
class SensorFilter:
    """None does not filter."""

    deployment_id: UUID | None = None
    deployment_name: str | None = None
    enabled: bool | None = None
    kind: SensorKind | None = None


class SensorRepository(EntityRepository):
    """The hash of a webhook's token is written here and never read back."""

    table = "sensors"
    noun = "sensor"
    order = NEWEST_FIRST
    json_columns = frozenset({"config", "parameters"})
    unaudited = frozenset({"created_at", "updated_at", "cursor"})
    columns = (
        "id, deployment_id, name, kind, config, parameters, enabled, interval_seconds, cursor,"
        " last_checked_at, last_triggered_at, created_by, created_at, updated_at"
    )

    def matching(self, filter_: SensorFilter) -> Where:
        return narrowed(
            self.where(),
            (
                ("deployment_id = {}", filter_.deployment_id),
                (
                    "deployment_id = (SELECT d.id FROM deployments d"
                    " WHERE d.org_id = $1 AND d.name = {})",
                    filter_.deployment_name,
                ),
                ("enabled = {}", filter_.enabled),
                ("kind = {}", filter_.kind),
            ),
        )
