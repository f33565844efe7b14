"""dashboard."""

from typing import Annotated, Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.services import dashboard
from schema.context import Info
from schema.dashboard.types import Dashboard
from schema.enums import TimeRange
from schema.fields import field


async def _dashboard(
    info: Info,
    range_: Annotated[TimeRange, strawberry.argument(name="range")] = TimeRange.DAY,
    environment: Annotated[str | None, strawberry.argument(description="Its name.")] = None,
) -> Any:
    context = info.context
    return await dashboard.look(context.rt, context.actor, range_=range_, environment=environment)


@strawberry.type
class DashboardQueries:
    dashboard: Dashboard = field(_dashboard, requires=Permission.RUNS_READ)
