"""Runs as people and programs ask for them: trigger, cancel, retry, look at."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from dagy.agents import CLI_PRODUCT
from dagy.spec import FlowSpec
from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.origin import origin
from dagy_gql.auth.permissions import Permission
from dagy_gql.db import json_text
from dagy_gql.enums import ActorKind, Executor, RetryMode, RunState, RunTrigger, TaskState
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.ids import new_id, new_slug
from dagy_gql.repositories import run_limits, run_records, workers
from dagy_gql.repositories.run_records import TaskRow
from dagy_gql.repositories.runs import NewRun, RunRepository
from dagy_gql.repositories.task_runs import TaskRunRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, protection, run_plans
from dagy_gql.services.transitions import moves

_IDEMPOTENCY_KEY_LIMIT = 200
_STARTING = "STARTING"


@dataclass(frozen=True, slots=True)
class RetryWish:
    mode: RetryMode
    task_key: str | None = None


async def trigger(
    rt: Runtime,
    actor: Actor,
    *,
    deployment_id: UUID | None = None,
    deployment_name: str | None = None,
    parameters: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
    tags: dict[str, str] | None = None,
    executor: Executor | None = None,
) -> tuple[asyncpg.Record, bool]:
    """Queue a run; answers it with "was it created?". The same idempotency key, the same run.

    Raises NotFound, Conflict (paused), BadUserInput with the field, Forbidden (protected).
    """
    if (deployment_id is None) == (deployment_name is None):
        raise BadUserInput(
            "Name the deployment by either deploymentId or deploymentName.", field="deploymentId"
        )
    if idempotency_key is not None and not 0 < len(idempotency_key) <= _IDEMPOTENCY_KEY_LIMIT:
        raise BadUserInput(
            f"An idempotency key has 1 to {_IDEMPOTENCY_KEY_LIMIT} characters.",
            field="idempotencyKey",
        )
    repository = RunRepository(actor.org_id)
    if idempotency_key is not None:
        earlier = await repository.by_idempotency_key(idempotency_key)
        if earlier is not None:
            return earlier, False
    target = await repository.startable(deployment_id=deployment_id, name=deployment_name)
    require_trigger(actor, target, field="deploymentId" if deployment_id else "deploymentName")
    run = _new_run(rt, actor, target, parameters=parameters or {}, executor=executor)
    run.tags.update(tags or {})
    run.idempotency_key = idempotency_key
    return await _queue(rt, actor, run)


def require_trigger(actor: Actor, target: asyncpg.Record, *, field: str | None) -> None:
    """`target` is from `RunRepository.startable`. Raises Forbidden."""
    protected = target["protected_environment"]
    protection.require_in(actor, Permission.PROTECTED_RUNS_TRIGGER, protected, field=field)


def _new_run(
    rt: Runtime,
    actor: Actor,
    target: asyncpg.Record,
    *,
    parameters: dict[str, Any],
    executor: Executor | None,
) -> NewRun:
    refusal = run_plans.refusal(target)
    if refusal is not None:
        raise refusal
    checked = run_plans.checked_parameters(
        target["spec"]["parameters"], run_plans.merged(target, parameters)
    )
    routing = run_plans.routed(rt, run_plans.wishes(target, executor))
    return NewRun(
        id=new_id(),
        slug=new_slug(),
        flow_id=target["flow_id"],
        flow_name=target["flow_name"],
        deployment_id=target["deployment_id"],
        environment_id=target["environment_id"],
        trigger=_asked_through(actor),
        executor=routing.executor,
        routing=routing.document(),
        parameters=checked,
        tags=dict(target["tags"]),
        created_by=actor.name,
    )


def _asked_through(actor: Actor) -> RunTrigger:
    """Only browsers have sessions; the command line has a key, and says who it is."""
    if (origin.get().user_agent or "").startswith(CLI_PRODUCT):
        return RunTrigger.CLI
    has_session = actor.kind is ActorKind.USER and actor.credential_id is not None
    return RunTrigger.UI if has_session else RunTrigger.API


class _KeyUsedError(Exception):
    """Somebody else's run has the idempotency key: nothing is to be committed."""


async def _queue(rt: Runtime, actor: Actor, run: NewRun) -> tuple[asyncpg.Record, bool]:
    repository = RunRepository(actor.org_id)
    with contextlib.suppress(_KeyUsedError):
        async with db.transaction():
            row = await repository.add(run)
            if row is None:
                raise _KeyUsedError
            await moves.queued(rt, row)
            _note_new(actor, "run.trigger", run)
        return row, True
    assert run.idempotency_key is not None
    earlier = await repository.by_idempotency_key(run.idempotency_key)
    if earlier is None:
        raise Conflict("Another request with this idempotency key is being undone: try again.")
    return earlier, False


async def cancel(rt: Runtime, actor: Actor, *, run_id: UUID) -> asyncpg.Record:
    """Ask the run to stop; one that has ended stays as it is. Raises NotFound, Forbidden."""
    run = await by_id(rt, actor, run_id)
    await cancel_all(rt, actor, [run])
    return await by_id(rt, actor, run_id)


async def cancel_all(
    rt: Runtime, actor: Actor, several: Sequence[asyncpg.Record], *, field: str = "id"
) -> dict[UUID, tuple[RunState, RunState]]:
    """The same for runs of which key and slug are known: their states before and after. Raises
    Forbidden where one of them is in a protected environment."""
    keys = [run["id"] for run in several]
    async with db.transaction():
        await protection.require_for_runs(actor, keys, field=field)
        states = await moves.cancel_all(rt, keys, by=actor.name)
        for run in several:
            if run["id"] in states:
                before, after = states[run["id"]]
                _note_cancelled(actor, run, before=before, after=after)
    return states


def _note_cancelled(
    actor: Actor, run: asyncpg.Record, *, before: RunState, after: RunState
) -> None:
    audit.note(
        actor,
        "run.cancel",
        "Run",
        run["id"],
        name=run["slug"],
        before={"state": before},
        after={"state": after},
    )


async def retry(
    rt: Runtime, actor: Actor, *, run_id: UUID, mode: RetryMode, task_key: str | None = None
) -> asyncpg.Record:
    """A new run of the same flow version and parameters; what `mode` keeps is not done again.

    Raises NotFound, Conflict (still active), BadUserInput (taskKey), Forbidden (protected).
    """
    run = await by_id(rt, actor, run_id)
    await protection.require_for_runs(actor, [run_id], field="id")
    if not RunState(run["state"]).is_terminal:
        raise Conflict(f"The run {run['slug']} is {run['state']}: cancel it first, or wait.")
    repository = RunRepository(actor.org_id)
    spec = FlowSpec.decode(await repository.spec(run["flow_id"]))
    tasks = await TaskRunRepository(actor.org_id).of_run(run_id)
    kept = _kept(spec, tasks, RetryWish(mode, task_key))
    new = NewRun(
        id=new_id(),
        slug=new_slug(),
        flow_id=run["flow_id"],
        flow_name=run["flow_name"],
        deployment_id=run["deployment_id"],
        environment_id=run["environment_id"],
        trigger=RunTrigger.RETRY,
        executor=Executor(run["executor"]),
        routing=run["routing"],
        parameters=run["parameters"],
        tags=run["tags"],
        created_by=actor.name,
        retry_of_id=run_id,
        retry_mode=mode,
        retry_task_key=task_key,
    )
    async with db.transaction():
        row = await repository.add(new)
        assert row is not None
        await run_records.put_task_runs([_copied(task, row) for task in kept])
        await moves.queued(rt, row)
        _note_new(actor, "run.retry", new)
    return row


def _note_new(actor: Actor, action: str, run: NewRun) -> None:
    kept: dict[str, Any] = {
        "flow_name": run.flow_name,
        "deployment_id": run.deployment_id,
        "environment_id": run.environment_id,
        "executor": run.executor,
        "parameters": run.parameters,
        "tags": run.tags,
        "retry_of_id": run.retry_of_id,
        "retry_mode": run.retry_mode,
        "retry_task_key": run.retry_task_key,
    }
    after = {column: value for column, value in kept.items() if value is not None}
    audit.note(actor, action, "Run", run.id, name=run.slug, after=after)


def _kept(spec: FlowSpec, tasks: list[asyncpg.Record], wish: RetryWish) -> list[asyncpg.Record]:
    """Task runs whose results the new run takes over."""
    again = _to_redo(spec, wish)
    return [
        task
        for task in tasks
        if _base(task["key"]) not in again and (_is_whole(task) or task["mapped_count"] is not None)
    ]


def _is_whole(task: asyncpg.Record) -> bool:
    """A result that held a secret was stored without it, and is of no use to another run."""
    return TaskState(task["state"]).has_result and not task["result"].get("masked")


def _to_redo(spec: FlowSpec, wish: RetryWish) -> set[str]:
    """Keys of the tasks that run again whatever they ended as."""
    keys = {task.key for task in spec.tasks}
    if wish.mode is RetryMode.FROM_START:
        return keys
    if wish.mode is RetryMode.FROM_FAILED:
        return set()
    if wish.task_key is None or _base(wish.task_key) not in keys:
        raise BadUserInput(
            f"The flow has no task {wish.task_key!r}. It has: {', '.join(sorted(keys))}.",
            field="taskKey",
        )
    again = {_base(wish.task_key)}
    for task in spec.tasks:
        if again.intersection(task.depends_on):
            again.add(task.key)
    return again


def _base(key: str) -> str:
    return key.partition("[")[0]


def _copied(task: asyncpg.Record, run: asyncpg.Record) -> TaskRow:
    has_result = TaskState(task["state"]).has_result
    return TaskRow(
        id=new_id(),
        org_id=run["org_id"],
        run_id=run["id"],
        key=task["key"],
        name=task["name"],
        position=task["position"],
        map_index=task["map_index"],
        mapped_count=task["mapped_count"],
        state=TaskState.CACHED if has_result else TaskState.PENDING,
        result=json_text(task["result"]) if has_result else None,
        reason="taken from the run that is retried" if has_result else None,
        finished_at=task["finished_at"] if has_result else None,
    )


async def by_id(rt: Runtime, actor: Actor, run_id: UUID) -> asyncpg.Record:
    return await RunRepository(actor.org_id).by_id(run_id)


async def by_slug(rt: Runtime, actor: Actor, slug: str) -> asyncpg.Record:
    return await RunRepository(actor.org_id).by_slug(slug)


async def waiting(rt: Runtime, actor: Actor, run_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Why queued runs are not running yet: code, message, limit, running. The others are left
    out."""
    limits = await RunRepository(actor.org_id).limits(run_ids)
    found = {row["id"]: _at_limit(rt, row) for row in limits}
    if None not in found.values():
        return {key: reason for key, reason in found.items() if reason is not None}
    for_worker = await _waiting_for_worker(rt)
    return {key: reason or for_worker for key, reason in found.items()}


async def would_wait(rt: Runtime, actor: Actor, *, deployment_id: UUID) -> dict[str, Any] | None:
    """What a run that is triggered now would wait for; None: it would start at once."""
    row = await run_limits.of_deployment(actor.org_id, deployment_id)
    reason = _at_limit(rt, row) or await _waiting_for_worker(rt)
    return None if reason["code"] == _STARTING else reason


def _at_limit(rt: Runtime, run: asyncpg.Record) -> dict[str, Any] | None:
    limit, running = run["concurrency_limit"], run["deployment_running"]
    if limit is not None and running >= limit:
        return _limit(
            "DEPLOYMENT_LIMIT", f"the deployment {run['deployment_name']!r}", limit, running
        )
    allowed = run["max_running_runs"] or rt.settings.organization_max_running
    if run["organization_running"] >= allowed:
        running = run["organization_running"]
        return _limit("ORGANIZATION_LIMIT", "the organization", allowed, running)
    return None


def _limit(code: str, what: str, limit: int, running: int) -> dict[str, Any]:
    message = f"{what} runs {running} of at most {limit} runs at once"
    return {"code": code, "message": message, "limit": limit, "running": running}


async def _waiting_for_worker(rt: Runtime) -> dict[str, Any]:
    found = await workers.capacity_all_orgs(alive_seconds=rt.settings.lease_seconds)
    document = {"limit": int(found["capacity"]), "running": int(found["running"])}
    if not found["workers"]:
        message = "no worker is alive: start one with `dagy worker`"
        return {"code": "NO_WORKER", "message": message, **document}
    if found["running"] >= found["capacity"]:
        message = f"all {found['capacity']} slots of {found['workers']} workers are taken"
        return {"code": "WORKERS_BUSY", "message": message, **document}
    return {"code": _STARTING, "message": "a worker is about to take it", **document}
