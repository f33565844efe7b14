"""Enums as the schema shows them: names in UPPER_SNAKE, the core's own classes behind them."""

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.enums import (
    Executor,
    FlowStatus,
    LogLevel,
    RetryMode,
    Role,
    RunEventType,
    RunState,
    RunTrigger,
    TaskState,
)
from dagy_gql.repositories.flows import FlowOrder
from dagy_gql.repositories.runs import RunOrder
from dagy_gql.services.health import HealthStatus

_DESCRIPTIONS = {
    Executor: "An engine that runs can run on.",
    FlowOrder: None,
    FlowStatus: None,
    HealthStatus: None,
    LogLevel: None,
    Permission: "What a role, a key or a session may do.",
    RetryMode: "What a retry does again.",
    Role: None,
    RunEventType: "What an event says.",
    RunOrder: None,
    RunState: None,
    RunTrigger: "What started a run.",
    TaskState: None,
}
for enum, description in _DESCRIPTIONS.items():
    strawberry.enum(enum, description=description)

__all__ = [
    "Executor",
    "FlowOrder",
    "FlowStatus",
    "HealthStatus",
    "LogLevel",
    "Permission",
    "RetryMode",
    "Role",
    "RunEventType",
    "RunOrder",
    "RunState",
    "RunTrigger",
    "TaskState",
]
