"""What would happen if a run were triggered now. It starts nothing and writes nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.backends import router
from dagy_gql.backends.router import Considered
from dagy_gql.enums import Executor
from dagy_gql.errors import BadUserInput, Forbidden
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import run_plans, runs, statistics


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is the field that triggerRun's error names; "deployment" where it names none."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class RunPreview:
    """`cost_microdollars` None: nobody knows."""

    parameters: dict[str, Any]
    problems: tuple[Problem, ...]
    routing: dict[str, Any] | None
    routing_problem: str | None
    considered: tuple[Considered, ...]
    expected_duration_ms: int | None
    cost_microdollars: int | None
    waiting: dict[str, Any] | None


async def preview(
    rt: Runtime,
    actor: Actor,
    *,
    deployment_id: UUID | None,
    deployment_name: str | None,
    parameters: dict[str, Any],
    executor: Executor | None,
) -> RunPreview:
    """Raises NotFound."""
    target = await RunRepository(actor.org_id).startable(
        deployment_id=deployment_id, name=deployment_name
    )
    key: UUID = target["deployment_id"]
    values, wrong = run_plans.parameter_problems(
        target["spec"]["parameters"], run_plans.merged(target, parameters)
    )
    problems = [Problem(each.extensions["field"], each.message) for each in wrong]
    refusal = _forbidden(actor, target) or run_plans.refusal(target)
    if refusal is not None:
        problems.insert(0, Problem("deployment", refusal.message))
    wanted = run_plans.wishes(target, executor)
    routing, routing_problem = _routing(rt, wanted)
    if routing_problem is not None:
        problems.append(Problem("executor", routing_problem))
    past = (await statistics.of_deployments(rt, actor, [key]))[key]
    return RunPreview(
        parameters=values,
        problems=tuple(problems),
        routing=None if routing is None else routing.document(),
        routing_problem=routing_problem,
        considered=router.considered(wanted, rt.engines),
        expected_duration_ms=past.p50_duration_ms,
        cost_microdollars=_cost(routing),
        waiting=await runs.would_wait(rt, actor, deployment_id=key),
    )


def _forbidden(actor: Actor, target: asyncpg.Record) -> Forbidden | None:
    try:
        runs.require_trigger(actor, target, field=None)
    except Forbidden as error:
        return error
    return None


def _routing(rt: Runtime, wanted: router.Wishes) -> tuple[router.Routing | None, str | None]:
    try:
        return run_plans.routed(rt, wanted), None
    except BadUserInput as error:
        return None, error.message


def _cost(routing: router.Routing | None) -> int | None:
    """Own machines cost nothing more for a run more."""
    return 0 if routing is not None and routing.executor is Executor.LOCAL else None
