"""FlowSpec: the versioned JSON document that describes a flow. The wire format between the SDK,
the server and every engine; nothing here knows user code."""

import hashlib
from pathlib import PurePosixPath
from typing import Any, Self

import msgspec
from msgspec import UNSET, UnsetType

from dagy.errors import SpecError
from dagy.names import MAX_NAME
from dagy.schemas import without_order

SPEC_VERSION = 1
# A hundred years. The longest that anything can wait, last or be kept.
MAX_SECONDS = 3_155_760_000
# A child of `.map()` has its index behind the key, and 300 characters in all.
MAX_TASK_KEY = 280
MAX_RETRIES = 2**31 - 2
# What a task that is told to stop gets for its `finally` blocks before it is killed.
DEFAULT_GRACE_SECONDS = 10.0


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class ConstBinding(_Document, frozen=True, kw_only=True, tag_field="kind", tag="const"):
    value: Any


class ParamBinding(_Document, frozen=True, kw_only=True, tag_field="kind", tag="param"):
    name: str
    path: list[str | int] = []


class TaskBinding(_Document, frozen=True, kw_only=True, tag_field="kind", tag="task"):
    key: str
    path: list[str | int] = []


class ListBinding(_Document, frozen=True, kw_only=True, tag_field="kind", tag="list"):
    items: list["Binding"]


class DictBinding(_Document, frozen=True, kw_only=True, tag_field="kind", tag="dict"):
    items: dict[str, "Binding"]


Binding = ConstBinding | ParamBinding | TaskBinding | ListBinding | DictBinding


class RetryPolicy(_Document, frozen=True, kw_only=True):
    """`delays_seconds` empty: at once; shorter than `retries`: the last value repeats."""

    retries: int = 0
    delays_seconds: list[float] = []
    jitter_factor: float | None = None


class TaskSpec(_Document, frozen=True, kw_only=True):
    """What is UNSET is left out of the document, so those of older flows stay what they were."""

    key: str
    name: str
    function: str
    description: str = ""
    inputs: dict[str, Binding] = {}
    depends_on: list[str] = []
    map_inputs: list[str] = []
    when: list[Binding] = []
    accepts_skipped: bool = False
    retry: RetryPolicy = RetryPolicy()
    timeout_seconds: float | None = None
    memory_limit_mb: int | None = None
    isolate: bool = False
    concurrency_limit: int | None = None
    cache_key: str | None = None
    cache_ttl_seconds: float | None = None
    checkpoint: str = "batched"
    executor: str | None = None
    tags: dict[str, str] = {}
    grace_seconds: float | UnsetType = UNSET

    @property
    def stop_grace_seconds(self) -> float:
        given = self.grace_seconds
        return DEFAULT_GRACE_SECONDS if isinstance(given, UnsetType) else given

    @property
    def is_isolated(self) -> bool:
        """True when each attempt needs a process of its own."""
        return self.isolate or self.timeout_seconds is not None or self.memory_limit_mb is not None


class FlowSpec(_Document, frozen=True, kw_only=True):
    """The graph of a flow as a document: what is deployed, shown and executed.

    `flow.spec()` makes it, `to_dict()` gives its JSON form and `decode()` reads and checks it.

    Attributes:
        spec_version: The version of the format.
        name: The name of the flow.
        description: What it is for.
        entrypoint: "file.py:function", inside of the artifact.
        parameters: JSON Schema of an object with the flow's parameters.
        tasks: Its tasks; each names what it needs.
        output: What the flow returns, as a binding to parameters and tasks.
        fail_fast: Whether the first failure ends the run.
        fork_safe: Whether runs may be forked from a process that has imported the module.
        timeout_seconds: After it the run is TIMED_OUT.
        retry: The policy of the tasks that have none of their own.
        max_workers: How many tasks run at the same time.
        namespace: Where it is listed.
        tags: Names and values to find it by.
        default_executor: Where runs execute unless something says otherwise.
    """

    spec_version: int = SPEC_VERSION
    name: str
    description: str = ""
    entrypoint: str
    parameters: dict[str, Any]
    tasks: list[TaskSpec]
    output: Binding | None = None
    fail_fast: bool = True
    fork_safe: bool = True
    timeout_seconds: float | None = None
    retry: RetryPolicy = RetryPolicy()
    max_workers: int | None = None
    namespace: str | None = None
    tags: dict[str, str] = {}
    default_executor: str | None = None
    crash_retries: int | UnsetType = UNSET

    @property
    def own_crash_retries(self) -> int | None:
        """None: as the server has it."""
        return None if isinstance(self.crash_retries, UnsetType) else self.crash_retries

    @property
    def stop_grace_seconds(self) -> float:
        """So long may its slowest task take to stop."""
        return max(task.stop_grace_seconds for task in self.tasks)

    @classmethod
    def decode(cls, data: bytes | str | dict[str, Any]) -> Self:
        """Read and check a document; raises SpecError with the path of the first fault."""
        try:
            if isinstance(data, dict):
                spec = msgspec.convert(data, cls)
            else:
                spec = msgspec.json.decode(data, type=cls)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `$")
            raise SpecError(message, path=path.rstrip("`").lstrip(".")) from error
        except msgspec.DecodeError as error:
            raise SpecError(f"not valid JSON: {error}") from error
        check(spec)
        return spec

    def encode(self) -> bytes:
        """The same bytes for the same flow, whatever the insertion order of mappings."""
        return msgspec.json.encode(self, order="deterministic")

    def to_dict(self) -> dict[str, Any]:
        document: dict[str, Any] = msgspec.json.decode(self.encode())
        return document

    @property
    def sha256(self) -> str:
        """Of everything but the order of fields in forms, which changes nothing that runs."""
        plain = msgspec.structs.replace(self, parameters=without_order(self.parameters))
        return hashlib.sha256(plain.encode()).hexdigest()

    def task(self, key: str) -> TaskSpec:
        return next(task for task in self.tasks if task.key == key)

    @staticmethod
    def json_schema() -> dict[str, Any]:
        return msgspec.json.schema(FlowSpec)


def sources(binding: Binding) -> list[str]:
    """Keys of the tasks a binding reads, in order, without repeats."""
    match binding:
        case TaskBinding(key=key):
            return [key]
        case ListBinding(items=items):
            return list(dict.fromkeys(key for item in items for key in sources(item)))
        case DictBinding(items=named):
            return list(dict.fromkeys(key for item in named.values() for key in sources(item)))
        case _:
            return []


def parameter_names(binding: Binding) -> list[str]:
    """Names of the flow parameters a binding reads."""
    match binding:
        case ParamBinding(name=name):
            return [name]
        case ListBinding(items=items):
            return [name for item in items for name in parameter_names(item)]
        case DictBinding(items=named):
            return [name for item in named.values() for name in parameter_names(item)]
        case _:
            return []


def check(spec: FlowSpec) -> None:
    """The rules a JSON Schema cannot say: version, unique keys, known references, no cycle."""
    if spec.spec_version != SPEC_VERSION:
        raise SpecError(
            f"version {spec.spec_version} is not known, this SDK reads version {SPEC_VERSION}",
            path="spec_version",
            hint="upgrade dagy where the document is read",
        )
    if not spec.tasks:
        raise SpecError("a flow needs at least one task", path="tasks")
    if not spec.name:
        raise SpecError("must not be empty", path="name")
    _check_entrypoint(spec.entrypoint)
    _check_seconds("timeout_seconds", spec.timeout_seconds)
    _check_retry("retry", spec.retry)
    keys = _checked_keys(spec)
    for index, task in enumerate(spec.tasks):
        _check_task(spec, task, keys, f"tasks[{index}]")
    if spec.output is not None:
        _check_binding(spec, spec.output, keys, "output")
    _check_order(spec)


def _checked_keys(spec: FlowSpec) -> set[str]:
    seen: set[str] = set()
    for index, task in enumerate(spec.tasks):
        if not _is_task_key(task.key):
            raise SpecError(f"{task.key[:100]!r} is not a task key", path=f"tasks[{index}].key")
        if task.key in seen:
            raise SpecError(f"duplicate task key {task.key!r}", path=f"tasks[{index}].key")
        seen.add(task.key)
    return seen


def _is_task_key(key: str) -> bool:
    return key.isprintable() and not set("[]") & set(key) and 0 < len(key) <= MAX_TASK_KEY


def is_inside(entrypoint: str) -> bool:
    """Does "file.py:function" name a file of the archive?"""
    name = entrypoint.partition(":")[0]
    path = PurePosixPath(name.replace("\\", "/"))
    return "\0" not in name and not path.is_absolute() and ".." not in path.parts


def _check_entrypoint(entrypoint: str) -> None:
    if not is_inside(entrypoint):
        raise SpecError(
            f"{entrypoint[:100]!r} is not a file of the archive",
            path="entrypoint",
            hint="name it from the root of the archive: FILE.py:FLOW",
        )


def _check_seconds(path: str, *given: float | UnsetType | None) -> None:
    for each in given:
        if isinstance(each, int | float) and not 0 <= each <= MAX_SECONDS:
            raise SpecError(f"{each} is not a number from 0 to {MAX_SECONDS}", path=path)


def _check_retry(path: str, retry: RetryPolicy) -> None:
    if not 0 <= retry.retries <= MAX_RETRIES:
        raise SpecError(f"{retry.retries} is not from 0 to {MAX_RETRIES}", path=f"{path}.retries")
    _check_seconds(f"{path}.delays_seconds", *retry.delays_seconds)


def _check_limits(task: TaskSpec, path: str) -> None:
    """What could not be stored, or counted, when it runs."""
    if not 0 < len(task.name) <= MAX_NAME or "\0" in task.name:
        raise SpecError(f"it has 1 to {MAX_NAME} characters", path=f"{path}.name")
    _check_seconds(f"{path}.timeout_seconds", task.timeout_seconds)
    _check_seconds(f"{path}.cache_ttl_seconds", task.cache_ttl_seconds)
    _check_seconds(f"{path}.grace_seconds", task.grace_seconds)
    _check_retry(f"{path}.retry", task.retry)


def _check_task(spec: FlowSpec, task: TaskSpec, keys: set[str], path: str) -> None:
    _check_limits(task, path)
    for index, key in enumerate(task.depends_on):
        if key not in keys:
            raise SpecError(f"unknown task {key!r}", path=f"{path}.depends_on[{index}]")
    for name in task.map_inputs:
        if name not in task.inputs:
            raise SpecError(f"{name!r} is not an input", path=f"{path}.map_inputs")
    if task.checkpoint not in ("batched", "sync"):
        raise SpecError(f"{task.checkpoint!r} is not batched or sync", path=f"{path}.checkpoint")
    bindings = {f"{path}.inputs.{name}": each for name, each in task.inputs.items()}
    bindings |= {f"{path}.when[{index}]": each for index, each in enumerate(task.when)}
    for where, binding in bindings.items():
        _check_binding(spec, binding, keys, where)
        missing = [key for key in sources(binding) if key not in task.depends_on]
        if missing:
            raise SpecError(f"{missing[0]!r} is not in depends_on", path=where)


def _check_binding(spec: FlowSpec, binding: Binding, keys: set[str], path: str) -> None:
    for key in sources(binding):
        if key not in keys:
            raise SpecError(f"unknown task {key!r}", path=path)
    known = spec.parameters.get("properties", {})
    for name in parameter_names(binding):
        if name not in known:
            raise SpecError(f"unknown parameter {name!r}", path=path)


def _check_order(spec: FlowSpec) -> None:
    """Tasks stand in topological order, so a task that waits for a later one is a cycle
    or a document in the wrong order; tell which."""
    waits = {task.key: task.depends_on for task in spec.tasks}
    done: set[str] = set()
    for index, task in enumerate(spec.tasks):
        late = [key for key in task.depends_on if key not in done]
        if late:
            cycle = _cycle(waits, task.key)
            message = f"cycle {' -> '.join(cycle)}" if cycle else f"{late[0]!r} comes later"
            raise SpecError(message, path=f"tasks[{index}].depends_on")
        done.add(task.key)


def _cycle(waits: dict[str, list[str]], start: str) -> list[str]:
    """A path from `start` back to itself, or an empty list."""
    paths, visited = [[start]], set[str]()
    while paths:
        path = paths.pop()
        for key in waits[path[-1]]:
            if key == start:
                return [*path, start]
            if key not in visited:
                visited.add(key)
                paths.append([*path, key])
    return []
