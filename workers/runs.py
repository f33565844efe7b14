"""Jobs about runs. A job only says "look at row X": it takes an id and may come twice."""

from typing import Any

from dagy_gql.services.execution import Dispatcher


async def execute_run(ctx: dict[str, Any], run_id: str) -> None:
    """Claim what is queued, this run among it; a full worker passes the word on."""
    dispatcher: Dispatcher = ctx["dispatcher"]
    await dispatcher.asked()
