"""Programs with a name of their own."""

from dagy_gql.repositories.base import Where
from dagy_gql.repositories.entities import EntityRepository
from dagy_gql.repositories.pagination import NEWEST_FIRST


class ServiceAccountRepository(EntityRepository):
    table = "service_accounts"
    noun = "service account"
    order = NEWEST_FIRST
    columns = "id, name, description, role, custom_role_id, disabled_at, created_by, created_at"

    def matching(self, name: str | None) -> Where:
        """None does not filter."""
        return self.where() if name is None else self.where().add("name = {}", name)
