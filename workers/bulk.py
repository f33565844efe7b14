"""Jobs about bulk operations."""

from typing import Any

from dagy_gql.runtime import Runtime
from dagy_gql.services import bulk_work


async def bulk_operation(ctx: dict[str, Any], key: str) -> None:
    """What is left of the operation that the key names; it may come twice."""
    rt: Runtime = ctx["rt"]
    await bulk_work.work(rt, key)
