"""Which engine fits a run, and why. Pure: five levels, the first that says something wins."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dagy_gql.enums import Executor

_MEMORY_LIMIT_MB = 3 * 1024
_QUARTER_SECONDS = 15 * 60
_HOUR_SECONDS = 3600
_TASK_LIMIT = 50


class RoutingLevel(StrEnum):
    RUN = "RUN"
    DEPLOYMENT = "DEPLOYMENT"
    FLOW = "FLOW"
    RULE = "RULE"
    DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Explicit choices, most specific first, and what the rules look at."""

    run: Executor | None
    deployment: Executor | None
    flow: Executor | None
    task_count: int
    memory_mb: int | None = None
    expected_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    executor: Executor
    level: RoutingLevel
    reason: str

    def document(self) -> dict[str, Any]:
        return {"executor": self.executor, "level": self.level, "reason": self.reason}


class EngineMissingError(Exception):
    """An engine was asked for by name that this installation does not have."""

    def __init__(self, executor: Executor, level: RoutingLevel) -> None:
        super().__init__(f"The engine {executor!s} is not configured here.")
        self.executor = executor
        self.level = level


def choose(wishes: Wishes, engines: frozenset[Executor]) -> Routing:
    """Raises EngineMissingError for an explicit wish that cannot be met; rules fall through."""
    for executor, level, reason in _explicit(wishes):
        if executor not in engines:
            raise EngineMissingError(executor, level)
        return Routing(executor, level, reason)
    return _by_rule(wishes, engines)


def _explicit(wishes: Wishes) -> list[tuple[Executor, RoutingLevel, str]]:
    """What is asked for by name, most specific first."""
    named = (
        (wishes.run, RoutingLevel.RUN, "the run asks for it"),
        (wishes.deployment, RoutingLevel.DEPLOYMENT, "the deployment's default executor"),
        (wishes.flow, RoutingLevel.FLOW, "the flow's default executor"),
    )
    return [(executor, level, why) for executor, level, why in named if executor is not None]


def _by_rule(wishes: Wishes, engines: frozenset[Executor]) -> Routing:
    passed: list[str] = []
    for executor, why in _rules(wishes):
        if executor in engines:
            return Routing(executor, RoutingLevel.RULE, why)
        passed.append(f"{why} would be {executor!s}, which is not configured")
    default = Executor.LAMBDA if Executor.LAMBDA in engines else Executor.LOCAL
    return Routing(default, RoutingLevel.DEFAULT, "; ".join([*passed, "no rule applies"]))


def _rules(wishes: Wishes) -> list[tuple[Executor, str]]:
    """The rules that match, in order (facts: memory, long, medium, many tasks)."""
    memory_mb, seconds = wishes.memory_mb or 0, wishes.expected_seconds or 0
    matches: list[tuple[Executor, str]] = []
    if memory_mb > _MEMORY_LIMIT_MB:
        matches.append((Executor.ECS, f"memory {memory_mb} MB > {_MEMORY_LIMIT_MB} MB"))
    if seconds > _HOUR_SECONDS:
        matches.append((Executor.ECS, f"expected time {seconds:g} s > {_HOUR_SECONDS} s"))
    elif seconds > _QUARTER_SECONDS:
        matches.append(
            (Executor.STEP_FUNCTIONS, f"expected time {seconds:g} s > {_QUARTER_SECONDS} s")
        )
    if wishes.task_count > _TASK_LIMIT:
        matches.append((Executor.STEP_FUNCTIONS, f"{wishes.task_count} tasks > {_TASK_LIMIT}"))
    return matches


@dataclass(frozen=True, slots=True)
class Considered:
    """Why an engine was chosen, or was not."""

    executor: Executor
    is_configured: bool
    is_chosen: bool
    reason: str


def considered(wishes: Wishes, engines: frozenset[Executor]) -> tuple[Considered, ...]:
    """Every engine there is, in the order of the enum; none is chosen where `choose` raises."""
    try:
        chosen = choose(wishes, engines)
    except EngineMissingError:
        chosen = None
    asked: dict[Executor, str] = {}
    for executor, _, reason in _explicit(wishes):
        asked.setdefault(executor, reason)
    for executor, reason in _rules(wishes):
        asked.setdefault(executor, reason)
    return tuple(
        Considered(
            executor,
            executor in engines,
            chosen is not None and executor is chosen.executor,
            _reason(executor, asked.get(executor), chosen, engines),
        )
        for executor in Executor
    )


def _reason(
    executor: Executor,
    asked: str | None,
    chosen: Routing | None,
    engines: frozenset[Executor],
) -> str:
    if chosen is not None and executor is chosen.executor:
        return chosen.reason
    if executor not in engines:
        missing = "it is not configured here"
        return missing if asked is None else f"{asked}, but {missing}"
    if asked is None:
        return "nothing asks for it"
    if chosen is None:
        return f"{asked}, but something before it decides"
    return f"{asked}, but something before it decides: {chosen.reason}"
