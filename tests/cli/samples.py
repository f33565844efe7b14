"""Answers of the API as the tests give them; a keyword replaces a field."""

from typing import Any

RUN_ID = "UnVuOjE="


def run(**fields: Any) -> dict[str, Any]:
    return {
        "id": RUN_ID,
        "slug": "calm-otter",
        "state": "QUEUED",
        "flow": {"id": "Rmxvdzox", "name": "weather", "version": "1.0"},
        "deployment": {"id": "RGVwbG95bWVudDox", "name": "daily"},
        "environment": {"id": "RW52OjE=", "name": "production"},
        "trigger": "API",
        "attempt": 1,
        "createdAt": "2020-03-01T10:00:00+00:00",
        "startedAt": None,
        "finishedAt": None,
        "durationMs": None,
        **fields,
    }


def run_details(**fields: Any) -> dict[str, Any]:
    return run(
        **{
            "stateReason": None,
            "executor": "LOCAL",
            "queuedAt": "2020-03-01T10:00:00+00:00",
            "queueMs": None,
            "tags": {},
            "taskCounts": {"pending": 2},
            "waiting": None,
            "routing": None,
            "error": None,
            **fields,
        }
    )


def succeeded(**fields: Any) -> dict[str, Any]:
    return run_details(
        **{
            "state": "SUCCEEDED",
            "startedAt": "2020-03-01T10:00:01+00:00",
            "finishedAt": "2020-03-01T10:00:02.200000+00:00",
            "durationMs": 1200,
            "taskCounts": {"succeeded": 2},
            "parameters": {"city": "Oslo"},
            "result": 42,
            **fields,
        }
    )


def failed(**fields: Any) -> dict[str, Any]:
    error = {
        "code": "TASK_FAILED",
        "message": "no such city",
        "type": "ValueError",
        "traceback": 'Traceback (most recent call last):\n  File "weather.py", line 7, in load\n'
        "ValueError: no such city",
        "where": "weather.py:7",
        "hint": "check the spelling",
        "taskKey": "load",
    }
    return succeeded(
        **{
            "state": "FAILED",
            "error": error,
            "taskCounts": {"failed": 1, "skipped": 1},
            "result": None,
            **fields,
        }
    )


def flow(**fields: Any) -> dict[str, Any]:
    return {
        "id": "Rmxvdzox",
        "name": "weather",
        "version": "1.0",
        "namespace": "data/ingestion",
        "description": "Reports the weather.",
        "status": "ACTIVE",
        "tags": {"team": "data"},
        "defaultExecutor": None,
        "createdAt": "2020-03-01T10:00:00+00:00",
        "isLatest": True,
        **fields,
    }


def deployment(**fields: Any) -> dict[str, Any]:
    return {
        "id": "RGVwbG95bWVudDox",
        "name": "daily",
        "paused": False,
        "flow": {"id": "Rmxvdzox", "name": "weather", "version": "1.0"},
        "environment": {"id": "RW52OjE=", "name": "production"},
        "defaultExecutor": None,
        "concurrencyLimit": 3,
        "slaSeconds": None,
        "tags": {},
        "createdAt": "2020-03-01T10:00:00+00:00",
        "updatedAt": "2020-03-01T10:00:00+00:00",
        **fields,
    }


def page(*nodes: dict[str, Any], next_cursor: str | None = None) -> dict[str, Any]:
    return {
        "nodes": list(nodes),
        "pageInfo": {"hasNextPage": next_cursor is not None, "endCursor": next_cursor},
    }


def event(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "runEvents": {
            "cursor": f"e{number}",
            "sequence": number,
            "type": "TASK_STARTED",
            "at": f"2020-03-01T10:00:01.{number:03d}000+00:00",
            "runState": None,
            "taskKey": None,
            "taskState": None,
            "attempt": 1,
            "data": None,
            **fields,
        }
    }


def line(number: int, message: str, **fields: Any) -> dict[str, Any]:
    return {
        "cursor": f"l{number}",
        "at": f"2020-03-01T10:00:01.{number:03d}000+00:00",
        "level": "INFO",
        "message": message,
        "stream": "log",
        "taskKey": "load",
        "attempt": 1,
        **fields,
    }


def viewer() -> dict[str, Any]:
    return {
        "user": {"id": "VXNlcjox", "email": "ada@example.com", "name": "Ada"},
        "organization": {"id": "T3JnOjE=", "name": "Acme", "slug": "acme"},
        "role": "OWNER",
    }
