"""What the API answers, as frozen structs. Encoded again they give the API's own camelCase,
so they are also the documented shape of `--format json`."""

from datetime import datetime

import msgspec

from dagy.api.json_values import JSONValue

TERMINAL_STATES = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "CRASHED", "TIMED_OUT"})


class Model(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Unknown fields are ignored, so that a newer server does not break an older client."""


class User(Model, frozen=True):
    """A person."""

    id: str
    email: str
    name: str | None = None


class Organization(Model, frozen=True):
    """An organization."""

    id: str
    name: str
    slug: str


class Viewer(Model, frozen=True):
    """Who a token belongs to. `user` is None for an API key."""

    user: User | None = None
    organization: Organization | None = None
    role: str | None = None


class Login(Model, frozen=True):
    """What a password was exchanged for."""

    access_token: str
    expires_at: datetime | None = None
    viewer: Viewer | None = None


class Named(Model, frozen=True):
    """Something by its id and name."""

    id: str
    name: str


class EnvironmentRef(Named, frozen=True):
    """An environment. What is in a protected one needs the PROTECTED_ permissions too."""

    is_protected: bool = False


class FlowRef(Model, frozen=True):
    """A version of a flow, by name."""

    id: str
    name: str
    version: str


class Flow(Model, frozen=True):
    """A version of a flow."""

    id: str
    name: str
    version: str
    namespace: str | None = None
    description: str | None = None
    status: str | None = None
    tags: JSONValue = None
    default_executor: str | None = None
    created_at: datetime | None = None
    is_latest: bool | None = None


class FlowDetails(Flow, frozen=True):
    """A version of a flow with its graph, `spec`, and the JSON Schema of its parameters."""

    artifact_sha256: str | None = None
    parameters_schema: JSONValue = None
    spec: JSONValue = None
    deployments: list[Named] = []
    versions: list[FlowRef] = []


class Deployment(Model, frozen=True):
    """A name that runs are started by: a flow version, an environment, defaults."""

    id: str
    name: str
    paused: bool = False
    flow: FlowRef | None = None
    environment: EnvironmentRef | None = None
    default_executor: str | None = None
    concurrency_limit: int | None = None
    sla_seconds: int | None = None
    tags: JSONValue = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class DeploymentDetails(Deployment, frozen=True):
    """With its parameters, which are None for who may not see payloads."""

    parameters: JSONValue = None


class Secret(Model, frozen=True):
    """Without its value, which only `reveal_secret` gives."""

    id: str
    name: str
    environment: EnvironmentRef | None = None
    description: str = ""
    current_version: int = 1
    last_used_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class RevealedSecret(Model, frozen=True):
    """The value of one version of a secret."""

    version: int
    value: str


class Reason(Model, frozen=True):
    """Why something is as it is."""

    code: str
    message: str


class Waiting(Model, frozen=True):
    """What a queued run waits for; `limit` and `running` where it is a limit."""

    code: str
    message: str
    limit: int | None = None
    running: int | None = None


class Routing(Model, frozen=True):
    """Which engine was chosen, by which rule, and why."""

    executor: str | None = None
    level: str | None = None
    reason: str | None = None


class ErrorInfo(Model, frozen=True):
    """What went wrong. `where` is the user's file:line, `hint` what to do about it."""

    code: str
    message: str
    type: str | None = None
    traceback: str | None = None
    where: str | None = None
    hint: str | None = None
    task_key: str | None = None


class TaskCounts(Model, frozen=True):
    """How many tasks of a run are in which state; items of mapped tasks are tasks."""

    pending: int = 0
    running: int = 0
    retrying: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    timed_out: int = 0
    cancelled: int = 0
    cached: int = 0

    @property
    def total(self) -> int:
        """All of them; items of mapped tasks are tasks."""
        return self.done + self.left + self.failed + self.skipped + self.timed_out + self.cancelled

    @property
    def done(self) -> int:
        """Those that have a result."""
        return self.succeeded + self.cached

    @property
    def left(self) -> int:
        """Those that have not ended."""
        return self.pending + self.running + self.retrying


class RunCore(Model, frozen=True):
    """What is known of every run. Durations are milliseconds."""

    id: str
    slug: str
    state: str
    trigger: str | None = None
    attempt: int | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: int | float | None = None

    @property
    def is_terminal(self) -> bool:
        return self.state in TERMINAL_STATES


class RunSummary(RunCore, frozen=True):
    """A run in a list."""

    flow: FlowRef | None = None
    deployment: Named | None = None
    environment: Named | None = None


class RunStatus(RunCore, frozen=True):
    """What whoever may trigger a run may know of it."""

    state_reason: Reason | None = None
    executor: str | None = None
    queued_at: datetime | None = None
    queue_ms: int | float | None = None
    task_counts: TaskCounts | None = None
    waiting: Waiting | None = None
    routing: Routing | None = None
    tags: JSONValue = None


class TaskRun(Model, frozen=True):
    """A task of a run, or one item of a mapped task ("load[3]")."""

    id: str
    key: str
    name: str
    state: str
    attempt: int | None = None
    map_index: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: int | float | None = None
    depends_on: list[str] = []
    reason: str | None = None
    error: ErrorInfo | None = None


class RunArtifact(Model, frozen=True):
    """A file that a run has saved; `url` is good for a while."""

    id: str
    name: str
    content_type: str | None = None
    size_bytes: int | float | None = None
    sha256: str | None = None
    url: str | None = None


class FinishedRun(RunStatus, frozen=True):
    """`parameters`, `result` and the traceback are None for who may not see payloads."""

    error: ErrorInfo | None = None
    parameters: JSONValue = None
    result: JSONValue = None


class Run(FinishedRun, frozen=True):
    """Everything about a run."""

    flow: FlowRef | None = None
    deployment: Named | None = None
    environment: Named | None = None
    artifacts: list[RunArtifact] = []


class RunEvent(Model, frozen=True):
    """A change of a run or of one of its tasks; `cursor` resumes behind it."""

    cursor: str
    type: str
    at: datetime
    sequence: int | None = None
    run_state: str | None = None
    task_key: str | None = None
    task_state: str | None = None
    attempt: int | None = None
    data: JSONValue = None


class LogLine(Model, frozen=True):
    """A line of a run's log; `cursor` resumes behind it."""

    cursor: str
    at: datetime
    level: str
    message: str
    stream: str | None = None
    task_key: str | None = None
    attempt: int | None = None


class RegisteredFlow(Model, frozen=True):
    """`created` is False when this version was there already, with the same content."""

    flow: Flow
    created: bool


class UpsertedDeployment(Model, frozen=True):
    """`created` is True for a new deployment, `changed` False when all was as asked already."""

    deployment: Deployment
    created: bool
    changed: bool
