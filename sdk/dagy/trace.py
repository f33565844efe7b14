"""Records the task calls of a flow body as TaskSpecs."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from dagy.annotations import list_of
from dagy.bindings import bind
from dagy.errors import TraceError
from dagy.names import task_key
from dagy.outputs import Symbol, TaskOutput, is_unmapped
from dagy.source import user_frame
from dagy.spec import Binding, FlowSpec, RetryPolicy, TaskSpec, sources
from dagy.task import Task

# A body that adds more is almost surely a loop that should be `.map()`.
MAX_TASKS = 10_000


class TracedFlow(msgspec.Struct, frozen=True):
    """A spec with the code behind it: the task object of every key. `places` has the file:line
    of every task call by key, `place` that of the flow."""

    spec: FlowSpec
    tasks: dict[str, Task[..., Any]]
    places: dict[str, str] = {}
    place: str | None = None


class Trace(msgspec.Struct):
    """One recording. `retry` is the flow's policy, the default for its tasks."""

    flow: str
    retry: RetryPolicy
    specs: dict[str, TaskSpec] = {}
    tasks: dict[str, Task[..., Any]] = {}
    places: dict[str, str] = {}
    conditions: list[Binding] = []
    refusal: TraceError | None = None

    def refuse(self, error: TraceError) -> None:
        """Keeps the first fault, in case that the body catches it."""
        self.refusal = self.refusal or error

    def add(
        self,
        task: Task[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        after: tuple[Any, ...] = (),
    ) -> TaskOutput:
        inputs = {
            name: bind(
                value,
                self,
                what=f"argument {name!r} of task {task.name!r}",
                expected=task.read_as(name),
            )
            for name, value in _arguments(task, args, kwargs).items()
        }
        return self._record(task, inputs, [], after)

    def add_map(
        self,
        task: Task[..., Any],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        after: tuple[Any, ...] = (),
    ) -> TaskOutput:
        given = _arguments(task, args, kwargs)
        mapped = [name for name, value in given.items() if _is_mapped(value)]
        _check_map(task, mapped)
        inputs = {
            name: bind(
                _map_input(value),
                self,
                what=f"argument {name!r} of task {task.name!r}",
                expected=list_of(task.read_as(name)) if name in mapped else task.read_as(name),
            )
            for name, value in given.items()
        }
        _check_lengths(task, [given[name] for name in mapped])
        return self._record(task, inputs, mapped, after)

    def push_condition(self, condition: Any) -> None:
        self.conditions.append(
            bind(condition, self, what="the condition of flow.when()", expected=Any)
        )

    def pop_condition(self) -> None:
        self.conditions.pop()

    def output(self, returned: Any) -> Binding | None:
        return None if returned is None else bind(returned, self, what="what the flow returns")

    def _record(
        self,
        task: Task[..., Any],
        inputs: dict[str, Binding],
        mapped: list[str],
        after: tuple[Any, ...],
    ) -> TaskOutput:
        key = self._free_key(task)
        bindings = [*inputs.values(), *self.conditions]
        bindings.append(bind(list(after), self, what=f"after() of task {task.name!r}"))
        needed = list(dict.fromkeys(each for binding in bindings for each in sources(binding)))
        self.specs[key] = self._spec(task, key, inputs, mapped, needed)
        self.tasks[key] = task
        self.places[key] = user_frame() or ""
        return TaskOutput(self, key)

    def _spec(
        self,
        task: Task[..., Any],
        key: str,
        inputs: dict[str, Binding],
        mapped: list[str],
        needed: list[str],
    ) -> TaskSpec:
        settings = task.settings
        return TaskSpec(
            key=key,
            name=task.name,
            function=getattr(task.function, "__qualname__", task.name),
            description=settings.description,
            inputs=inputs,
            depends_on=needed,
            map_inputs=mapped,
            when=list(self.conditions),
            accepts_skipped=settings.accepts_skipped,
            retry=task.retry_policy(self.retry),
            timeout_seconds=settings.timeout_seconds,
            memory_limit_mb=settings.memory_limit_mb,
            isolate=settings.isolate,
            concurrency_limit=settings.concurrency_limit,
            cache_key=_cache_text(settings.cache_key),
            cache_ttl_seconds=settings.cache_ttl_seconds,
            checkpoint=settings.checkpoint,
            executor=settings.executor,
            tags=settings.tags,
            grace_seconds=UNSET if settings.grace_seconds is None else settings.grace_seconds,
        )

    def _free_key(self, task: Task[..., Any]) -> str:
        if len(self.specs) >= MAX_TASKS:
            raise TraceError(
                f"flow {self.flow!r} calls more than {MAX_TASKS} tasks",
                hint="use task.map(items) for large fan-outs",
                where=user_frame(),
            )
        base = task_key(task.name)
        key, count = base, 1
        while key in self.specs:
            count += 1
            key = f"{base}-{count}"
        return key


def _arguments(
    task: Task[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    _check_types(task)
    try:
        return task.signature.bind(args, kwargs)
    except TypeError as error:
        raise TraceError(
            f"task {task.name!r} cannot be called like this: {error}",
            hint=f"its signature is {task.name}{task.signature.plain}",
            where=user_frame(),
        ) from error


def _check_types(task: Task[..., Any]) -> None:
    """Finds annotations that no value can be checked against, before anything runs."""
    try:
        _ = task.decoders
    except TraceError as error:
        raise TraceError(error.message, hint=error.hint, where=user_frame()) from error


def _is_mapped(value: Any) -> bool:
    return isinstance(value, Symbol | list | tuple | range)


def _map_input(value: Any) -> Any:
    """Only the items of a tuple or range that is mapped over arrive somewhere."""
    if is_unmapped(value):
        return value.value
    return list(value) if type(value) in (tuple, range) else value


def _check_map(task: Task[..., Any], mapped: list[str]) -> None:
    if not mapped:
        raise TraceError(
            f"{task.name}.map() has no list to go over",
            hint="give it a list, a parameter or the output of a task; call the task otherwise",
            where=user_frame(),
        )
    if not task.signature.can_call_by_name():
        raise TraceError(
            f"{task.name}.map() needs a task without *args, **kwargs and `/`",
            hint="give the task named parameters",
            where=user_frame(),
        )


def _check_lengths(task: Task[..., Any], values: list[Any]) -> None:
    known = {len(value) for value in values if not isinstance(value, Symbol)}
    if len(known) > 1:
        raise TraceError(
            f"the lists given to {task.name}.map() have {' and '.join(map(str, sorted(known)))} "
            "items",
            hint="mapped lists must have the same length; wrap constants in unmapped()",
            where=user_frame(),
        )


def _cache_text(key: object) -> str | None:
    """A callable is code: the document only says that there is one."""
    if key is None or isinstance(key, str):
        return key
    return f"callable:{getattr(key, '__qualname__', 'key')}"
