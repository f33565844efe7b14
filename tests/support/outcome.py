"""What a run came to, read back as a client would."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import live, runs
from dagy_gql.services.live_items import LiveEvent, LiveLine

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Outcome:
    run: asyncpg.Record
    tasks: dict[str, asyncpg.Record]
    events: list[LiveEvent]

    @property
    def state(self) -> str:
        return str(self.run["state"])

    @property
    def states(self) -> dict[str, str]:
        return {key: task["state"] for key, task in self.tasks.items()}

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.run["error"]
        return error

    def result(self, key: str) -> Any:
        return self.tasks[key]["result"]["value"]


async def trigger(rt: Runtime, actor: Actor, name: str, /, **parameters: Any) -> UUID:
    run, created = await runs.trigger(rt, actor, deployment_name=name, parameters=parameters)
    assert created
    key: UUID = run["id"]
    return key


async def outcome(rt: Runtime, actor: Actor, run_id: UUID) -> Outcome:
    """Follow the run to its end."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        events = [event async for event in live.run_events(rt, actor, run_id)]
    run = await runs.by_id(rt, actor, run_id)
    tasks = await TaskRunRepository(actor.org_id).of_run(run_id)
    return Outcome(run, {task["key"]: task for task in tasks}, events)


async def ran(rt: Runtime, actor: Actor, name: str, /, **parameters: Any) -> Outcome:
    return await outcome(rt, actor, await trigger(rt, actor, name, **parameters))


async def log_of(
    rt: Runtime, actor: Actor, run_id: UUID, *, task_key: str | None = None
) -> list[LiveLine]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return [line async for line in live.run_logs(rt, actor, run_id, task_key=task_key)]


async def until_event(
    rt: Runtime, actor: Actor, run_id: UUID, kind: str, *, key: str | None = None
) -> LiveEvent:
    """Follow the run until it says `kind` (of the task `key`)."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for event in live.run_events(rt, actor, run_id):
            if event.type == kind and (key is None or event.task_key == key):
                return event
    raise AssertionError(f"the run ended without {kind}")
