"""@flow: a function whose body is traced once into a FlowSpec."""

import functools
import importlib
import os
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, ParamSpec, TypedDict, TypeVar, Unpack, cast, overload

import msgspec
from msgspec import UNSET

from dagy.body_check import check_body
from dagy.errors import FlowFailedError, TraceError
from dagy.hooks import HOOK_TIMEOUT_SECONDS, Hooks, as_tuple
from dagy.outputs import ParameterRef
from dagy.retries import RetryDelay, policy
from dagy.signature import (
    Signature,
    bind_parameters,
    check_flow_kind,
    check_flow_signature,
    parameters_schema,
)
from dagy.source import shown, user_frame, user_location
from dagy.spec import FlowSpec
from dagy.trace import Trace, TracedFlow
from dagy.tracing import active_trace, recording

P = ParamSpec("P")
R = TypeVar("R")


class FlowOptions(TypedDict, total=False):
    """What `@flow` takes.

    Attributes:
        name: By default the name of the function.
        version: The name of the version it is deployed as; by default made of its content.
        description: By default the docstring.
        namespace: Where it is listed, such as "data/ingestion".
        tags: Names and values to find it by.
        retries: How often a failed task is tried again; the default of every task of the flow.
        retry_delay_seconds: Before each retry: seconds, a list of them (the last one repeats), or a
            function that makes the list of the number of retries.
        retry_jitter_factor: 0.5 makes every delay up to 50 % longer, by chance.
        timeout_seconds: After it the run is TIMED_OUT.
        fail_fast: False lets what does not need a failed task run on.
        max_workers: How many tasks run at the same time.
        fork_safe: False for libraries whose threads do not survive a fork.
        crash_retries: How often a run whose process dies is begun again. Unless given: never after
            a crash in the code of the flow (SIGSEGV, SIGABRT and the like), and as often as the
            server is set to (DAGY_CRASH_RETRIES) when the process was killed or its worker was
            lost.
        default_executor: Where runs execute unless something says otherwise.
        on_running: Called when the run begins.
        on_completion: Called when it has succeeded.
        on_failure: Called when it has failed, crashed or timed out.
        on_cancellation: Called when it was cancelled.
        hook_timeout_seconds: How long each of its hooks may take: 30 by default.
    """

    name: str | None
    version: str | None
    description: str | None
    namespace: str | None
    tags: dict[str, str]
    retries: int
    retry_delay_seconds: RetryDelay
    retry_jitter_factor: float | None
    timeout_seconds: float | None
    fail_fast: bool
    max_workers: int | None
    fork_safe: bool
    crash_retries: int | None
    default_executor: str | None
    on_running: Hooks
    on_completion: Hooks
    on_failure: Hooks
    on_cancellation: Hooks
    hook_timeout_seconds: float


class Flow(Generic[P, R]):
    """What `@flow` makes of a function. Calling it runs it here and now and returns its result.

    Attributes:
        function: The function itself.
        name: Its name.
        version: The version it says it is; None for one made of its content.
        namespace: Where it is listed.
        tags: Names and values to find it by.
        description: What it is for.
    """

    def __init__(self, function: Callable[P, R], options: FlowOptions) -> None:
        functools.update_wrapper(self, function)
        self.function: Callable[..., Any] = function
        self.options = options
        # Composed, as names of Python are and as people type them.
        self.name = unicodedata.normalize("NFC", options.get("name") or function.__name__)
        self.version = options.get("version")
        self.namespace = options.get("namespace")
        self.tags = dict(options.get("tags", {}))
        self.description = options.get("description") or (function.__doc__ or "").strip()
        self.on_running = as_tuple(options.get("on_running"))
        self.on_completion = as_tuple(options.get("on_completion"))
        self.on_failure = as_tuple(options.get("on_failure"))
        self.on_cancellation = as_tuple(options.get("on_cancellation"))
        self.hook_timeout_seconds = options.get("hook_timeout_seconds") or HOOK_TIMEOUT_SECONDS
        self.source_file = function.__code__.co_filename
        self.signature = Signature(function)
        check_flow_kind(function, self.name, where=self.place)
        check_flow_signature(self.signature, self.name)
        self._traced: TracedFlow | None = None
        _check_options(self.name, options)

    @property
    def place(self) -> str:
        """file:line of the function."""
        return shown(f"{self.source_file}:{self.function.__code__.co_firstlineno}")

    def trace(self, *, entrypoint: str | None = None) -> TracedFlow:
        """Calls the body once with symbols; later calls give the same result."""
        if self._traced is None:
            self._traced = self._record()
        if entrypoint is None or entrypoint == self._traced.spec.entrypoint:
            return self._traced
        spec = FlowSpec.decode(self._traced.spec.to_dict() | {"entrypoint": entrypoint})
        return msgspec.structs.replace(self._traced, spec=spec)

    def spec(self, *, entrypoint: str | None = None) -> FlowSpec:
        return self.trace(entrypoint=entrypoint).spec

    def bind(self, parameters: dict[str, Any], *, strict: bool = True) -> dict[str, Any]:
        """Checks and converts parameters, defaults applied; raises BadParameterError.

        `strict=False` also reads numbers and booleans from text."""
        return bind_parameters(self.signature, parameters, flow=self.name, strict=strict)

    @contextmanager
    def when(self, condition: Any) -> Iterator[None]:
        """Tasks called in this block run only if `condition` is truthy, else are SKIPPED.

        Args:
            condition: An output of a task or a parameter.

        Example:
            ```python
            with flow.when(check(rows)):
                publish(rows)
            ```
        """
        with when(condition):
            yield

    def run_local(
        self,
        max_workers: int = 2,
        fail_fast: bool | None = None,
        parameters: dict[str, Any] | None = None,
        on_event: Callable[[Any], None] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Run the flow in this process, without a server.

        Args:
            max_workers: How many tasks run at the same time.
            fail_fast: False runs on what does not need a failed task; None asks the flow.
            parameters: Values for the flow's parameters.
            on_event: Called with every event of the run, log lines among them, which are printed
                otherwise.
            **kwargs: More parameters by name.

        Returns:
            A LocalRun with run_id, status, result, error and tasks, however the run ended.

        Raises:
            TraceError: The flow cannot be recorded.
            BadParameterError: A parameter is missing, unknown or wrong; nothing has run.
        """
        local = importlib.import_module("dagy.runner.local")
        return local.run_local(
            self,
            {**(parameters or {}), **kwargs},
            max_workers=max_workers,
            fail_fast=fail_fast,
            on_event=on_event,
        )

    def deploy(self, name: str | None = None, **options: Any) -> Any:
        """Pack the source, register the version and make or change the deployment `name`.

        Args:
            name: By default the name of the flow.
            **options: See `dagy.deploy.DeployOptions`.
        """
        return importlib.import_module("dagy.deploy").deploy_flow(self, name, **options)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if active_trace() is not None:
            raise TraceError(
                f"flow {self.name!r} is called inside another flow",
                hint="call its tasks, or trigger it as a run of its own",
                where=user_frame(),
            )
        run = self.run_local(parameters=self.signature.bind(args, kwargs))
        if run.status != "SUCCEEDED":
            message = run.error.message if run.error else f"the run ended {run.status}"
            raise FlowFailedError(f"flow {self.name!r}: {message}")
        local = importlib.import_module("dagy.runner.local")
        return local.returned(self, run)  # type: ignore[no-any-return]  # it is R by its annotation

    def __repr__(self) -> str:
        return f"Flow({self.name!r})"

    def _record(self) -> TracedFlow:
        if active_trace() is not None:
            raise TraceError(
                f"flow {self.name!r} is traced inside another flow", where=user_frame()
            )
        check_body(self.function, self.name)
        trace = Trace(self.name, _retry(self.options))
        parameters = parameters_schema(self.signature, self.name)
        token = recording.set(trace)
        try:
            output = trace.output(self._call_body(trace))
        finally:
            recording.reset(token)
        if trace.refusal is not None:
            raise trace.refusal
        if not trace.specs:
            raise TraceError(
                f"flow {self.name!r} calls no task",
                hint="decorate functions with @task and call them in the flow",
                where=self.place,
            )
        spec = self._spec(trace, parameters, output)
        # Decoding checks the document: what leaves here is valid everywhere.
        checked = FlowSpec.decode(spec.encode())
        return TracedFlow(checked, trace.tasks, trace.places, self.place)

    def _call_body(self, trace: Trace) -> Any:
        symbols = {name: ParameterRef(trace, name) for name in self.signature.arguments}
        try:
            return self.function(**symbols)
        except TraceError:
            raise
        except Exception as error:
            raise TraceError(
                f"the body of flow {self.name!r} raised {type(error).__name__}: {error}",
                hint=_body_hint(error),
                where=user_location(error.__traceback__),
            ) from error

    def _spec(self, trace: Trace, parameters: dict[str, Any], output: Any) -> FlowSpec:
        options = self.options
        crash_retries = options.get("crash_retries")
        return FlowSpec(
            name=self.name,
            description=self.description,
            entrypoint=f"{os.path.basename(self.source_file)}:{self.function.__name__}",
            parameters=parameters,
            tasks=list(trace.specs.values()),
            output=output,
            fail_fast=options.get("fail_fast", True),
            fork_safe=options.get("fork_safe", True),
            timeout_seconds=options.get("timeout_seconds"),
            retry=trace.retry,
            max_workers=options.get("max_workers"),
            namespace=self.namespace,
            tags=self.tags,
            default_executor=options.get("default_executor"),
            crash_retries=UNSET if crash_retries is None else crash_retries,
        )


class FlowDecorator:
    """`flow` itself: a decorator, and `flow.when()` inside a flow body."""

    @overload
    def __call__(self, function: Callable[P, R], /) -> Flow[P, R]: ...
    @overload
    def __call__(
        self, /, **options: Unpack[FlowOptions]
    ) -> Callable[[Callable[P, R]], Flow[P, R]]: ...
    def __call__(self, function: Callable[..., Any] | None = None, /, **given: Any) -> Any:
        """Make a flow of a function: `@flow` or `@flow(name="daily", retries=2)`.

        Its body is called once to record which tasks it calls with what; work belongs into tasks.

        Args:
            function: A plain function whose parameters are the flow's.
            **given: See FlowOptions.

        Example:
            ```python
            @flow(retries=2)
            def report(city: str, days: int = 3) -> int:
                return total(load.map(range(3), unmapped(city)))
            ```
        """
        options = cast(FlowOptions, given)
        if function is None:
            return lambda wrapped: Flow(wrapped, options)
        return Flow(function, options)

    @contextmanager
    def when(self, condition: Any) -> Iterator[None]:
        """Tasks called in this block run only if `condition` is truthy, else are SKIPPED.

        Args:
            condition: An output of a task or a parameter.

        Example:
            ```python
            with flow.when(check(rows)):
                publish(rows)
            ```
        """
        with when(condition):
            yield


@contextmanager
def when(condition: Any) -> Iterator[None]:
    trace = active_trace()
    if trace is None:
        raise TraceError(
            "flow.when() is used outside of a flow",
            hint="use it in the body of a @flow function, and `if` in a task",
            where=user_frame(),
        )
    trace.push_condition(condition)
    try:
        yield
    finally:
        trace.pop_condition()


flow = FlowDecorator()


def _body_hint(error: Exception) -> str:
    if any(kind in str(error) for kind in ("TaskOutput", "ParameterRef")):
        return "its value is known only when the flow runs: do this inside a task"
    return "the body runs once to record the graph; do the work inside tasks"


def _retry(options: FlowOptions) -> Any:
    return policy(
        options.get("retries", 0),
        options.get("retry_delay_seconds"),
        options.get("retry_jitter_factor"),
    )


def _check_options(name: str, given: FlowOptions) -> None:
    unknown = sorted(set(given) - set(FlowOptions.__annotations__))
    if unknown:
        known = ", ".join(FlowOptions.__annotations__)
        raise TypeError(f"@flow({unknown[0]}=...) is not known; it takes {known}")
    _retry(given)
    crashes = given.get("crash_retries")
    if crashes is not None and (not isinstance(crashes, int) or crashes < 0):
        raise TraceError(
            f"flow {name!r}: crash_retries is {crashes!r}, it must be 0 or above",
            where=user_frame(),
        )
    limits = ("timeout_seconds", "max_workers", "hook_timeout_seconds")
    for option, value in ((each, given.get(each)) for each in limits):
        if value is not None and (not isinstance(value, int | float) or value <= 0):
            raise TraceError(
                f"flow {name!r}: {option} is {value!r}, it must be above 0", where=user_frame()
            )
