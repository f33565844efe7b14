"""Everything fixed about one run: the request, the traced flow, its parameters, its limits."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from dagy.context import ErrorSummary, RunContext, TaskContext
from dagy.flow import Flow
from dagy.runner.file_limits import FileLimits
from dagy.runner.host import Host
from dagy.runner.protocol import ArtifactSaved, ErrorInfo, RunRequest
from dagy.runner.readers import Reader, Readers
from dagy.signature import encode_parameters
from dagy.task import Task
from dagy.trace import TracedFlow
from dagy.values import convert, decode, fault


class Execution(msgspec.Struct, dict=True):
    """Shared by the scheduler, the threads and the forked children of a run."""

    flow: Flow[..., Any]
    traced: TracedFlow
    request: RunRequest
    parameters: dict[str, bytes]
    emit: Callable[[ArtifactSaved], None]
    load_secret: Callable[[str], str]
    readers: Readers
    cancelled: bool = False

    @classmethod
    def of(
        cls,
        flow: Flow[..., Any],
        traced: TracedFlow,
        request: RunRequest,
        host: Host,
        readers: Readers | None = None,
    ) -> "Execution":
        """Raises BadParameterError. `readers` are of this flow, prepared or not."""
        parameters = encode_parameters(flow.bind(request.parameters))
        readers = readers or Readers(traced, flow.signature)
        return cls(flow, traced, request, parameters, host.emit, host.secret, readers)

    def task(self, key: str) -> Task[..., Any]:
        return self.traced.tasks[key]

    @property
    def fail_fast(self) -> bool:
        asked = self.request.fail_fast
        return self.traced.spec.fail_fast if asked is None else asked

    @property
    def max_workers(self) -> int:
        return self.traced.spec.max_workers or self.request.max_workers

    @property
    def timeout_seconds(self) -> float | None:
        given = (self.traced.spec.timeout_seconds, self.request.timeout_seconds)
        return min((each for each in given if each is not None), default=None)

    def load_parameters(self) -> dict[str, Any]:
        return {
            name: convert(decode(data), self.flow.signature.arguments[name].annotation)
            for name, data in self.parameters.items()
        }

    def context(
        self, task: TaskContext | None = None, error: ErrorInfo | None = None
    ) -> RunContext:
        request = self.request
        return RunContext(
            run_id=request.run_id,
            run_slug=request.run_slug,
            flow=self.flow.name,
            version=request.flow_version,
            attempt=request.attempt,
            deployment=request.deployment_name,
            environment=request.environment,
            task=task,
            error=None
            if error is None
            else ErrorSummary(code=error.code, message=error.message, type=error.type),
            load_parameters=self.load_parameters,
            cancelled=functools.partial(getattr, self, "cancelled"),
            load_secret=self.load_secret,
            spool_dir=request.spool_dir,
            publish=self.emit,
            count_file=self.file_limits.add,
        )

    @functools.cached_property
    def file_limits(self) -> FileLimits:
        """Of this process; each isolated attempt counts by itself, and the host counts them all."""
        return FileLimits.of(self.request)

    def decode_arguments(
        self, key: str, arguments: Mapping[str, msgspec.Raw], map_index: int | None = None
    ) -> dict[str, Any]:
        """JSON to what the annotations of task `key`, and of those whose results it reads, ask
        for; raises ArgumentError."""
        spec = self.readers.specs[key]
        readers = self.readers.arguments(spec)
        return {
            name: _read(
                readers[name].item(map_index) if name in spec.map_inputs else readers[name],
                name,
                data,
            )
            for name, data in arguments.items()
        }


def _read(reader: Reader, name: str, data: msgspec.Raw) -> Any:
    try:
        return reader.decode(data)
    except msgspec.ValidationError as error:
        path, message = fault(error)
        raise ArgumentError(f"argument {name}{path}: {message}") from error


class ArgumentError(ValueError):
    """A value does not fit the annotation of the argument it goes to."""
