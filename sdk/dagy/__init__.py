"""Flows and tasks in plain Python: the SDK of Dagy.

What needs the network, zip files or the runner is imported when it is first used, so that
`import dagy` stays fast."""

import importlib
from typing import Any

from dagy.context import RunContext, get_logger, get_run_context
from dagy.errors import Cancelled, DagyError, TraceError
from dagy.flow import Flow, flow
from dagy.hooks import Hook
from dagy.outputs import TaskOutput, unmapped
from dagy.spec import FlowSpec
from dagy.states import State
from dagy.task import Task, task
from dagy.version import VERSION

__version__ = VERSION

_LAZY = {
    "ApiError": "dagy.api.errors",
    "AsyncDagyClient": "dagy.client",
    "DagyClient": "dagy.client",
    "RunFailedError": "dagy.api.failures",
    "RunTimeoutError": "dagy.api.failures",
    "build_artifact": "dagy.artifact",
    "deploy_artifact": "dagy.deploy",
    "load_flow": "dagy.loading",
    "save_artifact": "dagy.files",
    "secret": "dagy.secrets",
    "Artifact": "dagy.files",
    "validate_parameters": "dagy.validation",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'dagy' has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


__all__ = [
    "Cancelled",
    "DagyError",
    "Flow",
    "FlowSpec",
    "Hook",
    "RunContext",
    "State",
    "Task",
    "TaskOutput",
    "TraceError",
    "__version__",
    "flow",
    "get_logger",
    "get_run_context",
    "task",
    "unmapped",
    *_LAZY,
]
