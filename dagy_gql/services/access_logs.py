"""The access log as people read it."""

from datetime import datetime
from uuid import UUID

from dagy_gql.auth.actor import Actor
from dagy_gql.enums import AccessEvent
from dagy_gql.errors import NotAllowed
from dagy_gql.repositories import access_logs
from dagy_gql.repositories.access_logs import AccessLogFilter
from dagy_gql.repositories.pagination import Page, Slice
from dagy_gql.repositories.runs import first_id
from dagy_gql.runtime import Runtime


def wanted(
    *,
    event: AccessEvent | None = None,
    user_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AccessLogFilter:
    """Ids grow with time, so a span of time is a span of ids."""
    return AccessLogFilter(
        event=event,
        user_id=user_id,
        from_id=first_id(since),
        to_id=first_id(until),
    )


async def unassigned(rt: Runtime, actor: Actor, filter_: AccessLogFilter, page: Page) -> Slice:
    """Rows of nobody's organization, such as sign-ins with an address that is unknown.

    Raises NotAllowed: these are for whoever runs the installation.
    """
    if not (actor.is_person and actor.is_super_admin):
        raise NotAllowed(
            "Entries without an organization are for super admins.", field="unassigned"
        )
    return await access_logs.page_all_orgs(filter_, page)
