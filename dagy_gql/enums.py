"""Every stored enum. Generated migrations import this module, so nothing here ever moves."""

from enum import StrEnum


class RunState(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    CANCELLING = "CANCELLING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"
    TIMED_OUT = "TIMED_OUT"

    @property
    def is_terminal(self) -> bool:
        return self not in (RunState.QUEUED, RunState.RUNNING, RunState.CANCELLING)


class TaskState(StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    RETRYING = "RETRYING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"
    TIMED_OUT = "TIMED_OUT"
    CANCELLED = "CANCELLED"
    CACHED = "CACHED"

    @property
    def is_terminal(self) -> bool:
        return self not in (TaskState.PENDING, TaskState.RUNNING, TaskState.RETRYING)

    @property
    def has_result(self) -> bool:
        return self in (TaskState.SUCCEEDED, TaskState.CACHED)


class RunTrigger(StrEnum):
    API = "API"
    SCHEDULE = "SCHEDULE"
    SENSOR = "SENSOR"
    RETRY = "RETRY"


class RetryMode(StrEnum):
    FROM_START = "FROM_START"
    FROM_FAILED = "FROM_FAILED"
    FROM_TASK = "FROM_TASK"


class FlowStatus(StrEnum):
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class Executor(StrEnum):
    LOCAL = "local"
    LAMBDA = "lambda"
    STEP_FUNCTIONS = "step-functions"
    ECS = "ecs"


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    DEVELOPER = "developer"
    VIEWER = "viewer"


class LogLevel(StrEnum):
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class RunEventType(StrEnum):
    """What a row of the event log says. RUN_* move the run, TASK_* a task run."""

    RUN_QUEUED = "RUN_QUEUED"
    RUN_STARTED = "RUN_STARTED"
    RUN_ATTEMPT_CRASHED = "RUN_ATTEMPT_CRASHED"
    RUN_REQUEUED = "RUN_REQUEUED"
    RUN_CANCELLING = "RUN_CANCELLING"
    RUN_FINISHED = "RUN_FINISHED"
    LATE_WRITE_REFUSED = "LATE_WRITE_REFUSED"
    TASK_STARTED = "TASK_STARTED"
    TASK_MAPPED = "TASK_MAPPED"
    TASK_SUCCEEDED = "TASK_SUCCEEDED"
    TASK_CACHED = "TASK_CACHED"
    TASK_RETRYING = "TASK_RETRYING"
    TASK_FAILED = "TASK_FAILED"
    TASK_TIMED_OUT = "TASK_TIMED_OUT"
    TASK_SKIPPED = "TASK_SKIPPED"
    TASK_CANCELLED = "TASK_CANCELLED"
    ARTIFACT_SAVED = "ARTIFACT_SAVED"
