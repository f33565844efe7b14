"""@task: a function that a flow can schedule, retry, cache and isolate."""

import functools
import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Generic, Literal, ParamSpec, TypedDict, TypeVar, Unpack, cast, overload

import msgspec

from dagy.cache_keys import SCOPES, CacheKey, CacheScope, check_cache_key, version_of
from dagy.errors import TraceError
from dagy.hooks import HOOK_TIMEOUT_SECONDS, Hook, Hooks, as_tuple
from dagy.names import MAX_NAME
from dagy.outputs import Unmapped
from dagy.retries import RetryDelay, policy
from dagy.signature import Signature
from dagy.source import user_frame
from dagy.spec import MAX_SECONDS, RetryPolicy
from dagy.tracing import active_trace

P = ParamSpec("P")
R = TypeVar("R")
RetryCondition = Callable[[BaseException, int], bool | Awaitable[bool]]


class TaskOptions(TypedDict, total=False):
    """What `@task` and `with_options()` take.

    Attributes:
        name: By default the name of the function.
        description: By default the docstring.
        executor: Where it executes, unlike the rest of the run.
        retries: How often it is tried again; None takes the flow's policy.
        retry_delay_seconds: Before each retry: seconds, a list of them (the last one repeats), or a
            function that makes the list of the number of retries.
        retry_jitter_factor: 0.5 makes every delay up to 50 % longer, by chance.
        timeout_seconds: After it the attempt is TIMED_OUT, in a process of its own.
        grace_seconds: What an attempt that is told to stop gets for its `finally` blocks before it
            is killed: 10 by default.
        concurrency_limit: How many calls of this function a run executes at the same time.
        validate_parameters: False takes arguments as they come, whatever the annotations say.
        on_running: Called when it begins to run.
        on_completion: Called when it has succeeded.
        on_failure: Called when it has failed, with no retry left.
        on_retry: Called when it will be tried again.
        hook_timeout_seconds: How long each of its hooks may take: 30 by default.
        retry_condition_fn: `(error, attempt) -> bool`; False fails it at once.
        memory_limit_mb: What an attempt may use, in a process of its own.
        isolate: True runs it in a process of its own.
        accepts_skipped: True runs it although a task before it was skipped; it gets None.
        cache_key: A template such as "{city}", or a function of the arguments; a later call with
            the same key takes the result of the first.
        cache_scope: "flow", or "shared" to share results between flows.
        cache_version: What stands for the version of the code in the key; by default made of the
            function's source.
        cache_ttl: How long a result may be taken from the cache.
        cache_ttl_seconds: The same in seconds.
        checkpoint: "sync" writes the result before the run goes on; "batched" within 50 ms.
        tags: Names and values, shown with the task.
    """

    name: str | None
    description: str | None
    executor: str | None
    retries: int | None
    retry_delay_seconds: RetryDelay
    retry_jitter_factor: float | None
    timeout_seconds: float | None
    grace_seconds: float | None
    concurrency_limit: int | None
    validate_parameters: bool
    on_running: Hooks
    on_completion: Hooks
    on_failure: Hooks
    on_retry: Hooks
    hook_timeout_seconds: float
    retry_condition_fn: RetryCondition | None
    memory_limit_mb: int | None
    isolate: bool
    accepts_skipped: bool
    cache_key: CacheKey | None
    cache_scope: CacheScope
    cache_version: str | None
    cache_ttl: float | timedelta | None
    cache_ttl_seconds: float | None
    checkpoint: Literal["batched", "sync"]
    tags: dict[str, str]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    description: str
    executor: str | None
    timeout_seconds: float | None
    grace_seconds: float | None
    concurrency_limit: int | None
    validate_parameters: bool
    on_running: tuple[Hook, ...]
    on_completion: tuple[Hook, ...]
    on_failure: tuple[Hook, ...]
    on_retry: tuple[Hook, ...]
    hook_timeout_seconds: float
    retry_condition_fn: RetryCondition | None
    memory_limit_mb: int | None
    isolate: bool
    accepts_skipped: bool
    cache_key: CacheKey | None
    cache_scope: CacheScope
    cache_version: str | None
    cache_ttl_seconds: float | None
    checkpoint: str
    tags: dict[str, str]


class Task(Generic[P, R]):
    """What `@task` makes of a function.

    Inside a flow a call adds a node to the graph and returns a TaskOutput; anywhere else it is a
    plain call of the function.

    Attributes:
        function: The function itself.
        name: Its name in runs, logs and pages.
    """

    def __init__(self, function: Callable[P, R], options: TaskOptions) -> None:
        functools.update_wrapper(self, function)
        self.function: Callable[..., Any] = function
        self.options = options
        self.settings = _settings(function, options)
        self.signature = Signature(function)
        self.retry_policy(RetryPolicy())
        if self.settings.cache_key is not None:
            key, where = self.settings.cache_key, user_frame()
            check_cache_key(key, self.signature, task=self.name, where=where)
        self._after: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        return self.settings.name

    def retry_policy(self, default: RetryPolicy) -> RetryPolicy:
        """What the task says about retries, the rest from the flow's policy."""
        given = self.options
        retries = given.get("retries")
        delay, jitter = given.get("retry_delay_seconds"), given.get("retry_jitter_factor")
        if retries is None and delay is None and jitter is None:
            return default
        count = default.retries if retries is None else retries
        return policy(count, delay, jitter)

    @functools.cached_property
    def decoders(self) -> dict[str, msgspec.json.Decoder[Any] | None]:
        """What reads each argument from JSON; None takes it as it is. Raises TraceError."""
        if not self.settings.validate_parameters:
            return dict.fromkeys(self.signature.arguments)
        owner = f"task {self.name!r}"
        return {
            name: self.signature.decoder(name, owner=owner) for name in self.signature.arguments
        }

    @functools.cached_property
    def version(self) -> str:
        """Of the code, for cache keys: what @task(cache_version=) says, or a fingerprint."""
        return version_of(self.function, self.settings.cache_version)

    def read_as(self, name: str) -> Any:
        """The type that an argument is given; Any where it is taken as JSON has it."""
        return Any if self.decoders[name] is None else self.signature.annotation(name)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        trace = active_trace()
        if trace is None:
            return self.function(*args, **kwargs)  # type: ignore[no-any-return]  # it is R by construction
        return trace.add(self, args, kwargs, after=self._after)  # type: ignore[no-any-return]  # a TaskOutput stands for R

    def map(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task once for each item of its list arguments.

        Outside of a flow: a list of plain calls.

        Args:
            *args: Lists, parameters or outputs of tasks that will be lists, all of one length;
                what every child receives whole is wrapped in `unmapped()`.
            **kwargs: The same by name.

        Returns:
            Inside a flow the future list of the results, in the order of the items.

        Example:
            ```python
            @flow
            def report(cities: list[str]) -> int:
                return total(load.map(cities, unmapped("2026-05-01")))
            ```
        """
        trace = active_trace()
        if trace is None:
            return [
                self.signature.call(self.function, each)
                for each in _spread(self.signature.bind(args, kwargs))
            ]
        return trace.add_map(self, args, kwargs, after=self._after)

    def after(self, *outputs: Any) -> "Task[P, R]":
        """The same task, waiting for `outputs` although it does not read them.

        Args:
            *outputs: Outputs of tasks.

        Example:
            ```python
            ready = create_table()
            insert.after(ready)(rows)
            ```
        """
        copy: Task[P, R] = Task(self.function, self.options)
        copy._after = outputs
        return copy

    def with_options(self, **options: Unpack[TaskOptions]) -> "Task[P, R]":
        """The same task with some options changed; see TaskOptions.

        Example:
            ```python
            load.with_options(retries=5, name="load-carefully")(city)
            ```
        """
        return Task(self.function, {**self.options, **options})

    def __repr__(self) -> str:
        return f"Task({self.name!r})"


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(**options: Unpack[TaskOptions]) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(function: Callable[..., Any] | None = None, /, **given: Any) -> Any:
    """Make a task of a function: `@task` or `@task(retries=3, timeout_seconds=10)`.

    Args:
        function: A function, plain or `async`.
        **given: See TaskOptions.

    Example:
        ```python
        @task(retries=3, retry_delay_seconds=[1, 10, 60])
        def load(city: str) -> dict[str, float]:
            return fetch(city)
        ```
    """
    options = cast(TaskOptions, given)
    if function is None:
        return lambda wrapped: Task(wrapped, options)
    return Task(function, options)


def _settings(function: Callable[..., Any], given: TaskOptions) -> Settings:
    name: str = given.get("name") or function.__name__
    _check_options(name, given)
    return Settings(
        name=name,
        description=given.get("description") or (function.__doc__ or "").strip(),
        executor=given.get("executor"),
        timeout_seconds=given.get("timeout_seconds"),
        grace_seconds=given.get("grace_seconds"),
        concurrency_limit=given.get("concurrency_limit"),
        validate_parameters=given.get("validate_parameters", True),
        on_running=as_tuple(given.get("on_running")),
        on_completion=as_tuple(given.get("on_completion")),
        on_failure=as_tuple(given.get("on_failure")),
        on_retry=as_tuple(given.get("on_retry")),
        hook_timeout_seconds=given.get("hook_timeout_seconds") or HOOK_TIMEOUT_SECONDS,
        retry_condition_fn=given.get("retry_condition_fn"),
        memory_limit_mb=given.get("memory_limit_mb"),
        isolate=given.get("isolate", False),
        accepts_skipped=given.get("accepts_skipped", False),
        cache_key=given.get("cache_key"),
        cache_scope=given.get("cache_scope", "flow"),
        cache_version=given.get("cache_version"),
        cache_ttl_seconds=_ttl(given),
        checkpoint=given.get("checkpoint", "batched"),
        tags=given.get("tags", {}),
    )


def _check_options(name: str, given: TaskOptions) -> None:
    unknown = sorted(set(given) - set(TaskOptions.__annotations__))
    if unknown:
        raise TypeError(f"@task({unknown[0]}=...) is not known; it takes {_KNOWN}")
    limits = ("timeout_seconds", "memory_limit_mb", "concurrency_limit", "hook_timeout_seconds")
    for option, value in ((each, given.get(each)) for each in limits):
        if value is not None and (not isinstance(value, int | float) or value <= 0):
            raise TraceError(
                f"task {name!r}: {option} is {value!r}, it must be above 0", where=user_frame()
            )
    if len(name) > MAX_NAME:
        raise TraceError(
            f"the name of task {name[:40]!r}... has more than {MAX_NAME} characters",
            where=user_frame(),
        )
    ttl = _ttl(given)
    if ttl is not None and not 0 <= ttl <= MAX_SECONDS:
        raise TraceError(
            f"task {name!r}: cache_ttl is {ttl} seconds, it must be from 0 to {MAX_SECONDS}",
            where=user_frame(),
        )
    grace = given.get("grace_seconds")
    if grace is not None and (not isinstance(grace, int | float) or not 0 <= grace < math.inf):
        raise TraceError(
            f"task {name!r}: grace_seconds is {grace!r}, it must be 0 or above", where=user_frame()
        )
    if given.get("cache_scope", "flow") not in SCOPES:
        raise TraceError(
            f"task {name!r}: cache_scope is {given.get('cache_scope')!r}, not 'flow' or 'shared'",
            where=user_frame(),
        )
    if given.get("checkpoint", "batched") not in ("batched", "sync"):
        raise TraceError(
            f"task {name!r}: checkpoint is {given.get('checkpoint')!r}, not 'batched' or 'sync'",
            where=user_frame(),
        )


_KNOWN = ", ".join(TaskOptions.__annotations__)


def _ttl(given: TaskOptions) -> float | None:
    ttl = given.get("cache_ttl", given.get("cache_ttl_seconds"))
    return ttl.total_seconds() if isinstance(ttl, timedelta) else ttl


def _spread(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    plain = {
        name: each.value if isinstance(each, Unmapped) else each for name, each in arguments.items()
    }
    lists = [name for name, each in arguments.items() if isinstance(each, list | tuple | range)]
    if not lists:
        raise TypeError("map() needs at least one list")
    count = len(plain[lists[0]])
    if any(len(plain[name]) != count for name in lists):
        raise TypeError("the lists given to map() differ in length")
    return [plain | {name: plain[name][index] for name in lists} for index in range(count)]
