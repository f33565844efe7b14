"""What a new run of a deployment would be: the checks that a run and its preview go through."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from dagy.errors import BadParameterError
from dagy.validation import validate_parameters
from dagy_gql.backends import router
from dagy_gql.enums import Executor, FlowStatus
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.runtime import Runtime

_MOST_PROBLEMS = 20


def refusal(target: asyncpg.Record) -> Conflict | None:
    """Why nothing of this deployment starts now. `target` is from `RunRepository.startable`."""
    if target["paused"]:
        return Conflict(f"The deployment {target['deployment_name']!r} is paused: resume it first.")
    if target["status"] == FlowStatus.INACTIVE:
        return Conflict(f"The flow {target['flow_name']!r} is inactive: restore it first.")
    return None


def merged(target: asyncpg.Record, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The deployment's own parameters, and over them those of the run."""
    return {**target["parameters"], **parameters}


def checked_parameters(schema: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """With defaults filled in; raises BadUserInput that names the parameter."""
    try:
        return validate_parameters(schema, parameters)
    except BadParameterError as error:
        raise _bad(error) from error


def parameter_problems(
    schema: dict[str, Any], parameters: dict[str, Any]
) -> tuple[dict[str, Any], list[BadUserInput]]:
    """The parameters, with defaults where they are right, and all that `checked_parameters` would
    refuse, one after the other."""
    found: list[BadUserInput] = []
    good, left, wanted = dict(parameters), dict(parameters), schema
    while len(found) < _MOST_PROBLEMS:
        try:
            return good | validate_parameters(wanted, left), found
        except BadParameterError as error:
            found.append(_bad(error))
            name = _parameter_of(error, [*left, *wanted.get("properties", {})])
            left.pop(name, None)
            wanted = _without(wanted, name)
    return good, found


def _bad(error: BadParameterError) -> BadUserInput:
    return BadUserInput(str(error), field=f"parameters.{error.field}")


def _parameter_of(error: BadParameterError, names: list[str]) -> str:
    """The one that the path of an error begins with."""
    path = error.field
    return next(name for name in names if path == name or path.startswith((f"{name}.", f"{name}[")))


def _without(schema: dict[str, Any], name: str) -> dict[str, Any]:
    properties = {key: each for key, each in schema.get("properties", {}).items() if key != name}
    return schema | {"properties": properties}


def wishes(target: asyncpg.Record, executor: Executor | None) -> router.Wishes:
    tasks = target["spec"]["tasks"]
    return router.Wishes(
        run=executor,
        deployment=_executor(target["deployment_executor"]),
        flow=_executor(target["flow_executor"]),
        task_count=len(tasks),
        memory_mb=max((task["memory_limit_mb"] or 0 for task in tasks), default=0) or None,
        expected_seconds=target["spec"]["timeout_seconds"],
    )


def routed(rt: Runtime, wanted: router.Wishes) -> router.Routing:
    """Raises BadUserInput for a wish that cannot be met."""
    try:
        return router.choose(wanted, rt.engines)
    except router.EngineMissingError as error:
        names = ", ".join(sorted(rt.engines))
        raise BadUserInput(
            f"{error} It is asked for by the {error.level.lower()}. Configured: {names}.",
            field="executor",
        ) from error


def _executor(name: str | None) -> Executor | None:
    return None if name is None else Executor(name)
