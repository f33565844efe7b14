"""The words between a host (worker, run_local, Lambda handler) and the process of a run.

Newline-delimited JSON of tagged structs, field "type"; times are RFC 3339 UTC. What a host reads
was written by user code, so every field has its bounds here; `untrusted` has the rest."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dagy.names import MAX_FILE_NAME
from dagy.spec import DEFAULT_GRACE_SECONDS, MAX_SECONDS

LINE_LIMIT_BYTES = 8192

RunState = Literal["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"]
Stream = Literal["log", "stdout", "stderr"]
# STDERR is what was written to it: notes and progress as often as errors.
Level = Literal["DEBUG", "INFO", "STDERR", "WARNING", "ERROR", "CRITICAL"]

# The widths of columns: longer ones could not be stored.
MAX_KEY = 300
MAX_CACHE_KEY = 200
# A message has at most 8 KiB, a traceback 32,000 characters; a line of the log may have both.
MAX_TEXT = 65_536

# The task, of a child of `.map()` with the index: "load", "load[3]".
Key = Annotated[str, Meta(min_length=1, max_length=MAX_KEY)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
# What JavaScript counts to.
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Milliseconds = Annotated[float, Meta(ge=0, le=MAX_SECONDS * 1000)]
Seconds = Annotated[float, Meta(ge=0, le=MAX_SECONDS)]
Moment = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Word = Annotated[str, Meta(max_length=200)]
Path = Annotated[str, Meta(max_length=4096)]
Sha256 = Annotated[str, Meta(max_length=64)]
# Without NUL, which PostgreSQL cannot store as text.
Reason = Annotated[str, Meta(max_length=MAX_TEXT, pattern=r"\A[^\x00]*\Z")]
CacheKey = Annotated[str, Meta(max_length=MAX_CACHE_KEY, pattern=r"\A[^\x00]+\Z")]
SecretName = Annotated[str, Meta(pattern=r"\A[A-Z][A-Z0-9_]{0,99}\Z")]
FileName = Annotated[str, Meta(min_length=1, max_length=MAX_FILE_NAME)]


def now() -> datetime:
    return datetime.now(UTC)


class Ref(msgspec.Struct, frozen=True):
    """A result that is too large to travel inline; `path` is an absolute file name."""

    path: Path
    size_bytes: Number
    sha256: Sha256


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one of value and ref is set. A writer may put msgspec.Raw into `value`. `masked`:
    it held a secret, so it is no longer what the task returned."""

    value: Any = UNSET
    ref: Ref | UnsetType = UNSET
    masked: bool = False


class Crash(msgspec.Struct, frozen=True, omit_defaults=True):
    """`key` is the task on the crashing thread ("load[3]"), `where` the user's file:line, `stack`
    the user's frames as Python prints them, the innermost last."""

    key: Text | None = None
    where: Text | None = None
    stack: Text | None = None


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`where` is the user's file:line, `hint` what to do about it."""

    code: Word
    message: Text
    type: Word | None = None
    traceback: Text | None = None
    where: Text | None = None
    hint: Text | None = None


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
    max_files: int | None = None
    max_files_bytes: int | None = None


class _Event(msgspec.Struct, kw_only=True, frozen=True, tag_field="type", omit_defaults=True):
    at: Moment = msgspec.field(default_factory=now)


class TaskStarted(_Event, frozen=True, kw_only=True, tag="task_started"):
    key: Key
    attempt: Count
    map_index: Count | None = None


class TaskMapped(_Event, frozen=True, kw_only=True, tag="task_mapped"):
    key: Key
    count: Count


class TaskSucceeded(_Event, frozen=True, kw_only=True, tag="task_succeeded"):
    """With `sync_id` the run does not go past this task until the host acknowledges it."""

    key: Key
    attempt: Count
    result: Result
    duration_ms: Milliseconds
    cache_key: CacheKey | None = None
    cache_ttl_seconds: Seconds | None = None
    sync_id: Number | None = None


class TaskCached(_Event, frozen=True, kw_only=True, tag="task_cached"):
    key: Key
    result: Result
    cache_key: CacheKey


class TaskRetrying(_Event, frozen=True, kw_only=True, tag="task_retrying"):
    """Attempt `attempt` failed; the next one starts after `delay_ms`."""

    key: Key
    attempt: Count
    error: ErrorInfo
    delay_ms: Milliseconds


class TaskFailed(_Event, frozen=True, kw_only=True, tag="task_failed"):
    key: Key
    attempt: Count
    error: ErrorInfo


class TaskTimedOut(_Event, frozen=True, kw_only=True, tag="task_timed_out"):
    key: Key
    attempt: Count
    error: ErrorInfo


class TaskSkipped(_Event, frozen=True, kw_only=True, tag="task_skipped"):
    key: Key
    reason: Reason


class TaskCancelled(_Event, frozen=True, kw_only=True, tag="task_cancelled"):
    key: Key
    reason: Reason


class Log(_Event, frozen=True, kw_only=True, tag="log"):
    """Without `key` the line belongs to the run. `level` is INFO for stdout, STDERR for stderr."""

    message: Text
    level: Level = "INFO"
    stream: Stream = "log"
    key: Key | None = None
    attempt: Count | None = None


class ArtifactSaved(_Event, frozen=True, kw_only=True, tag="artifact"):
    """A file in the spool folder; the host moves it into its store."""

    name: FileName
    content_type: Text
    path: Path
    size_bytes: Number
    sha256: Sha256
    key: Key | None = None


class CacheGet(_Event, frozen=True, kw_only=True, tag="cache_get"):
    request_id: Number
    cache_key: CacheKey


class SecretGet(_Event, frozen=True, kw_only=True, tag="secret_get"):
    request_id: Number
    name: SecretName


class RunFinished(_Event, frozen=True, kw_only=True, tag="run_finished"):
    """`task_key` is the task whose error ended the run."""

    state: RunState
    error: ErrorInfo | None = None
    result: Result | None = None
    task_key: Key | None = None


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
    spec_sha256: Sha256
    warnings: Annotated[list[Text], Meta(max_length=100)] = []


class ImportFailed(msgspec.Struct, frozen=True, tag_field="type", tag="import_failed"):
    error: ErrorInfo


class Started(msgspec.Struct, frozen=True, tag_field="type", tag="started"):
    run_id: Word
    pid: Count


class Exited(msgspec.Struct, frozen=True, tag_field="type", tag="exited"):
    run_id: Word
    exit_code: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    signal: Count | None = None
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
