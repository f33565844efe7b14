"""Schedules of one organization."""

from dataclasses import dataclass
from uuid import UUID

from dagy_gql.enums import ScheduleKind
from dagy_gql.repositories.base import Where
from dagy_gql.repositories.entities import EntityRepository, narrowed
from dagy_gql.repositories.pagination import NEWEST_FIRST

# Of all deployments of all versions of the flow that is named by `parents.key`.
OF_FLOW_NAME = """deployment_id IN (
    SELECT d.id FROM deployments d JOIN flows f ON f.id = d.flow_id
    WHERE f.org_id = $1 AND f.name = parents.key AND d.org_id = $1)"""


@dataclass(frozen=True, slots=True)
class ScheduleFilter:
    """None does not filter."""

    deployment_id: UUID | None = None
    deployment_name: str | None = None
    enabled: bool | None = None
    kind: ScheduleKind | None = None


class ScheduleRepository(EntityRepository):
    table = "schedules"
    noun = "schedule"
    order = NEWEST_FIRST
    json_columns = frozenset({"parameters"})
    unaudited = frozenset({"created_at", "updated_at", "next_run_at"})
    columns = (
        "id, deployment_id, name, kind, cron, interval_seconds, at, timezone, parameters, enabled,"
        " start_at, end_at, catchup_policy, overlap_policy, jitter_seconds, next_run_at,"
        " last_triggered_at, last_run_id, created_by, created_at, updated_at"
    )

    def matching(self, filter_: ScheduleFilter) -> Where:
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
