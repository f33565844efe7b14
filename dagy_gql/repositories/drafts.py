"""Drafts of one organization. Their graphs are large: they are read only where asked for."""

from uuid import UUID

from dagy_gql.repositories.base import Where
from dagy_gql.repositories.entities import EntityRepository, narrowed
from dagy_gql.repositories.pagination import NEWEST_FIRST


class DagDraftRepository(EntityRepository):
    table = "dag_drafts"
    noun = "draft"
    order = NEWEST_FIRST
    json_columns = frozenset({"graph"})
    unaudited = frozenset({"created_at", "updated_at", "updated_by"})
    columns = (
        "id, flow_id, name, description, revision, created_by, updated_by, created_at, updated_at"
    )

    def matching(self, *, flow_id: UUID | None) -> Where:
        return narrowed(self.where(), (("flow_id = {}", flow_id),))
