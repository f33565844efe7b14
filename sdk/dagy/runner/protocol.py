"""The words between a host (worker, run_local, Lambda handler) and the process of a run.

Newline-delimited JSON of tagged structs, field "type"; times are RFC 3339 UTC."""

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from dagy.spec import DEFAULT_GRACE_SECONDS

INLINE_LIMIT_BYTES = 65536
LINE_LIMIT_BYTES = 8192

RunState = Literal["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"]
Stream = Literal["log", "stdout", "stderr"]
# STDERR is what was written to it: notes and progress as often as errors.
Level = Literal["DEBUG", "INFO", "STDERR", "WARNING", "ERROR", "CRITICAL"]


def now() -> datetime:
    return datetime.now(UTC)


class Ref(msgspec.Struct, frozen=True):
    """A result that is too large to travel inline; `path` is an absolute file name."""

    path: str
    size_bytes: int
    sha256: str


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one of value and ref is set. A writer may put msgspec.Raw into `value`. `masked`:
    it held a secret, so it is no longer what the task returned."""

    value: Any = UNSET
    ref: Ref | UnsetType = UNSET
    masked: bool = False


class Crash(msgspec.Struct, frozen=True, omit_defaults=True):
    """`key` is the task on the crashing thread ("load[3]"), `where` the user's file:line, `stack`
    the user's frames as Python prints them, the innermost last."""

    key: str | None = None
    where: str | None = None
    stack: str | None = None


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`where` is the user's file:line, `hint` what to do about it."""

    code: str
    message: str
    type: str | None = None
    traceback: str | None = None
    where: str | None = None
    hint: str | None = None


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `reuse` has results by task key, children as "key[3]"; `mapped` the counts. A host
    that stops it gives it `grace_seconds`, the longest that a task of it has."""

    run_id: str
    run_slug: str
    attempt: int = 1
    flow_name: str
    flow_version: str | None = None
    spec_sha256: str | None = None
    deployment_name: str | None = None
    environment: str | None = None
    parameters: dict[str, Any] = {}
    fail_fast: bool | None = None
    max_workers: int = 4
    work_dir: str
    spool_dir: str
    reuse: dict[str, Result] = {}
    mapped: dict[str, int] = {}
    memory_limit_mb: int | None = None
    timeout_seconds: float | None = None
    grace_seconds: float = DEFAULT_GRACE_SECONDS


class _Event(msgspec.Struct, kw_only=True, frozen=True, tag_field="type", omit_defaults=True):
    at: datetime = msgspec.field(default_factory=now)


class TaskStarted(_Event, frozen=True, kw_only=True, tag="task_started"):
    key: str
    attempt: int
    map_index: int | None = None


class TaskMapped(_Event, frozen=True, kw_only=True, tag="task_mapped"):
    key: str
    count: int


class TaskSucceeded(_Event, frozen=True, kw_only=True, tag="task_succeeded"):
    """With `sync_id` the run does not go past this task until the host acknowledges it."""

    key: str
    attempt: int
    result: Result
    duration_ms: float
    cache_key: str | None = None
    cache_ttl_seconds: float | None = None
    sync_id: int | None = None


class TaskCached(_Event, frozen=True, kw_only=True, tag="task_cached"):
    key: str
    result: Result
    cache_key: str


class TaskRetrying(_Event, frozen=True, kw_only=True, tag="task_retrying"):
    """Attempt `attempt` failed; the next one starts after `delay_ms`."""

    key: str
    attempt: int
    error: ErrorInfo
    delay_ms: float


class TaskFailed(_Event, frozen=True, kw_only=True, tag="task_failed"):
    key: str
    attempt: int
    error: ErrorInfo


class TaskTimedOut(_Event, frozen=True, kw_only=True, tag="task_timed_out"):
    key: str
    attempt: int
    error: ErrorInfo


class TaskSkipped(_Event, frozen=True, kw_only=True, tag="task_skipped"):
    key: str
    reason: str


class TaskCancelled(_Event, frozen=True, kw_only=True, tag="task_cancelled"):
    key: str
    reason: str


class Log(_Event, frozen=True, kw_only=True, tag="log"):
    """Without `key` the line belongs to the run. `level` is INFO for stdout, STDERR for stderr."""

    message: str
    level: Level = "INFO"
    stream: Stream = "log"
    key: str | None = None
    attempt: int | None = None


class ArtifactSaved(_Event, frozen=True, kw_only=True, tag="artifact"):
    """A file in the spool folder; the host moves it into its store."""

    name: str
    content_type: str
    path: str
    size_bytes: int
    sha256: str
    key: str | None = None


class CacheGet(_Event, frozen=True, kw_only=True, tag="cache_get"):
    request_id: int
    cache_key: str


class SecretGet(_Event, frozen=True, kw_only=True, tag="secret_get"):
    request_id: int
    name: str


class RunFinished(_Event, frozen=True, kw_only=True, tag="run_finished"):
    """`task_key` is the task whose error ended the run."""

    state: RunState
    error: ErrorInfo | None = None
    result: Result | None = None
    task_key: str | None = None


Event = (
    TaskStarted
    | TaskMapped
    | TaskSucceeded
    | TaskCached
    | TaskRetrying
    | TaskFailed
    | TaskTimedOut
    | TaskSkipped
    | TaskCancelled
    | Log
    | ArtifactSaved
    | CacheGet
    | SecretGet
    | RunFinished
)


class Cancel(msgspec.Struct, frozen=True, tag_field="type", tag="cancel"):
    """With `hands_back` the run goes on elsewhere: it stops, and says nothing of its end."""

    reason: str
    hands_back: bool = False


class Ack(msgspec.Struct, frozen=True, tag_field="type", tag="ack"):
    sync_id: int


class CacheReply(msgspec.Struct, frozen=True, tag_field="type", tag="cache_reply"):
    request_id: int
    result: Result | None = None


class SecretReply(msgspec.Struct, frozen=True, tag_field="type", tag="secret_reply"):
    """Either the value or the reason why there is none."""

    request_id: int
    value: str | None = None
    error: ErrorInfo | None = None


HostMessage = Cancel | Ack | CacheReply | SecretReply


class Start(msgspec.Struct, frozen=True, tag_field="type", tag="start"):
    """Travels with exactly three file descriptors: the event socket, and the write ends of the
    pipes that become descriptors 1 and 2."""

    request: RunRequest


class Kill(msgspec.Struct, frozen=True, tag_field="type", tag="kill"):
    run_id: str
    signal: int


class Shutdown(msgspec.Struct, frozen=True, tag_field="type", tag="shutdown"):
    pass


class Ready(msgspec.Struct, frozen=True, tag_field="type", tag="ready"):
    spec_sha256: str
    warnings: list[str] = []


class ImportFailed(msgspec.Struct, frozen=True, tag_field="type", tag="import_failed"):
    error: ErrorInfo


class Started(msgspec.Struct, frozen=True, tag_field="type", tag="started"):
    run_id: str
    pid: int


class Exited(msgspec.Struct, frozen=True, tag_field="type", tag="exited"):
    run_id: str
    exit_code: int | None = None
    signal: int | None = None
    crash: Crash | None = None


ZygoteOrder = Start | Kill | Shutdown
ZygoteReport = Ready | ImportFailed | Started | Exited

encoder = msgspec.json.Encoder()
event_decoder = msgspec.json.Decoder(Event)
host_message_decoder = msgspec.json.Decoder(HostMessage)
secret_reply_decoder = msgspec.json.Decoder(SecretReply)
zygote_order_decoder = msgspec.json.Decoder(ZygoteOrder)
zygote_report_decoder = msgspec.json.Decoder(ZygoteReport)


def line(message: msgspec.Struct) -> bytes:
    """One message as one line; JSON never holds a raw newline."""
    return encoder.encode(message) + b"\n"


class Lines:
    """Cuts a byte stream into whole lines and keeps the unfinished rest."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        self._rest += data
        cut = self._rest.rfind(b"\n")
        if cut < 0:
            return []
        whole = bytes(self._rest[:cut])
        del self._rest[: cut + 1]
        return whole.split(b"\n")
