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
    UI = "UI"
    CLI = "CLI"
    API = "API"
    SCHEDULE = "SCHEDULE"
    SENSOR = "SENSOR"
    RETRY = "RETRY"


class RetryMode(StrEnum):
    FROM_START = "FROM_START"
    FROM_FAILED = "FROM_FAILED"
    FROM_TASK = "FROM_TASK"


class BulkAction(StrEnum):
    """What a bulk operation does to each of its runs."""

    CANCEL = "CANCEL"
    RETRY_FROM_START = "RETRY_FROM_START"
    RETRY_FROM_FAILED = "RETRY_FROM_FAILED"


class BulkState(StrEnum):
    """WAITING can be undone; RUNNING can be stopped, and what is done stays done."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def is_terminal(self) -> bool:
        return self not in (BulkState.WAITING, BulkState.RUNNING)


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
    STDERR = "STDERR"
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


class ActorKind(StrEnum):
    """Who did something. SYSTEM is the installation itself: a job, a command, the first start."""

    USER = "USER"
    API_KEY = "API_KEY"
    SERVICE_ACCOUNT = "SERVICE_ACCOUNT"
    SYSTEM = "SYSTEM"


class AccessEvent(StrEnum):
    """What a row of the access log says."""

    SIGN_IN = "SIGN_IN"
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED"
    SIGN_OUT = "SIGN_OUT"
    SESSION_REVOKED = "SESSION_REVOKED"
    ORGANIZATION_SWITCHED = "ORGANIZATION_SWITCHED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    PASSWORD_RESET_ASKED = "PASSWORD_RESET_ASKED"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    CREDENTIALS_REFUSED = "CREDENTIALS_REFUSED"


class AccessMethod(StrEnum):
    """By what somebody showed who they are."""

    PASSWORD = "PASSWORD"
    OIDC = "OIDC"
    JWT = "JWT"
    ACCESS_TOKEN = "ACCESS_TOKEN"
    API_KEY = "API_KEY"
    INVITATION = "INVITATION"
    RESET_LINK = "RESET_LINK"


class ScheduleKind(StrEnum):
    CRON = "CRON"
    INTERVAL = "INTERVAL"
    ONCE = "ONCE"
    MANUAL = "MANUAL"


class CatchupPolicy(StrEnum):
    """What happens to due times that were missed."""

    NONE = "NONE"
    LATEST = "LATEST"
    ALL = "ALL"


class OverlapPolicy(StrEnum):
    """What happens to a due time while the run before it is still active."""

    ALLOW = "ALLOW"
    SKIP = "SKIP"
    QUEUE_ONE = "QUEUE_ONE"
    CANCEL_RUNNING = "CANCEL_RUNNING"


class SensorKind(StrEnum):
    """What a sensor watches: calls from outside, an address, ends of runs, or a bucket."""

    WEBHOOK = "WEBHOOK"
    HTTP = "HTTP"
    RUN = "RUN"
    S3 = "S3"


class ChannelKind(StrEnum):
    SLACK = "SLACK"
    EMAIL = "EMAIL"
    WEBHOOK = "WEBHOOK"
    PAGERDUTY = "PAGERDUTY"


class AlertTrigger(StrEnum):
    ON_FAILURE = "ON_FAILURE"
    ON_SUCCESS = "ON_SUCCESS"
    ON_SLA_BREACH = "ON_SLA_BREACH"
    ON_RETRY = "ON_RETRY"
    ON_RECOVERY = "ON_RECOVERY"
    ON_CRASH = "ON_CRASH"
    ON_MISSED_SCHEDULE = "ON_MISSED_SCHEDULE"


class UsagePeriod(StrEnum):
    DAY = "DAY"
    MONTH = "MONTH"


class SubscriptionStatus(StrEnum):
    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    PAST_DUE = "PAST_DUE"
    CANCELLED = "CANCELLED"
