"""Enums as the schema shows them: names in UPPER_SNAKE, the core's own classes behind them."""

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import (
    AccessEvent,
    AccessMethod,
    ActorKind,
    AlertTrigger,
    BulkAction,
    BulkState,
    CatchupPolicy,
    ChannelKind,
    Executor,
    FlowStatus,
    LogLevel,
    OverlapPolicy,
    RetryMode,
    Role,
    RunEventType,
    RunState,
    RunTrigger,
    ScheduleKind,
    SensorKind,
    SubscriptionStatus,
    TaskState,
    UsagePeriod,
)
from dagy_gql.repositories.flows import FlowOrder
from dagy_gql.repositories.runs import RunOrder
from dagy_gql.services.attention import AttentionKind
from dagy_gql.services.audit_chain import AuditFault
from dagy_gql.services.deployments import UnfinishedRunsAction
from dagy_gql.services.health import HealthStatus
from dagy_gql.services.value_changes import ChangeKind
from dagy_gql.services.windows import TimeRange

_DESCRIPTIONS = {
    AccessEvent: "What an entry of the access log says.",
    AccessMethod: "By what somebody showed who they are.",
    ActorKind: "Who did something. SYSTEM is the installation itself.",
    AlertTrigger: "What makes an alert.",
    AttentionKind: None,
    AuditFault: "What is wrong where the audit log's chain breaks.",
    BulkAction: "What is done to each of the runs.",
    BulkState: None,
    CatchupPolicy: "What happens to due times that were missed.",
    ChangeKind: None,
    ChannelKind: None,
    Executor: "An engine that runs can run on.",
    FlowOrder: None,
    FlowStatus: None,
    HealthStatus: None,
    LogLevel: None,
    OverlapPolicy: "What happens to a due time while the run before it is active.",
    Permission: "What a role, a key or a session may do.",
    RetryMode: "What a retry does again.",
    Role: None,
    RunEventType: "What an event says.",
    RunOrder: None,
    RunState: None,
    RunTrigger: "What started a run.",
    ScheduleKind: None,
    SensorKind: "What a sensor watches: calls from outside, an address, ends of runs, or a bucket.",
    SubscriptionStatus: None,
    TaskState: None,
    TimeRange: None,
    UnfinishedRunsAction: "KEEP: they go on, within the deployment's concurrency limit to the end.",
    UsagePeriod: None,
}
for enum, description in _DESCRIPTIONS.items():
    strawberry.enum(enum, description=description)

__all__ = [
    "AccessEvent",
    "AccessMethod",
    "ActorKind",
    "AlertTrigger",
    "AttentionKind",
    "AuditFault",
    "BulkAction",
    "BulkState",
    "CatchupPolicy",
    "ChangeKind",
    "ChannelKind",
    "Executor",
    "FlowOrder",
    "FlowStatus",
    "HealthStatus",
    "LogLevel",
    "OverlapPolicy",
    "Permission",
    "RetryMode",
    "Role",
    "RunEventType",
    "RunOrder",
    "RunState",
    "RunTrigger",
    "ScheduleKind",
    "SensorKind",
    "SubscriptionStatus",
    "TaskState",
    "TimeRange",
    "UnfinishedRunsAction",
    "UsagePeriod",
]
